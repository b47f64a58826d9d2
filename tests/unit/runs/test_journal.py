"""The journal gives back what it was told."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.progress import Progress
from migrator_core.runs.journal import Journal


def test_everything_but_plain_arrivals_is_listed_in_order(tmp_path: Path) -> None:
    odd = Outcome("users", "\ud83d\x00", State.FAILED, None, Reason.INVALID_DOCUMENT, "half \ud83d")
    there = Outcome("files", "f", State.EXISTING, "t", size=7)
    with closing(Journal(tmp_path, Progress())) as journal:
        journal.found("users", 2)
        journal.found("files")
        for outcome in (odd, Outcome("users", "a", State.MIGRATED, "t"), there):
            journal.outcome(outcome)
        journal.warn(Notice(WarningCode.LARGE_CHAT, "line\nend"))
        assert list(journal.items()) == [odd, there]
        assert list(journal.items()) == [odd, there], "it can be read again"
        assert list(journal.warnings()) == [Notice(WarningCode.LARGE_CHAT, "line\nend")]
        assert journal.progress.done == 3
        assert journal.progress.warnings == 1
        assert journal.tally.unbalanced() == []


def test_what_became_of_several_is_listed_one_by_one(tmp_path: Path) -> None:
    each = Outcome("messages", "", State.SKIPPED, None, Reason.NOT_SELECTED)
    with closing(Journal(tmp_path, Progress())) as journal:
        journal.found("messages", 3)
        journal.outcomes(each, ["a", "\ud83d"])
        journal.outcomes(each, [])
        assert journal.tally.unbalanced() == ["messages"]
        journal.outcomes(each, ["c"])
        assert [outcome.source_id for outcome in journal.items()] == ["a", "\ud83d", "c"]
        assert [outcome.source_id for outcome in journal.told()] == ["a", "\ud83d", "c"]
        assert journal.progress.done == 3
        assert journal.tally.unbalanced() == []
