"""Which file of a folder holds which collection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from migrator_core.librechat.collection_file_names import (
    FileName,
    is_ignored_file,
    is_set_aside,
    parse_name,
)
from migrator_core.librechat.collection_names import is_known
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.scan import FoundFile


@dataclass(slots=True)
class Assigned:
    """``files`` by collection; ``rivals`` are labels of files that hold one and the same."""

    files: dict[str, FoundFile] = field(default_factory=dict)
    rivals: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def assign(files: Iterable[FoundFile], dumped: Collection[str] = ()) -> Assigned:
    """The collection of each file, by name. ``dumped`` are names that mongodump's metadata has.

    A plain name comes before one with a date or a number, and that before one with other words,
    which is a collection of its own where a plainer one is there.
    """
    groups: defaultdict[str, list[tuple[FoundFile, FileName]]] = defaultdict(list)
    for file in sorted(files, key=lambda file: (len(file.path.name), file.path.name)):
        name = _name_of(file, dumped)
        if name is not None:
            groups[name.collection].append((file, name))
    result = Assigned()
    for collection, members in groups.items():
        _settle(collection, members, result)
    return result


def _name_of(file: FoundFile, dumped: Collection[str]) -> FileName | None:
    file_name = file.path.name
    if is_ignored_file(file_name) or is_set_aside(file_name):
        return None
    stem = unquote(file_name.partition(".bson")[0]).lower()
    if stem in dumped:
        return FileName(stem, exact=True)
    name = parse_name(file_name)
    if file.form is Form.JSON and not file.sniffed.has_id:
        # Only its name speaks for it, so the name has to be right.
        return name if name.exact and is_known(name.collection) else None
    return name


def _settle(collection: str, members: list[tuple[FoundFile, FileName]], result: Assigned) -> None:
    sure = [file for file, name in members if not name.likely]
    likely = [file for file, name in members if name.likely]
    exact = any(name.exact for _, name in members)
    if not sure or not exact:
        sure, likely = [*sure, *likely], []
    result.files[collection] = sure[0]
    if len(sure) > 1:
        result.rivals[collection] = [file.label for file in sure]
    elif not exact:
        result.notes.append(f"{sure[0].label} was taken for the collection {collection}.")
    for file in likely:
        own = unquote(file.path.name).lower()
        result.files[own.partition(".")[0]] = file
