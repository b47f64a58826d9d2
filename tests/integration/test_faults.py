"""A sample of ``make faults``: kills, and a database that is full or gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.__main__ import moments, site
from tests.faults.trial import Site

pytestmark = pytest.mark.openwebui

SEED = 20_261_128
SQLITE = {
    ("killed before a commit", "conversations"),
    ("killed after it stored a file", "files"),
    ("no space for the database", "conversations"),
}
POSTGRESQL = {("killed after a commit", "conversations"), ("PostgreSQL stops", "files")}


def test_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    make(Site(tmp_path, "sqlite", sqlite_template, None), SQLITE)


@pytest.mark.postgres
def test_on_postgresql(tmp_path: Path) -> None:
    with site(tmp_path, "postgresql") as where:  # a server of its own: it will be stopped
        make(where, POSTGRESQL)


def make(where: Site, chosen: set[tuple[str, str]]) -> None:
    """Make these trials: after each, all is there that a run without a fault brings."""
    wanted, events = where.undisturbed()
    done = [
        where.trial(fault, phase, number, wanted)
        for fault, phase, number in moments(events, where.kind, SEED, 1)
        if (fault.name, phase) in chosen
    ]
    assert {(trial.fault, trial.phase) for trial in done} == chosen
    assert [trial for trial in done if trial.wrong] == []
