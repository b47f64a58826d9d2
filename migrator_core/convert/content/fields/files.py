"""The ``files`` of a message: what people attached."""

from __future__ import annotations

from collections.abc import Iterable

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.file_references.lookup import link_of
from migrator_core.convert.content.file_references.showing import attach, lost_file
from migrator_core.convert.content.pieces import Pieces


def convert_files(entries: Iterable[object], context: PartContext) -> list[Pieces]:
    """The files, each once.

    A reference to a file that was not migrated, or not for this owner, leaves its name as text.
    """
    found: dict[str, Pieces] = {}
    lost: list[Pieces] = []
    for entry in entries:
        if entry is None:
            continue
        link = link_of(entry, context)
        if link is None:
            lost.append(lost_file(entry, context))
        elif link.target_id not in found:
            found[link.target_id] = attach(link, context)
    return [*found.values(), *lost]
