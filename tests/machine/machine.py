"""LibreChat, Open WebUI and this tool, in any order, beside a model of what must be there."""

from __future__ import annotations

import asyncio
import copy
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import open_webui.env
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from open_webui.internal.db import async_engine

from migrator_core import Result, migrate, undo, verify
from migrator_core.errors import AbortedError
from migrator_core.progress import Progress
from migrator_core.settings import Settings
from tests.machine import librechat, openwebui
from tests.machine.clock import Clock
from tests.machine.killing import kill_at
from tests.machine.librechat import Backup, LibreChat
from tests.machine.model import Expected, expect
from tests.machine.observing import observe, seen
from tests.machine.openwebui import OpenWebUIPeople
from tests.machine.things import Names, State, allowed, wanted

NUMBERS = st.integers(0, 9)
OPTIONAL = ("aclentries", "groups", "sharedlinks", "agents", "promptgroups")
"""Collections that a damaged backup may lack."""


Deed: TypeAlias = tuple[str, int, int]


def _deeds(known: Iterable[str]) -> st.SearchStrategy[list[Deed]]:
    deed = st.tuples(st.sampled_from(sorted(known)), NUMBERS, NUMBERS)
    return st.lists(deed, min_size=1, max_size=8)


Looks: TypeAlias = frozenset[str]
LOOKS = st.frozensets(st.sampled_from(("before", "after")))
"""Whether a preview comes before a run, and a verification after it."""


class Machine(RuleBasedStateMachine):
    """One Open WebUI, from its first day on."""

    template: Path

    def __init__(self) -> None:
        """A fresh Open WebUI, and a LibreChat in which some people have been."""
        super().__init__()
        self._runner = asyncio.Runner()
        self._data = Path(open_webui.env.DATA_DIR)
        self._empty()
        shutil.copyfile(self.template, self._data / "webui.db")
        self._librechat = LibreChat()
        self._people = OpenWebUIPeople()
        self._names = Names()
        self._written: State = {}
        self._runs = 0
        self._clock = Clock()

    def teardown(self) -> None:
        """The database of the next example is another one."""
        self._clock.stop()
        self._runner.run(async_engine.dispose())
        self._runner.close()

    @initialize()
    def run_for_the_first_time(self) -> None:
        self._run(self._librechat.backup(), frozenset())

    @rule(deeds=_deeds(librechat.DEEDS))
    def in_librechat(self, deeds: list[Deed]) -> None:
        for deed in deeds:
            self._librechat.do(*deed)

    @rule(deeds=_deeds(openwebui.DEEDS))
    def in_open_webui(self, deeds: list[Deed]) -> None:
        self._clock.advance()
        for deed in deeds:
            self._runner.run(self._people.do(*deed))

    @rule(looks=LOOKS)
    def run(self, looks: Looks) -> None:
        self._run(self._librechat.backup(), looks)

    @rule(lost=st.sampled_from(OPTIONAL), looks=LOOKS)
    def run_with_a_damaged_backup(self, lost: str, looks: Looks) -> None:
        self._run(self._librechat.backup(lost), looks, lost)

    @rule(at=st.integers(1, 12), after=st.booleans())
    def kill_a_run(self, at: int, *, after: bool) -> None:
        """It dies at its n-th write: before it, or right after the database took it."""
        backup = self._librechat.backup()
        before, expected = self._foresee(backup)
        try:
            with kill_at(at, after=after):
                self._call(migrate, backup)
        except AbortedError:
            pass
        self._take_stock(before, expected)

    @rule()
    def run_again(self) -> None:
        """The same backup once more changes nothing, and says so."""
        backup = self._librechat.backup()
        self._run(backup, frozenset())
        report = self._run(backup, frozenset())
        assert not [c for c in report["collections"].values() if c["migrated"]]

    @rule()
    def run_and_undo(self) -> None:
        """An untouched run that is taken back leaves what was there, for the next one to go on."""
        before, written = self._now(), copy.deepcopy(self._written)
        run = self._run(self._librechat.backup(), frozenset())["run"]["id"]
        self._clock.advance()
        place = self._data.parent / "runs" / f"undo-{self._runs}"
        self._runner.run(undo(run, Progress(), report_dir=place))
        same("what an undo leaves", _compared(self._now()), _compared(before))
        self._written = written

    def _run(self, backup: Backup, looks: Looks, lost: str = "") -> dict[str, Any]:
        """What a preview and the run say, and what the run does, must be what the model says."""
        before, expected = self._foresee(backup, lost)
        preview = self._call(migrate, backup, dry_run=True) if "before" in looks else None
        assert self._now() == before, "the preview has changed something"
        report = self._call(migrate, backup)
        if preview is not None:
            same("preview", report["collections"], preview["collections"])
            same("preview", _fates(report), _fates(preview))
        same("what is there", _compared(self._now()), _compared(expected.there))
        fates = _fates(report)
        told = {key: fates.get(key, "migrated") for key in expected.fates}
        same("the report", told, expected.fates)
        self._written = expected.written
        if not lost:
            self._check_access(backup)
        if not lost and "after" in looks:
            verification = self._call(verify, backup)["verification"]
            assert verification["result"] == "equal", verification
        return report

    def _check_access(self, backup: Backup) -> None:
        may = allowed(backup, self._people.given)
        for thing, people in self._runner.run(seen()).items():
            assert people <= may.get(thing, set()), (thing, people, may.get(thing))

    def _foresee(self, backup: Backup, lost: str = "") -> tuple[State, Expected]:
        self._names.learn(backup)
        before = self._now()
        given = [
            ("groups", self._names.of("groups", own_id), person)
            for kind, own_id, person in self._people.given
            if kind == "group"
        ]
        wants = wanted(backup)
        return before, expect(wants, self._written, before, given, lost)

    def _take_stock(self, before: State, expected: Expected) -> None:
        """After a kill everything is as it was or as it is to be; the latter is written."""
        now = self._now()
        for key in {*before, *now, *expected.there}:
            document = now.get(key)
            assert document in (before.get(key), expected.there.get(key)), key
            if document != before.get(key):
                self._written[key] = expected.written[key]

    def _now(self) -> State:
        return self._runner.run(observe(self._names))

    def _call(self, action: Any, backup: Backup, **options: Any) -> dict[str, Any]:
        self._clock.advance()
        self._runs += 1
        place = self._data.parent / "runs" / str(self._runs)
        folder = _export(place / "backup", backup)
        report = place / "report"
        settings = Settings(backup_dir=folder, report_dir=report, **options)
        result: Result = self._runner.run(action(settings, Progress()))
        assert result.report_problem is None
        found: dict[str, Any] = json.loads((report / "report.json").read_text("utf-8"))
        return found

    def _empty(self) -> None:
        for path in self._data.glob("webui.db*"):
            path.unlink()
        shutil.rmtree(self._data.parent / "runs", ignore_errors=True)
        shutil.rmtree(self._data / "uploads", ignore_errors=True)
        (self._data / "uploads").mkdir()


def same(what: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> None:
    """They are equal.

    Raises:
        AssertionError: with what is different, and nothing else.
    """
    both = {key: (found.get(key), wanted.get(key)) for key in {**found, **wanted}}
    wrong = {key: pair for key, pair in both.items() if pair[0] != pair[1]}
    told = "".join(f"\n  {key}\n    is {is_}\n    not {not_}" for key, (is_, not_) in wrong.items())
    assert not wrong, f"{what}: {told}"


def _compared(state: State) -> State:
    return {
        key: {name: value for name, value in things.items() if value is not None}
        for key, things in state.items()
    }


def _fates(report: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What the report says of each document that it lists."""
    return {
        (one["collection"], one["source_id"]): one["reason"] or one["state"]
        for one in report["items"]
    }


def _export(folder: Path, backup: Backup) -> Path:
    """A backup as mongoexport writes it."""
    folder.mkdir(parents=True)
    for name, documents in backup.items():
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        (folder / f"{name}.json").write_text(lines, "utf-8")
    return folder
