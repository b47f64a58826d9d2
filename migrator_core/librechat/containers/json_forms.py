"""Rewrites whatever JSON a collection was exported as into one document a line.

Known forms: a JSON array (``mongoexport --jsonArray``, MongoDB Compass), documents over several
lines (``--pretty``), UTF-16 (PowerShell's redirect). Each with damage in it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from migrator_core.librechat.collection import NoticeLog, UndecodableError
from migrator_core.librechat.containers.extended_json import BOM, decode_json
from migrator_core.librechat.containers.json_scanner import JsonScanner, Slice
from migrator_core.librechat.containers.mongoexport import LOG_LINE, PROBLEM_LINE, JsonLinesReader
from migrator_core.librechat.containers.recovery import Budget, Likeness, first_whole, occurrences
from migrator_core.librechat.containers.spool import SpoolWriter, Workspace
from migrator_core.librechat.limits import KIB, MIB, Limits
from migrator_core.librechat.regular_files import file_size, open_regular

_DOCUMENT_START: Final = re.compile(rb'\{\s{0,40}"_id"')
_LINES_LOOKED_AT = 64


def encoding_of(head: bytes) -> str | None:
    """``utf-16-le`` or ``utf-16-be``, or None for UTF-8, told by mark or by where the NULs are."""
    if head.startswith((codecs.BOM_UTF16_LE, b"{\x00", b"[\x00")):
        return "utf-16-le"
    if head.startswith((codecs.BOM_UTF16_BE, b"\x00{", b"\x00[")):
        return "utf-16-be"
    return None


def utf8_head(head: bytes) -> bytes:
    """The beginning of a text file as UTF-8 without its mark and without mongoexport's own log."""
    encoding = encoding_of(head)
    if encoding is not None:
        even = head[: len(head) // 2 * 2]
        head = even.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    head = head.removeprefix(BOM).lstrip()
    while LOG_LINE.match(head) and b"\n" in head:
        head = head.split(b"\n", 1)[1].lstrip()
    return head


def open_json(path: Path, label: str, workspace: Workspace, notices: NoticeLog) -> JsonLinesReader:
    """A reader for one JSON file, which is rewritten into the work directory where needed.

    Raises:
        CannotStartError, AbortedError: there is no room for the rewritten file.
    """
    limits = workspace.limits
    with open_regular(path) as file:
        encoding = encoding_of(file.read(4))
    if encoding is not None:
        path = _transcoded(path, encoding, label, workspace)
    if _is_lines(path, limits):
        return JsonLinesReader(path, label, limits, notices)
    target = _rewritten(path, label, workspace, notices)
    if encoding is not None:
        path.unlink()
    return JsonLinesReader(target, label, limits, notices, rewritten=True)


def _transcoded(path: Path, encoding: str, label: str, workspace: Workspace) -> Path:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    writer = SpoolWriter(workspace, workspace.new_path(".json"), f"{label}, rewritten as UTF-8,")
    try:
        with open_regular(path) as file:
            while block := file.read(MIB):
                writer.write(decoder.decode(block).encode("utf-8", "replace"))
            writer.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
    finally:
        writer.close()
    return writer.path


def _is_lines(path: Path, limits: Limits) -> bool:
    """Whether documents stand one on a line. Only a whole one among the first lines proves it."""
    with open_regular(path) as file:
        if utf8_head(file.read(64 * KIB)).startswith(b"["):
            return False
        file.seek(0)
        left = limits.json_document
        candidates = 0
        for _ in range(_LINES_LOOKED_AT):
            line = file.readline(left)
            left -= len(line)
            if not line or left <= 0:
                break
            text = line.removeprefix(BOM)
            if text.startswith(b"{"):
                candidates += text.strip() != b"{"  # the first line of a document over many
                if _is_document(text):
                    return True
        # No whole document at all: several lines that begin like one are damaged lines.
        return candidates > 1


def _is_document(text: bytes) -> bool:
    try:
        decode_json(text)
    except UndecodableError:
        return False
    return True


def _rewritten(path: Path, label: str, workspace: Workspace, notices: NoticeLog) -> Path:
    writer = SpoolWriter(workspace, workspace.new_path(".jsonl"), f"{label}, rewritten as lines,")
    try:
        with open_regular(path) as file:
            _check_array_end(file, label, notices)
            for line in _lines(file, label, workspace.limits, notices):
                writer.write(line)
    finally:
        writer.close()
    return writer.path


def _check_array_end(file: BinaryIO, label: str, notices: NoticeLog) -> None:
    is_array = utf8_head(file.read(KIB)).startswith(b"[")
    file.seek(max(0, file_size(file) - KIB))
    if is_array and not file.read().rstrip(b" \t\r\n\x00").endswith(b"]"):
        notices.damaged(f"{label} ends before the end of its array: the export was cut off.")
    file.seek(0)


def _lines(file: BinaryIO, label: str, limits: Limits, notices: NoticeLog) -> Iterator[bytes]:
    """Every document as one line; every piece that is none as a problem line."""
    size = file_size(file)
    scanner = JsonScanner(file, limits.json_document)
    likeness, budget = Likeness(), Budget(size)
    while (piece := scanner.next()) is not None:
        problem = piece.problem
        if piece.data is not None:
            try:
                likeness.learn(decode_json(piece.data))
            except UndecodableError as error:
                problem = str(error)
            else:
                yield _one_line(piece.data)
                continue
        elif _is_log(file, piece):
            scanner.seek(piece.end)
            continue
        following = _following(scanner, file, piece, size, likeness, budget)
        notices.damaged(
            f"{label} is damaged at byte {piece.offset}: {problem}; "
            + ("nothing behind it could be read." if following is None else "the rest was read.")
        )
        yield PROBLEM_LINE + (problem or "").encode() + b"\n"
        if following is None:
            return
        scanner.seek(following)


def _one_line(data: bytes) -> bytes:
    return data.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _is_log(file: BinaryIO, piece: Slice) -> bool:
    file.seek(piece.offset)
    return LOG_LINE.match(file.read(min(256, piece.end - piece.offset))) is not None


def _following(
    scanner: JsonScanner,
    file: BinaryIO,
    piece: Slice,
    size: int,
    likeness: Likeness,
    budget: Budget,
) -> int | None:
    """Where to go on behind a damaged piece.

    A lost quotation mark makes the piece swallow its neighbours, so those are looked for inside it
    first. None at the end of the file, or when nothing more can be found.
    """

    def read(place: int) -> tuple[bytes | None, int]:
        scanner.seek(place)
        found = scanner.next()
        if found is None:
            return None, MIB
        return found.data, max(found.end - place, MIB // 16)

    bound = piece.end if piece.whole else size
    places = occurrences(file, piece.offset + 1, bound, _DOCUMENT_START)
    inside = first_whole(places, read, decode_json, likeness, budget)
    if inside is not None:
        return inside
    return piece.end if piece.whole else None
