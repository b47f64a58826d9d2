"""What is in the way, and what to do about it. The database is looked at by other tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from owui_function import readiness
from owui_function.readiness import choose, size, when
from tests.unit.owui_function.examples import offer

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
def test_the_backup_that_is_meant(offers: list[object], name: str, chosen: object) -> None:
    problems: list[str] = []
    assert choose(offers, PLACE, name, problems) == chosen  # type: ignore[arg-type]
    assert problems == []


@pytest.mark.parametrize(
    ("offers", "name", "said"),
    [
        ([], "", "holds no LibreChat backup"),
        ([FIRST, SECOND], "", "holds 2 backups. Choose one: say “preview” or “run” and its name"),
        ([FIRST, SECOND], "third", "no backup called “third”"),
        ([FIRST], "First", "no backup called “First”"),
        ([], "third", "no backup called “third”"),
    ],
)
def test_no_guess_is_made(offers: list[object], name: str, said: str) -> None:
    problems: list[str] = []
    assert choose(offers, PLACE, name, problems) is None  # type: ignore[arg-type]
    (problem,) = problems
    assert said in problem
    assert str(PLACE) in problem


def test_a_missing_place_is_told_once() -> None:
    problems = ["There is no /data/backups."]
    assert choose([], PLACE, "", problems) is None
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
def test_room_is_needed_for_what_is_unpacked(free: int, packed: bool, enough: bool) -> None:
    one = offer(size=10_000_000 if packed else 100, packed=packed)
    found = readiness._obstacles(one, free)
    assert bool(found) is not enough
    for problem in found:
        assert "TMPDIR" in problem
        assert size(free) in problem


def test_a_mongodump_needs_bson(monkeypatch: pytest.MonkeyPatch) -> None:
    dump, export = offer(kind="mongodump-archive"), offer()
    assert readiness._obstacles(dump, 10**12) == []
    monkeypatch.setattr(readiness, "find_spec", lambda _name: None)
    (problem,) = readiness._obstacles(dump, 10**12)
    assert "pymongo" in problem
    assert "mongoexport" in problem
    assert readiness._obstacles(export, 10**12) == []


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (12_345, "12.3 kB"),
        (5_000_000_000, "5.0 GB"), (3 * 10**15, "3,000.0 TB"),
    ],
)  # fmt: skip
def test_sizes_are_words(count: int, words: str) -> None:
    assert size(count) == words


def test_moments_are_utc() -> None:
    assert when(0) == "1970-01-01 00:00 UTC"
