"""Whether a backup holds what every LibreChat has: users, conversations, messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from migrator_core.errors import CannotStartError
from migrator_core.librechat.collection import CollectionReader, NoticeLog, UndecodableError
from migrator_core.librechat.collection_names import is_known
from migrator_core.librechat.recognise.candidates import BackupKind, Candidate

_ORDER: Final = ("users", "conversations", "messages")
_LOOKED_AT: Final = 20
"""Documents. Where none of the first ones can be read, the file is something else altogether."""
_WAY_OUT: Final = (
    "Make the backup again, with all collections. If this is all there is, and you know why, allow "
    "it with --allow-incomplete (MIGRATION_ALLOW_INCOMPLETE=true)."
)

Reader = Callable[[str], CollectionReader | None]


def check_whole(
    path: Path, candidate: Candidate, reader: Reader, notices: NoticeLog, *, allowed: bool
) -> None:
    """Refuse a backup in which something essential is missing, unless that is ``allowed``.

    Raises:
        CannotStartError: it names what is missing, and what lies there in a form nobody reads.
    """
    missing = [problem for name in _ORDER if (problem := _missing(name, candidate, reader))]
    unread = [
        f"{each.label} was not read: it is {each.why}"
        for each in candidate.unread
        if missing or is_known(each.collection)
    ]
    if not missing and not unread:
        return
    if not allowed:
        what = f"{path} is no whole backup of LibreChat: " if missing else f"{path}: "
        problems = "; ".join(missing) + ". " if missing else ""
        raise CannotStartError(f"{what}{problems}{' '.join([*unread[:5], _WAY_OUT])}")
    for problem in [*missing, *unread]:
        notices.oddity(f"{problem.rstrip('.')}; the backup was read all the same, as allowed.")


def _missing(name: str, candidate: Candidate, reader: Reader) -> str | None:
    found = reader(name)
    if found is None:
        return f"{name} is missing ({_looked_for(name, candidate)})"
    first = next(iter(found.raw_documents()), None)
    if first is None:
        return f"{name} is empty, without a document"
    if first.gap:
        return f"{name} is missing ({first.problem})"
    return _never_readable(name, found)


def _looked_for(name: str, candidate: Candidate) -> str:
    if candidate.archive is not None:
        return f"no such collection in {candidate.label}"
    ending = "bson" if candidate.kind is BackupKind.MONGODUMP else "json"
    where = "" if candidate.label == "." else f" in {candidate.label}"
    return f"no {name}.{ending}{where}"


def _never_readable(name: str, reader: CollectionReader) -> str | None:
    """What is not what it seems would fail document by document, by the thousands."""
    problems = list(_problems(reader))
    if None in problems:
        return None
    return f"{name} holds nothing that can be read as documents ({problems[0]})"


def _problems(reader: CollectionReader) -> Iterable[str | None]:
    for count, found in enumerate(reader.raw_documents()):
        if count == _LOOKED_AT:
            return
        if found.raw is None:
            yield found.problem
            continue
        try:
            reader.decode(found.raw)
        except UndecodableError as error:
            yield str(error)
        else:
            yield None
            return
