"""Which backups lie somewhere: for a person who is about to choose one. Nothing is unpacked."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from migrator_core.librechat.collection import NoticeLog
from migrator_core.librechat.containers.spool import Workspace
from migrator_core.librechat.limits import Limits
from migrator_core.librechat.recognise.candidates import Candidate
from migrator_core.librechat.recognise.finder import CONTAINERS, Finder
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.packed import container_name, peek
from migrator_core.librechat.recognise.scan import FoundFile, Scan, look_at, scan


@dataclass(frozen=True, slots=True)
class Offer:
    """A backup that was found. ``path`` is what to name to get it.

    ``kind`` says how it was made, or as what it is packed; ``size`` is in bytes and counts the
    database and what is packed with it, not unpacked files; ``modified`` is in seconds since the
    epoch.
    """

    path: Path
    kind: str
    size: int
    modified: int
    packed: bool


def find_backups(path: Path) -> list[Offer]:
    """The backups at or below a path, the newest first.

    Raises:
        OSError: the path is not there or cannot be read.
    """
    real = path.resolve(strict=True)
    limits = Limits()
    with tempfile.TemporaryDirectory(prefix="librechat-migrate-") as scratch:
        workspace = Workspace(Path(scratch), limits)
        finder = Finder(path, workspace, NoticeLog())
        offers = _in_folder(path, real, finder, limits) if real.is_dir() else _in_file(path, real)
        workspace.close()
    return sorted(offers, key=lambda offer: (-offer.modified, str(offer.path)))


def _in_file(path: Path, real: Path) -> list[Offer]:
    file = look_at(real, real.name)
    if file.form is Form.ARCHIVE:
        return [_offer(path, "mongodump-archive", [file], packed=False)]
    if file.form in CONTAINERS:
        return [_offer(path, container_name(file), [file], packed=True)]
    return []


def _in_folder(path: Path, root: Path, finder: Finder, limits: Limits) -> list[Offer]:
    found = scan(root, limits)
    places = _by_place(finder.candidates(found), root)
    offers = [_unpacked(path, root, some) for some in places.values()]
    taken = [offer.path for offer in offers if offer.path != path]
    offers += [
        _offer(path / file.label, container_name(file), [file], packed=True)
        for file in _packed(found, limits)
        if not any((path / file.label).is_relative_to(place) for place in taken)
    ]
    return offers


def _packed(found: Scan, limits: Limits) -> list[FoundFile]:
    """Only what is a backup, or too large to tell: people choose from this list."""
    looks = ((file, peek(file, limits)) for file in found.having(*CONTAINERS))
    return [file for file, contents in looks if contents.has_data or not contents.whole]


def _by_place(candidates: list[Candidate], root: Path) -> dict[Path, list[Candidate]]:
    """Candidates by the folder directly below ``root`` that holds them."""
    places: defaultdict[Path, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        parts = candidate.root.relative_to(root).parts
        places[Path(parts[0]) if parts else Path()].append(candidate)
    return places


def _unpacked(path: Path, root: Path, candidates: list[Candidate]) -> Offer:
    """One offer for what lies in one folder: opening it will say so where it is several backups."""
    first = candidates[0]
    parts = first.root.relative_to(root).parts
    files = {
        file.path: file
        for candidate in candidates
        for file in (*candidate.files.values(), *filter(None, [candidate.archive]))
    }
    # A folder "data" belongs to the backup whose files lie beside it.
    own = path / parts[0] if parts and parts[0] not in {"data", "dump"} else path
    return _offer(own, str(first.kind), list(files.values()), packed=False)


def _offer(path: Path, kind: str, files: list[FoundFile], *, packed: bool) -> Offer:
    stats = [file.path.stat() for file in files]
    return Offer(
        path=path,
        kind=kind,
        size=sum(stat.st_size for stat in stats),
        modified=int(max((stat.st_mtime for stat in stats), default=0)),
        packed=packed,
    )
