"""What the process that reads documents answers: a line of JSON, and the text after it."""

from __future__ import annotations

import json
from typing import Any

from migrator_core.openwebui.texts import worker

_HEAD = 64 * 1024
_TEXT = 4 * worker.CHARACTERS
"""Bytes of the longest text there is: UTF-8 has no longer characters."""


class BadAnswerError(Exception):
    """What came is no answer; the message says why."""


class Answer:
    """One answer that comes in pieces. Each piece is looked at once, however many there are."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._said: dict[str, Any] | None = None
        self._text = bytearray()
        self._length = 0

    def take(self, piece: bytes) -> dict[str, Any] | None:
        """The answer, once it is complete.

        Raises:
            BadAnswerError: it never will be.
        """
        if self._said is None:
            line, ended, piece = piece.partition(b"\n")
            self._head += line
            if len(self._head) > _HEAD:
                raise BadAnswerError("its reader's answer has no end")
            if not ended:
                return None
            self._begin()
        self._text += piece
        if self._said is None or len(self._text) < self._length:
            return None
        if "bytes" in self._said:
            self._said["text"] = self._text[: self._length].decode("utf-8", "ignore")
        return self._said

    def _begin(self) -> None:
        try:
            said = json.loads(self._head)
            self._length = int(said.get("bytes", 0))
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise BadAnswerError("its reader's answer makes no sense") from error
        if self._length > _TEXT:
            raise BadAnswerError(f"its text has {self._length:,} bytes, {_TEXT:,} at most")
        self._said = said
