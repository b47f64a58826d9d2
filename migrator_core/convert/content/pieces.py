"""What a converter of one content part is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from migrator_core.convert.files import FileLink
from migrator_core.outcome import Notice
from migrator_core.rows import JsonDict

Role: TypeAlias = Literal["user", "assistant"]

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
class PartContext:
    """What a converter may know besides the part.

    ``where`` names the message in notices; ``files`` are the owner's migrated files by LibreChat's
    ``file_id``; ``attachments`` are the message's tool results as stored.
    """

    where: str
    files: Mapping[str, FileLink]
    attachments: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Pieces:
    """What one part becomes in an Open WebUI message; empty means that there is nothing to show.

    ``text`` is Markdown for the message's content. ``output``, ``files`` and ``sources`` are
    entries for the message's fields of those names (Open WebUI 0.12), ``file_ids`` the ids of the
    files that they refer to. ``plain`` is true for text as somebody wrote it, in contrast to a
    block that describes something else.
    """

    text: str = ""
    plain: bool = False
    output: tuple[JsonDict, ...] = ()
    files: tuple[JsonDict, ...] = ()
    sources: tuple[JsonDict, ...] = ()
    file_ids: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


class Converter(Protocol):
    """Turns one part into pieces. Never raises on a part of any shape."""

    def __call__(self, part: Part, context: PartContext) -> Pieces: ...
