"""The rule of three versions: what the backup says, what we wrote, what is there."""

from __future__ import annotations

import pytest

from migrator_core.openwebui.contents.choices import Choice, choose, remembered


@pytest.mark.parametrize(
    ("backup", "written", "there", "choice"),
    [
        ("a", "a", "a", Choice.SAME),
        ("b", "a", "b", Choice.SAME),  # both made the same change
        ("b", "a", "a", Choice.BRING),
        ("b", "a", "c", Choice.KEEP),  # both changed it
        ("a", "a", "c", Choice.KEEP),
        ("a", "a", None, Choice.REMOVED),
        ("b", "a", None, Choice.REMOVED),
        ("a", None, None, Choice.BRING),  # new
        ("a", None, "c", Choice.KEEP),
        (None, "a", "a", Choice.BRING),  # taken back
        (None, "a", "c", Choice.KEEP),
        (None, "a", None, Choice.SAME),
    ],
)
def test_who_changed_it_decides(
    backup: str | None, written: str | None, there: str | None, choice: Choice
) -> None:
    assert choose(backup, written, there, known=True) is choice


@pytest.mark.parametrize("there", ["b", None])
def test_what_was_written_by_nobody_knows_whom_is_kept(there: str | None) -> None:
    assert choose("a", None, there, known=False) is Choice.KEEP
    assert choose(there, None, there, known=False) is Choice.SAME


def test_only_what_we_wrote_is_remembered_as_ours() -> None:
    assert remembered(Choice.BRING, "b", "a", known=True) == "b"
    assert remembered(Choice.KEEP, "b", "a", known=True) == "a"
    assert remembered(Choice.SAME, "b", "a", known=True) == "a"
    assert remembered(Choice.SAME, "b", None, known=False) == "b"
