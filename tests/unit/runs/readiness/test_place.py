"""What is in the way of reading a backup, and what to do about it."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrator_core.librechat.recognise.discovery import Offer
from migrator_core.runs.readiness import place
from migrator_core.runs.readiness.findings import Door, Findings
from migrator_core.runs.readiness.place import (
    choose,
    look_for_backups,
    look_for_room,
    look_for_tools,
    room_for,
)
from migrator_core.settings import Settings
from migrator_core.wording import size

DOOR = Door("the setting", "Choose one")


def offer(
    name: str = "backup", *, kind: str = "mongoexport", size: int = 100, packed: bool = False
) -> Offer:
    """A backup that was found."""
    return Offer(Path("/data") / name, kind, size, 0, packed)


def findings(chosen: Offer | None = None, where: Path = Path("/data")) -> Findings:
    """What is known before a look."""
    return Findings(Settings(backup_dir=where), DOOR, chosen=chosen)


PLACE = Path("/data/backups")
FIRST, SECOND = offer("first"), offer("second.tar.gz", packed=True)


@pytest.mark.parametrize(
    ("offers", "name", "chosen"),
    [
        ([FIRST], "", FIRST),
        ([FIRST], "first", FIRST),
        ([FIRST, SECOND], "second.tar.gz", SECOND),
        ([FIRST, SECOND], "/data/first", FIRST),
    ],
)
def test_the_backup_that_is_meant(offers: list[Offer], name: str, chosen: Offer) -> None:
    problems: list[str] = []
    assert choose(offers, PLACE, name, DOOR, problems) == chosen
    assert problems == []


@pytest.mark.parametrize(
    ("offers", "name", "said"),
    [
        ([], "", "holds no LibreChat backup"),
        ([FIRST, SECOND], "", "holds 2 backups. Choose one."),
        ([FIRST, SECOND], "third", "no backup called “third”"),
        ([FIRST], "First", "no backup called “First”"),
        ([], "third", "no backup called “third”"),
    ],
)
def test_no_guess_is_made(offers: list[Offer], name: str, said: str) -> None:
    problems: list[str] = []
    assert choose(offers, PLACE, name, DOOR, problems) is None
    (problem,) = problems
    assert said in problem
    assert str(PLACE) in problem


def test_a_missing_place_is_told_once() -> None:
    problems = ["There is no /data/backups."]
    assert choose([], PLACE, "", DOOR, problems) is None
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("free", "packed", "enough"),
    [
        (501 * 2**20, False, True),
        (499 * 2**20, False, False),
        (500 * 2**20 + 8 * 10_000_000, True, True),
        (500 * 2**20 + 7 * 10_000_000, True, False),
    ],
)
async def test_room_is_needed_for_what_is_unpacked(
    monkeypatch: pytest.MonkeyPatch, free: int, packed: bool, enough: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    found = findings(offer(size=10_000_000 if packed else 100, packed=packed))
    await look_for_room(found)
    assert bool(found.problems) is not enough
    for problem in found.problems:
        assert "TMPDIR" in problem
        assert size(free) in problem


def test_room_is_more_than_the_backup() -> None:
    assert room_for(offer(size=10**6)) > 10**6


async def test_a_mongodump_needs_bson(monkeypatch: pytest.MonkeyPatch) -> None:
    dump, export = findings(offer(kind="mongodump-archive")), findings(offer())
    await look_for_tools(dump)
    assert dump.problems == []
    monkeypatch.setattr(place, "find_spec", lambda _name: None)
    for found in (dump, export):
        await look_for_tools(found)
    (problem,) = dump.problems
    assert "pymongo" in problem
    assert "mongoexport" in problem
    assert export.problems == []


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("/", "the whole file system, in which no backup is looked for. Name the folder"),
        ("/nowhere/at/all", "There is no /nowhere/at/all. Put the backup there"),
        ("/" + "x" * 300, "cannot be read: File name too long"),
    ],
)
async def test_an_odd_place_is_a_sentence(where: str, said: str) -> None:
    found = findings(where=Path(where))
    await look_for_backups(found)
    (problem,) = found.problems
    assert said in problem
    assert found.chosen is None
