"""What a converter of one content part is given, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from migrator_core.chat_document import FileItem, StatusLine
from migrator_core.convert.content.context import PartContext
from migrator_core.outcome import Notice
from migrator_core.output_items import OutputItem
from migrator_core.record import record
from migrator_core.rows import EmbeddedFile

UNTYPED = "part"
"""The type of an entry that names none."""


@record
class Part:
    """One entry of a message's ``content``.

    ``payload`` is what stands under the key of the type's own name; ``fields`` is the whole entry
    without its type, and empty where the entry is no object. ``is_typed`` says that the entry
    names its type itself.
    """

    type: str
    payload: object
    fields: Mapping[str, object]
    is_typed: bool = True


@record
class Pieces:
    """What one part becomes in an Open WebUI message; empty means that there is nothing to show.

    ``text`` is Markdown for the message's content. ``output`` and ``files`` are entries for
    the message's fields of those names, ``file_ids`` the ids of the files that they refer to; an
    item with an empty ``id`` gets one from the message. Where there is ``output``, all of ``text``
    is in it. ``status`` are lines for ``statusHistory``, which people see and models do not.
    ``embedded`` are bytes found in the part, to be stored as files of the chat's owner. ``plain``
    is true for text as somebody wrote it, in contrast to a block that describes something else.
    """

    text: str = ""
    plain: bool = False
    output: tuple[OutputItem, ...] = ()
    files: tuple[FileItem, ...] = ()
    status: tuple[StatusLine, ...] = ()
    file_ids: tuple[str, ...] = ()
    embedded: tuple[EmbeddedFile, ...] = ()
    notices: tuple[Notice, ...] = ()


NOTHING = Pieces()
"""What is not worth a word."""


def together(pieces: Iterable[Pieces], text: str, output: Iterable[OutputItem] = ()) -> Pieces:
    """All that several pieces refer to and tell, as one piece that shows ``text`` or ``output``."""
    told = list(pieces)
    return Pieces(
        text=text,
        plain=any(piece.plain for piece in told),
        output=tuple(output),
        files=tuple(item for piece in told for item in piece.files),
        status=tuple(line for piece in told for line in piece.status),
        file_ids=tuple(file_id for piece in told for file_id in piece.file_ids),
        embedded=tuple(file for piece in told for file in piece.embedded),
        notices=tuple(notice for piece in told for notice in piece.notices),
    )


class Converter(Protocol):
    """Turns one part into pieces. Never raises on a part of any shape."""

    def __call__(self, part: Part, context: PartContext) -> Pieces:
        """What the part becomes."""
