"""Which of several backups is meant: what holds the data, never what has the right name only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from migrator_core.errors import CannotStartError
from migrator_core.librechat.collection import NoticeLog
from migrator_core.librechat.collection_names import ESSENTIAL
from migrator_core.librechat.containers.spool import readable_size
from migrator_core.librechat.recognise.candidates import BackupKind, Candidate

Weigh = Callable[[Candidate], Candidate]
"""Looks into an archive for how much of each collection there is."""


def one_database_each(candidates: Iterable[Candidate], weigh: Weigh) -> list[Candidate]:
    """Of the databases of one dump, the one that is LibreChat's; all, where nobody can tell."""
    groups: defaultdict[Path, list[Candidate]] = defaultdict(list)
    kept: list[Candidate] = []
    for candidate in candidates:
        match candidate.kind:
            case BackupKind.MONGODUMP:
                groups[candidate.root.parent].append(candidate)
            case BackupKind.MONGODUMP_ARCHIVE:
                groups[candidate.root].append(candidate)
            case BackupKind.MONGOEXPORT:
                kept.append(candidate)
    for group in groups.values():
        weighed = [weigh(each) for each in group] if len(group) > 1 else group
        meant = _meant(weighed)
        kept += weighed if meant is None else [meant]
    return kept


def _meant(databases: list[Candidate]) -> Candidate | None:
    """The database with the data. None where the largest one is not the most complete one.

    Several complete ones are told apart by the usual name, if that is the largest one's, too.
    """

    def essentials(candidate: Candidate) -> int:
        return len(candidate.full & ESSENTIAL)

    best = max(databases, key=lambda candidate: (essentials(candidate), candidate.size))
    if any(other.size > best.size for other in databases):
        return None
    rivals = [other for other in databases if essentials(other) == essentials(best)]
    if len(rivals) == 1:
        return best
    names = [str(rival.database) for rival in rivals]
    usual = [name for name in names if name == "LibreChat"] or [
        name for name in names if name.lower() == "librechat"
    ]
    return best if usual == [best.database] else None


def choose(
    candidates: list[Candidate], path: Path, everything: list[Candidate], notices: NoticeLog
) -> Candidate:
    """The one that is meant: the only one, or the only complete one, if it is the largest, too.

    ``everything`` are the candidates before the databases of each dump were told apart.

    Raises:
        CannotStartError: nobody can tell; it lists them all.
    """
    largest = max(candidate.size for candidate in candidates)
    complete = [candidate for candidate in candidates if candidate.complete]
    if len(candidates) == 1 or (len(complete) == 1 and complete[0].size == largest):
        chosen = (complete or candidates)[0]
        _note_others(chosen, candidates, everything, notices)
        if chosen.flaw is not None:
            raise CannotStartError(chosen.flaw)
        return chosen
    raise CannotStartError(_several(candidates, path))


def _several(candidates: list[Candidate], path: Path) -> str:
    if len({candidate.root for candidate in candidates}) == 1:
        databases = sorted(str(candidate.database) for candidate in candidates)
        listed = "\n".join(f"  {each.database} ({_contents(each)})" for each in candidates[:20])
        return (
            f"{path} holds several databases that look like LibreChat's: {', '.join(databases)}. "
            f"Make a dump of the right one (mongodump --db NAME) and name that:\n{listed}"
        )
    listed = "\n".join(f"  {path / each.name} ({_contents(each)})" for each in candidates[:20])
    return (
        f"{path} holds {len(candidates)} backups or databases, and it is not for this tool to "
        f"guess which one is meant. Name one of them:\n{listed}"
    )


def _contents(candidate: Candidate) -> str:
    held = ", ".join(name for name in sorted(ESSENTIAL) if name in candidate.full)
    size = f", {readable_size(candidate.size)}" if candidate.size else ""
    return f"{candidate.kind} with {held or 'no user, conversation or message'}{size}"


def _note_others(
    chosen: Candidate,
    candidates: list[Candidate],
    everything: list[Candidate],
    notices: NoticeLog,
) -> None:
    """Tell the operator what was left alone."""
    kept = {(candidate.root, candidate.database) for candidate in candidates}
    databases = sorted(
        str(other.database) for other in everything if (other.root, other.database) not in kept
    )
    if databases:
        notices.oddity(
            f"The dump also holds {', '.join(databases)}, which look like LibreChat's databases "
            f"too; {chosen.database or chosen.label} was read."
        )
    others = ", ".join(sorted(other.name for other in candidates if other is not chosen))
    if others:
        notices.oddity(f"{chosen.name} was read; incomplete backups beside it: {others}.")
