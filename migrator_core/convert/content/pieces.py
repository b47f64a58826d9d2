"""What a converter of one content part is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from migrator_core.chat_document import FileItem, Role, StatusLine
from migrator_core.convert.content.citations import Citations
from migrator_core.convert.files.file_records import FileLink
from migrator_core.outcome import Notice
from migrator_core.output_items import OutputItem
from migrator_core.rows import EmbeddedFile

UNTYPED = "part"
"""The type of an entry that names none."""


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a message's ``content``.

    ``payload`` is what stands under the key of the type's own name; ``fields`` is the whole entry
    without its type, and empty where the entry is no object.
    """

    type: str
    payload: object
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChatScope:
    """What every message of one conversation has in common.

    ``user`` and ``conversation_id`` are LibreChat's ids, ``owner_id`` is Open WebUI's.
    ``files`` are the owner's migrated files by LibreChat's ``file_id``, ``paths`` the same and
    others by the path that texts name (``/images/<user>/<name>``, without a query); ``agents``
    are the names of agents by LibreChat's id, as far as they are known.
    """

    user: str
    owner_id: str
    conversation_id: str
    files: Mapping[str, FileLink] = field(default_factory=dict)
    paths: Mapping[str, FileLink] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartContext:
    """What a converter may know besides the part.

    ``where`` names the message in notices; ``attachments`` are the message's tool results as
    stored, ``citations`` what its anchors point to, ``pictures`` LibreChat's ids of the files that
    parts of the message show as pictures. ``message_id`` is the id in the chat and
    ``timestamp`` the message's, in seconds. For the others see :class:`ChatScope`.
    """

    where: str
    files: Mapping[str, FileLink]
    attachments: tuple[object, ...] = ()
    paths: Mapping[str, FileLink] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    citations: Citations = field(default_factory=Citations)
    pictures: frozenset[str] = frozenset()
    user: str = ""
    owner_id: str = ""
    conversation_id: str = ""
    message_id: str = ""
    role: Role = "assistant"
    timestamp: int = 0


@dataclass(frozen=True, slots=True)
class Pieces:
    """What one part becomes in an Open WebUI message; empty means that there is nothing to show.

    ``text`` is Markdown for the message's content. ``output`` and ``files`` are entries for
    the message's fields of those names, ``file_ids`` the ids of the files that they refer to; an
    item with an empty ``id`` gets one from the message. Where there is ``output``, all of ``text``
    is in it. ``status`` are lines for ``statusHistory``, which people
    see and models do not. ``embedded`` are bytes found in the part, to be stored as files of
    the chat's owner. ``plain`` is true for text as somebody wrote it, in contrast to a block that
    describes something else.
    """

    text: str = ""
    plain: bool = False
    output: tuple[OutputItem, ...] = ()
    files: tuple[FileItem, ...] = ()
    status: tuple[StatusLine, ...] = ()
    file_ids: tuple[str, ...] = ()
    embedded: tuple[EmbeddedFile, ...] = ()
    notices: tuple[Notice, ...] = ()


class Converter(Protocol):
    """Turns one part into pieces. Never raises on a part of any shape."""

    def __call__(self, part: Part, context: PartContext) -> Pieces:
        """The pieces of one part."""
