"""The one rule of catching up: three versions of a thing, and which of them is to stand."""

from __future__ import annotations

from enum import Enum, auto


class Choice(Enum):
    """What becomes of one thing.

    ``SAME``: it is what the backup says. ``BRING``: it is as we wrote it, or missing and new, and
    becomes what the backup says. ``KEEP``: somebody changed it in Open WebUI. ``REMOVED``: somebody
    removed it there.
    """

    SAME = auto()
    BRING = auto()
    KEEP = auto()
    REMOVED = auto()


def choose(backup: str | None, written: str | None, there: str | None, *, known: bool) -> Choice:
    """Decide by digests; None is a thing that does not exist in that version.

    ``known`` says whether what we wrote is known at all: of rows of older ledgers it is not, and
    what differs there is kept.
    """
    if backup == there:
        return Choice.SAME
    if not known:
        return Choice.KEEP
    if there == written:
        return Choice.BRING
    return Choice.REMOVED if there is None else Choice.KEEP


def remembered(
    choice: Choice, backup: str | None, written: str | None, *, known: bool
) -> str | None:
    """What the ledger is to say from now on that we wrote, None for nothing.

    A thing that somebody made to be what the backup says stays theirs; of a row of an older ledger
    it counts as ours.
    """
    if choice is Choice.BRING or (choice is Choice.SAME and not known):
        return backup
    return written
