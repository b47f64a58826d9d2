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
from migrator_core.librechat.containers.json_text import (
    LOG_LINE,
    encoding_of,
    utf8_head,
)
from migrator_core.librechat.containers.mongoexport import (
    PROBLEM_LINE,
    JsonLinesReader,
    pass_over_noise,
)
from migrator_core.librechat.containers.recovery import Budget, Likeness, first_whole, occurrences
from migrator_core.librechat.containers.spool import SpoolWriter, Workspace
from migrator_core.librechat.gaps import Gap
from migrator_core.librechat.limits import KIB, MIB, Limits
from migrator_core.librechat.regular_files import file_size, open_regular

_DOCUMENT_START: Final = re.compile(rb'\{\s{0,40}"_id"')
_LINES_LOOKED_AT = 64


def open_json(
    path: Path, label: str, workspace: Workspace, notices: NoticeLog
) -> tuple[JsonLinesReader, tuple[Gap, ...]]:
    """A reader for one JSON file, which is rewritten into the work directory where needed.

    With it comes what is missing from the file, as far as that shows now.

    Raises:
        CannotStartError, AbortedError: there is no room for the rewritten file.
    """
    limits = workspace.limits
    with open_regular(path) as file:
        encoding = encoding_of(file.read(KIB))
    if encoding is not None:
        path = _transcoded(path, encoding, label, workspace)
    if _is_lines(path, limits):
        return JsonLinesReader(path, label, limits, notices), ()
    target, gaps = _rewritten(path, label, workspace, notices)
    if encoding is not None:
        path.unlink()
    return JsonLinesReader(target, label, limits, notices, rewritten=True), gaps


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
        if utf8_head(file.read(64 * KIB), noise=True).startswith(b"[") or _ends_otherwise(file):
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
            told = _told_by(text)
            if told is not None:
                return told
            candidates += text.startswith(b"{")
        # Several lines that begin like a document are damaged lines, unless something else than
        # lines, such as blanks between them, makes documents of them.
        return candidates > 1 and not _holds_objects(file, limits)


def _told_by(line: bytes) -> bool | None:
    """Whether this line proves documents to stand one on a line, or to stand otherwise."""
    text = line.strip()
    if text in {b"{", b"}", b"},"}:
        return False
    if not text.startswith(b"{"):
        return None
    if _is_document(text):
        return True
    return False if text.endswith(b",") and _is_document(text[:-1]) else None


def _ends_otherwise(file: BinaryIO) -> bool:
    """Whether an array or a document over many lines stands at the end (of joined files, say)."""
    file.seek(max(0, file_size(file) - 64 * KIB))
    lines = file.read().rstrip().split(b"\n")
    while len(lines) > 1 and LOG_LINE.match(lines[-1]):
        lines.pop()
    last = lines[-1].strip()
    return last.endswith(b"]") or (len(lines) > 1 and (last == b"}" or last.startswith(b"[")))


def _holds_objects(file: BinaryIO, limits: Limits) -> bool:
    file.seek(0)
    found = JsonScanner(file, limits.json_document).next()
    return found is not None and found.data is not None and _is_document(found.data)


def _is_document(text: bytes) -> bool:
    try:
        decode_json(text)
    except UndecodableError:
        return False
    return True


def _rewritten(
    path: Path, label: str, workspace: Workspace, notices: NoticeLog
) -> tuple[Path, tuple[Gap, ...]]:
    writer = SpoolWriter(workspace, workspace.new_path(".jsonl"), f"{label}, rewritten as lines,")
    try:
        with open_regular(path) as file:
            scanner = JsonScanner(file, workspace.limits.json_document)
            for line in _lines(scanner, file, label, notices):
                writer.write(line)
    finally:
        writer.close()
    if not scanner.open_arrays:
        return writer.path, ()
    where = "ends before the end" if scanner.open_arrays > 0 else "begins behind the beginning"
    problem = f"{label} {where} of its array: the export was cut off."
    notices.damaged(problem)
    return writer.path, (Gap(label, problem, at_end=scanner.open_arrays > 0),)


def _lines(scanner: JsonScanner, file: BinaryIO, label: str, notices: NoticeLog) -> Iterator[bytes]:
    """Every document as one line; every piece that is none as a problem line."""
    size = file_size(file)
    scanner.seek(pass_over_noise(file, label, notices))
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
        following = _following(JsonScanner(file, scanner.limit), file, piece, likeness, budget)
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
    scanner: JsonScanner, file: BinaryIO, piece: Slice, likeness: Likeness, budget: Budget
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

    bound = piece.end if piece.whole else file_size(file)
    places = occurrences(file, piece.offset + 1, bound, _DOCUMENT_START)
    inside = first_whole(places, read, decode_json, likeness, budget)
    if inside is not None:
        return inside
    return piece.end if piece.whole else None
