"""A row on its way from conversion to the writer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from migrator_core.encoded import Encoded
from migrator_core.rows import Row


class Reading(Enum):
    """How a file's text is read where LibreChat's record has none.

    ``PLAIN``: its bytes are text. ``LOADER``: one of Open WebUI's loaders reads it.
    ``UNWANTED``: it could be read, and is not to be. ``NOTHING``: it is no document.
    """

    NOTHING = auto()
    UNWANTED = auto()
    PLAIN = auto()
    LOADER = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """One row on its way to the target, with the source document it came from.

    ``fingerprint`` is the SHA-256 of the row's content in canonical JSON, so that a later undo
    can tell what people have changed since. Where the backup is ``partial``, what it does not name
    (a permission, a link) may only be missing, and nothing is taken back; nor are the kinds of
    things that it is ``lacking``. ``source`` is a digest of all that the row was made of, where
    that can be told; ``stored`` one of the row that was there before anything was compared.
    ``encoded`` is what a new row inserts, where another process has made that already. ``reads``
    says how the text of a file is read on its way.
    """

    collection: str
    source_id: str
    row: Row
    fingerprint: str
    size: int = 0
    partial: bool = False
    lacking: frozenset[str] = frozenset()
    source: str = ""
    stored: str = ""
    encoded: Encoded | None = field(default=None, repr=False, compare=False)
    reads: Reading = Reading.NOTHING
