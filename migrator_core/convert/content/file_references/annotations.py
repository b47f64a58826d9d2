"""What the OpenAI assistants noted beside their text (``beta.threads.messages`` annotations).

A ``file_citation`` is a quotation from a file, marked ``【4†source】`` in the text; a
``file_path`` names the file that a ``sandbox:`` link leads to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import block
from migrator_core.convert.content.markdown.blocks import quoted
from migrator_core.convert.content.pieces import NOTHING, Pieces
from migrator_core.convert.files.file_link import content_url
from migrator_core.record import record

_LONGEST_MARK = 200
_MOST_LENGTHS = 10
"""Marks are looked for by their length; OpenAI's have about the same."""


@dataclass(frozen=True, slots=True)
class FileNote:
    """An annotation about a file: what it marks in the text, LibreChat's id, and a quotation."""

    marked: str
    file_id: str
    quote: str
    is_path: bool


@record
class Annotations:
    """Those about files, and whatever else there was."""

    files: tuple[FileNote, ...] = ()
    rest: tuple[object, ...] = ()


def read_annotations(payload: object) -> Annotations:
    """The annotations of a text part's payload."""
    found = payload.get("annotations") if isinstance(payload, dict) else None
    if not found:
        return Annotations()
    entries = found if isinstance(found, list) else [found]
    notes = [(entry, _file_note(entry)) for entry in entries if entry]
    return Annotations(
        files=tuple(note for _, note in notes if note is not None),
        rest=tuple(entry for entry, note in notes if note is None),
    )


def _file_note(entry: object) -> FileNote | None:
    if not isinstance(entry, dict):
        return None
    kind = entry.get("type")
    body = entry.get(kind) if kind in {"file_citation", "file_path"} else None
    if not isinstance(body, dict):
        return None
    marked, file_id, quote = (
        value if isinstance(value, str) else ""
        for value in (entry.get("text"), body.get("file_id"), body.get("quote"))
    )
    return FileNote(marked, file_id, quote, is_path=kind == "file_path")


def named_files(annotations: Annotations) -> dict[str, str]:
    """The addresses in the text that stand for a file, with its ``file_id``."""
    return {note.marked: note.file_id for note in annotations.files if note.is_path}


def link_citations(text: str, annotations: Annotations, context: PartContext) -> str:
    """``text`` with the marks of citations as links, where their file was migrated."""
    files = context.chat.files
    targets = {
        note.marked: content_url(files[note.file_id].target_id)
        for note in annotations.files
        if not note.is_path and _is_mark(note.marked) and note.file_id in files
    }
    if not targets:
        return text
    lengths = sorted(list(dict.fromkeys(map(len, targets)))[:_MOST_LENGTHS], reverse=True)
    beginning = re.compile("|".join({re.escape(mark[0]) for mark in targets}))
    pieces: list[str] = []
    done = 0
    while (begin := beginning.search(text, done)) is not None:
        marks = (text[begin.start() : begin.start() + length] for length in lengths)
        mark = next((mark for mark in marks if mark in targets), None)
        pieces.append(text[done : begin.start()])
        pieces.append(f"[{mark}]({targets[mark]})" if mark else begin[0])
        done = begin.start() + len(mark or begin[0])
    return "".join([*pieces, text[done:]])


def _is_mark(marked: str) -> bool:
    return bool(marked.strip("[]() ")) and len(marked) <= _LONGEST_MARK


def quotations(annotations: Annotations, context: PartContext) -> Pieces:
    """What the text quotes, and annotations of unknown kinds as a block."""
    if not (annotations.files or annotations.rest):
        return NOTHING
    notes = dict.fromkeys(
        quoted(f"{note.marked} {note.quote}".strip())
        for note in annotations.files
        if note.quote.strip()
    )
    kept = block("annotations", list(annotations.rest), context.where)
    texts = [*notes, *([kept.text] if annotations.rest else [])]
    return Pieces(
        text="\n\n".join(texts),
        file_ids=tuple(
            context.chat.files[note.file_id].target_id
            for note in annotations.files
            if note.file_id in context.chat.files
        ),
        notices=kept.notices if annotations.rest else (),
    )
