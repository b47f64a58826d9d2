"""Files in a second run: bytes that are gone come back, and files that a backup lacks are known."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa

from migrator_core.item import Reading
from migrator_core.openwebui import Ledger, LiveWriter, OpenWebUI, PreviewWriter, Written
from migrator_core.outcome import Reason, State
from tests.support.rows import file, item, key
from tests.unit.openwebui.stand_in import stand_in

NOTES = file("notes.txt", key("bea"))


def hello() -> BinaryIO:
    return io.BytesIO(b"hello")


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[OpenWebUI]:
    """An Open WebUI to which a run has brought one file."""
    async with stand_in(tmp_path) as target:
        assert (await _writer(target)).state is State.MIGRATED
        yield target


async def _writer(target: OpenWebUI, reads: Reading = Reading.UNWANTED) -> Written:
    notes = replace(item(NOTES), reads=reads)
    foretold = await PreviewWriter(target).write_file(notes, hello)
    ledger = Ledger(target)
    begun = await ledger.start(
        settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version=""
    )
    written = await LiveWriter(target, ledger, begun.id).write_file(notes, hello)
    assert (foretold.state, foretold.reason) == (written.state, written.reason)
    return written


async def _look(target: OpenWebUI) -> Written | None:
    found = await LiveWriter(target, Ledger(target), "a run").look(item(NOTES))
    foretold = await PreviewWriter(target).look(item(NOTES))
    assert (found and found.state) == (foretold and foretold.state)
    return found


def _stored(target: OpenWebUI) -> Path:
    return target.data_dir / "uploads" / NOTES.stored_name


async def _remove(target: OpenWebUI) -> None:
    deletion = sa.delete(target.schema.table("file"))
    await target.database.write(lambda connection: connection.execute(deletion))


async def test_a_file_that_is_there_is_existing(target: OpenWebUI) -> None:
    assert (await _writer(target)).state is State.EXISTING
    found = await _look(target)
    assert found is not None
    assert found.state is State.EXISTING


async def test_bytes_that_are_gone_come_back(target: OpenWebUI) -> None:
    _stored(target).unlink()
    assert await _look(target) is None
    written = await _writer(target)
    assert written.state is State.MIGRATED
    assert written.detail is not None
    assert "stored again" in written.detail
    assert _stored(target).read_bytes() == b"hello"
    assert (await _writer(target)).state is State.EXISTING


async def test_a_file_that_somebody_removed_stays_away(target: OpenWebUI) -> None:
    await _remove(target)
    _stored(target).unlink()
    written = await _writer(target)
    assert (written.state, written.reason) == (State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)
    assert await _look(target) is None
    assert not _stored(target).exists()


async def _data(target: OpenWebUI) -> dict[str, object]:
    (row,) = await target.database.rows(sa.select(target.schema.table("file").c.data))
    data: dict[str, object] = row[0]
    return data


async def _edit(target: OpenWebUI, **values: object) -> None:
    edit = sa.update(target.schema.table("file")).values(values)
    await target.database.write(lambda connection: connection.execute(edit))


async def test_a_file_that_came_without_its_text_gets_it(target: OpenWebUI) -> None:
    assert await _data(target) == {}
    written = await _writer(target, Reading.PLAIN)
    assert written.state is State.MIGRATED
    assert await _data(target) == {"status": "completed", "content": "hello"}
    assert (await _writer(target, Reading.PLAIN)).state is State.EXISTING
    assert (await _writer(target)).state is State.EXISTING
    assert (await _data(target))["content"] == "hello"


async def test_a_text_that_somebody_gave_it_stays(target: OpenWebUI) -> None:
    await _edit(target, data={"status": "completed", "content": "theirs"})
    written = await _writer(target, Reading.PLAIN)
    assert written.reason is Reason.CHANGED_IN_OPEN_WEBUI
    assert (await _data(target))["content"] == "theirs"


async def test_a_text_that_somebody_changed_stays(target: OpenWebUI) -> None:
    await _writer(target, Reading.PLAIN)
    await _edit(target, data={"status": "completed", "content": "theirs"})
    written = await _writer(target, Reading.PLAIN)
    assert written.reason is Reason.CHANGED_IN_OPEN_WEBUI
    assert written.detail == "kept as it is in Open WebUI: text"
    assert (await _data(target))["content"] == "theirs"


async def test_what_open_webui_notes_while_indexing_is_no_change(target: OpenWebUI) -> None:
    await _writer(target, Reading.PLAIN)
    data = {**await _data(target), "error": None}
    await _edit(target, data=data, meta={**NOTES.meta, "collection_name": f"file-{NOTES.id}"})
    assert (await _writer(target, Reading.PLAIN)).state is State.EXISTING
