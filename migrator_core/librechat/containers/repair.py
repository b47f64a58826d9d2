"""Undoes what terminals and redirected messages do to binary data on its way to a file.

``docker exec -t`` puts a terminal in between, which sends a carriage return before every line feed
(POSIX termios, ONLCR): that can be taken back exactly. ``2>&1`` mixes mongodump's messages into the
archive: they have a fixed form. Whether a repair was right is for the reader's checksums to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import Final, Protocol

from migrator_core.librechat.limits import MIB

LOG_LINE: Final = re.compile(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}\t[^\r\n]{0,1000}\r?\n", re.ASCII
)
"""A line of mongodump and mongoexport (mongo-tools 3 to 100) on standard error."""

_LONGEST_LINE: Final = 1100


class NotFromTerminalError(EOFError):
    """A line feed without a carriage return: these bytes never went through a terminal."""


class ByteSource(Protocol):
    """What a repair reads from."""

    def read1(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What to take out of a stream of bytes."""

    terminal: bool = False
    logs: bool = False

    def __str__(self) -> str:
        """For a sentence: what was taken out."""
        parts = ["the carriage returns that a terminal puts in"] if self.terminal else []
        parts += ["the messages of mongodump that stand in it"] if self.logs else []
        return " and ".join(parts) or "nothing"

    def of(self, stream: ByteSource) -> BufferedReader:
        """The repaired stream."""
        if self.terminal:
            stream = BufferedReader(_Repaired(_TerminalUndone(stream)), MIB)
        return BufferedReader(
            _Repaired(_LogsDropped(stream) if self.logs else _Pieces(stream)), MIB
        )


NOTHING: Final = Repair()


class _Piecewise(Protocol):
    def next(self) -> bytes:
        """The next bytes, none at the end."""


class _Repaired(RawIOBase):
    """A raw stream over something that gives pieces of any size."""

    def __init__(self, pieces: _Piecewise) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # of the stubs' Buffer, this is what arrives
        self._left = self._left or self._pieces.next()
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


class _Pieces:
    def __init__(self, source: ByteSource) -> None:
        self._source = source

    def next(self) -> bytes:
        return self._source.read1(MIB)


class _TerminalUndone:
    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._held = b""

    def next(self) -> bytes:
        while True:
            block = self._source.read1(MIB)
            data = self._held + block
            if not block:
                self._held = b""
                return data
            self._held = b"\r" if data.endswith(b"\r") else b""
            data = data[: len(data) - len(self._held)]
            if not _all_returned(data):
                raise NotFromTerminalError("a line feed without a carriage return")
            if data:
                return data.replace(b"\r\n", b"\n")


class _LogsDropped:
    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._held = b""

    def next(self) -> bytes:
        while True:
            block = self._source.read1(MIB)
            data = self._held + block
            # A line that begins behind this may be cut off by the block's end.
            bound = max(0, len(data) - _LONGEST_LINE) if block else len(data)
            kept, at = [], 0
            for line in LOG_LINE.finditer(data):
                if line.start() >= bound:
                    break
                kept.append(data[at : line.start()])
                at = line.end()
            bound = max(bound, at)
            kept.append(data[at:bound])
            self._held = data[bound:]
            found = b"".join(kept)
            if found or not block:
                return found


def _all_returned(data: bytes) -> bool:
    return data.count(b"\n") == data.count(b"\r\n")


def through_terminal(head: bytes) -> bool:
    """Whether the beginning of something binary looks as if it had come through a terminal."""
    return b"\n" in head and _all_returned(head[:-1] if head.endswith(b"\r") else head)


def repairs_for(stream: ByteSource) -> list[Repair]:
    """The repairs that would change these bytes, likeliest first. Reads to the end."""
    terminal, any_feed, logs = True, False, False
    held = b""
    while block := stream.read1(MIB):
        data = held + block
        any_feed = any_feed or b"\n" in block
        held = data[-_LONGEST_LINE:]
        terminal = terminal and _all_returned(data[:-1] if data.endswith(b"\r") else data)
        logs = logs or LOG_LINE.search(data) is not None
        if logs and not terminal:
            break
    found = [Repair(logs=True)] if logs else []
    if terminal and any_feed:
        found = [Repair(terminal=True), Repair(terminal=True, logs=True), *found]
    return found
