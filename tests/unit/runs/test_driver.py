"""The driver: what happens with the steps of a phase."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from migrator_core.item import Item
from migrator_core.openwebui import Account, Brought, OpenWebUI, Written
from migrator_core.openwebui.contents.review import Fate
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.progress import Progress
from migrator_core.rows import FileRow, TagRow
from migrator_core.runs.driver import Driver, StoppedError
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.journal import Journal
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.portions import PORTION_ITEMS
from migrator_core.runs.steps import Enclosure, Found, NewPassword, Step, Write

NOBODY = cast("OpenWebUI", None)


class Notebook:
    """A writer that only remembers what it was given."""

    def __init__(self, fates: dict[str, Written] | None = None) -> None:
        self.calls: list[tuple[str, Any]] = []
        self._fates = fates or {}

    async def write(self, items: Sequence[Item]) -> list[Written]:
        self.calls.append(("write", [item.source_id for item in items]))
        return [self._fate(item) for item in items]

    async def write_file(self, item: Item, open_blob: Callable[[], BinaryIO]) -> Written:
        with open_blob() as blob:
            self.calls.append(("file", (item.source_id, blob.read())))
        return self._fate(item)

    async def recognise(self, items: Sequence[Item]) -> list[Written | None]:
        self.calls.append(("recognise", [item.source_id for item in items]))
        return [self._fates.get(item.source_id) for item in items]

    async def needs_bytes(self, item: Item) -> bool:
        return item.source_id not in self._fates

    async def look(self, item: Item) -> Written | None:
        self.calls.append(("look", item.source_id))
        return self._fates.get(item.source_id)

    async def set_password(self, account: Account, password_hash: str) -> bool:
        self.calls.append(("password", (account.id, password_hash)))
        return password_hash != "same"

    async def take_back(self, gone: Brought) -> None:
        self.calls.append(("take back", gone.source_id))

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        self.calls.append(("record", [outcome.source_id for outcome in outcomes]))

    async def note(self, notices: Sequence[Notice]) -> None:
        self.calls.append(("note", [notice.detail for notice in notices]))

    def _fate(self, item: Item) -> Written:
        return self._fates.get(item.source_id) or Written(item, State.MIGRATED, target_id="t")

    def of(self, kind: str) -> list[Any]:
        return [what for called, what in self.calls if called == kind]


class Steps(Phase):
    """A phase of given steps."""

    name = "steps"
    label = "Steps"

    def __init__(self, steps: Iterable[Step], expected: int | None = None) -> None:
        super().__init__(cast("Inputs", None), Handover())
        self._given = steps
        self._expected = expected
        self.happened: list[str] = []
        self.threads: set[str] = set()

    def read_ahead(self, advance: Callable[[int], None]) -> None:
        advance(3)
        self.happened.append("read ahead")

    async def ask(self, target: OpenWebUI) -> None:  # noqa: ARG002 - see Phase
        self.happened.append("ask")

    def total(self) -> int | None:
        self.happened.append("total")
        return self._expected

    def steps(self) -> Iterator[Step]:
        for step in self._given:
            self.threads.add(threading.current_thread().name)
            yield step

    def advice(self) -> Iterable[Notice]:
        return (Notice(WarningCode.BASE_MODEL_ACCESS, "advice"),)


def row(source_id: str, **more: Any) -> Write:
    return Write(Item("things", source_id, TagRow(source_id, source_id, "user"), "f"), **more)


def file_item(source_id: str) -> Item:
    made = FileRow(source_id, "user", "name", "stored", {}, {}, 0, 0)
    return Item("files", source_id, made, "f", 3)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path, Progress())) as made:
        yield made


async def drive(journal: Journal, writer: Notebook, phase: Phase) -> Driver:
    driver = Driver(writer, journal, asyncio.Event())
    await driver.drive(phase, NOBODY)
    return driver


async def test_a_phase_prepares_before_its_steps_and_its_progress_is_told(journal: Journal) -> None:
    phase = Steps([Found("things"), row("a")], expected=1)
    await drive(journal, Notebook(), phase)
    assert phase.happened == ["read ahead", "ask", "total"]
    progress = journal.progress
    assert (progress.phase, progress.total, progress.done) == ("steps", 1, 4)
    assert threading.current_thread().name not in phase.threads


async def test_every_kind_of_step_leaves_its_mark(journal: Journal) -> None:
    writer = Notebook()
    account = Account("account", "a@b.example", "user")
    notice = Notice(WarningCode.PASSWORD_REPLACED, "replaced")
    phase = Steps(
        [
            Found("things", 2),
            row("a", notices=(Notice(WarningCode.AVATAR_LOST, "lost"),)),
            Outcome("things", "b", State.SKIPPED, None, Reason.DUPLICATE),
            NewPassword(account, "new", notice),
            NewPassword(account, "same", Notice(WarningCode.PASSWORD_REPLACED, "not replaced")),
            Notice(WarningCode.LARGE_CHAT, "large"),
        ]
    )
    await drive(journal, writer, phase)
    entry = journal.tally.to_json()["things"]
    assert (entry["found"], entry["migrated"], entry["skipped"]) == (2, 1, {"duplicate": 1})
    assert journal.tally.unbalanced() == []
    told = [notice.detail for notice in journal.warnings()]
    assert told == ["lost", "replaced", "large", "advice"]
    assert writer.of("record") == [["b"]]
    assert writer.of("note") == [["lost", "replaced", "large", "advice"]]


async def test_children_share_the_fate_of_their_row(journal: Journal) -> None:
    failing = row("bad", children=(("parts", ["x", "y"]),))
    fates = {
        "bad": Written(failing.item, State.FAILED, Reason.REJECTED_BY_DATABASE, "too long"),
    }
    good = row("good", children=(("parts", ["z"]),))
    steps: list[Step] = [Found("things", 2), Found("parts", 3), failing, good]
    await drive(journal, Notebook(fates), Steps(steps))
    counts = journal.tally.to_json()
    assert counts["things"]["failed"] == {"rejected-by-database": 1}
    assert counts["parts"]["failed"] == {"parent-failed": 2}
    assert counts["parts"]["migrated"] == 1
    assert journal.tally.unbalanced() == []


async def test_warnings_count_only_where_the_row_has_arrived(journal: Journal) -> None:
    one = row("a", notices=(Notice(WarningCode.AVATAR_LOST, "lost"),))
    fates = {"a": Written(one.item, State.EXISTING, target_id="t")}
    await drive(journal, Notebook(fates), Steps([Found("things"), one]))
    assert [notice.detail for notice in journal.warnings()] == ["advice"]


async def test_a_warning_of_access_counts_where_access_has_arrived(journal: Journal) -> None:
    """The row was there and keeps what somebody edited; who may write to it is new all the same."""
    told = (Notice(WarningCode.ACCESS_WIDENED, "widened"), Notice(WarningCode.AVATAR_LOST, "lost"))
    one, other = row("a", notices=told), row("b", notices=told)
    kept = Fate(State.SKIPPED, Reason.CHANGED_IN_OPEN_WEBUI)
    arrived = {"content": kept, "access/user/ben/write": Fate(State.MIGRATED)}
    was_there = {"content": kept, "access/user/ben/write": Fate(State.EXISTING)}
    reason = Reason.CHANGED_IN_OPEN_WEBUI
    fates = {
        "a": Written(one.item, State.SKIPPED, reason, target_id="t", fates=arrived),
        "b": Written(other.item, State.SKIPPED, reason, target_id="t", fates=was_there),
    }
    await drive(journal, Notebook(fates), Steps([Found("things", 2), one, other]))
    assert [notice.detail for notice in journal.warnings()] == ["widened", "advice"]


async def test_whoever_wants_to_know_learns_what_became_of_a_row(journal: Journal) -> None:
    learnt: list[tuple[str, State]] = []

    def remember(written: Written) -> None:
        learnt.append((written.item.source_id, written.state))

    steps: list[Step] = [Found("things", 2), row("a", then=remember), row("b")]
    await drive(journal, Notebook(), Steps(steps))
    assert learnt == [("a", State.MIGRATED)]


async def test_enclosures_are_stored_before_the_rows_that_show_them(journal: Journal) -> None:
    lost = Enclosure(file_item("lost"), lambda: io.BytesIO(b"abc"), "conversation c: picture")
    kept = Enclosure(file_item("kept"), lambda: io.BytesIO(b"xyz"), "conversation c: other")
    fates = {"lost": Written(lost.item, State.FAILED, Reason.STORAGE_ERROR, "disk full")}
    writer = Notebook(fates)
    await drive(journal, writer, Steps([Found("things"), row("a"), lost, kept]))
    kinds = [kind for kind, _ in writer.calls if kind in {"file", "write"}]
    assert kinds == ["file", "file", "write"]
    assert "conversation c: picture: disk full" in {n.detail for n in journal.warnings()}
    assert "files" not in journal.tally.to_json(), "they are no documents of the backup"


async def test_files_are_written_with_their_bytes_and_counted_in_bytes(journal: Journal) -> None:
    writer = Notebook()
    step = Write(file_item("a"), open_blob=lambda: io.BytesIO(b"abc"))
    await drive(journal, writer, Steps([Found("files"), step]))
    assert writer.of("file") == [("a", b"abc")]
    assert journal.tally.to_json()["files"]["bytes"]["migrated"] == 3


async def test_portions_are_small_and_keep_their_order(journal: Journal) -> None:
    writer = Notebook()
    count = PORTION_ITEMS * 3 + 7
    steps: list[Step] = [Found("things", count), *(row(str(n)) for n in range(count))]
    await drive(journal, writer, Steps(steps))
    portions = writer.of("write")
    assert len(portions) > 1
    assert [source_id for portion in portions for source_id in portion] == [
        str(number) for number in range(count)
    ]


async def test_heavy_rows_go_alone(journal: Journal) -> None:
    writer = Notebook()
    await drive(
        journal, writer, Steps([Found("things", 2), row("a", weight=10**9), row("b", weight=10**9)])
    )
    assert writer.of("write") == [["a"], ["b"]]


async def test_a_wish_to_stop_ends_it_between_two_portions(journal: Journal) -> None:
    stop = asyncio.Event()
    writer = Notebook()
    steps = [row("a", weight=10**9, then=lambda _: stop.set()), row("b", weight=10**9), row("c")]
    driver = Driver(writer, journal, stop)
    with pytest.raises(StoppedError):
        await driver.drive(Steps(steps), NOBODY)
    assert writer.of("write") == [["a"]]


async def test_an_error_while_reading_reaches_the_run(journal: Journal) -> None:
    def broken() -> Iterator[Step]:
        yield Found("things")
        raise OSError("the volume went away")

    with pytest.raises(OSError, match="volume"):
        await drive(journal, Notebook(), Steps(broken()))
