"""Summaries outlive the process that made them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator_core.openwebui import RunRecord, RunState
from owui_function.jobs import summaries
from tests.unit.owui_function.examples import COLLECTIONS, summary
from tests.unit.owui_function.hostile import TEXTS


@pytest.mark.parametrize("text", ["", *TEXTS])
def test_what_is_written_is_read_again(tmp_path: Path, text: str) -> None:
    written = summary(text, mode="dry-run")
    summaries.write(written, tmp_path)
    read = summaries.read(tmp_path)
    assert read == written
    assert read.headline == written.headline


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"run": {}}', b'{"run": null, "backup": null}', b"null"],
)
def test_what_is_no_summary_is_none(tmp_path: Path, content: bytes) -> None:
    assert summaries.read(tmp_path) is None
    (tmp_path / summaries.FILE_NAME).write_bytes(content)
    assert summaries.read(tmp_path) is None


def test_a_summary_of_an_earlier_version_without_later_fields_is_read(tmp_path: Path) -> None:
    summaries.write(summary(), tmp_path)
    path = tmp_path / summaries.FILE_NAME
    content = json.loads(path.read_text("utf-8"))
    del content["warnings"], content["key"]
    path.write_text(json.dumps(content), encoding="utf-8")
    read = summaries.read(tmp_path)
    assert read is not None
    assert (read.key, read.warnings) == ("", {})


def test_the_ledgers_record_says_the_same() -> None:
    record = RunRecord(
        id="run-1", state=RunState.INTERRUPTED, started_at=10, finished_at=None, heartbeat_at=25,
        owner="me", settings={}, backup_path="/b", backup_kind="mongodump",
        backup_fingerprint="f", tool_version="1", open_webui_version="2", counts=COLLECTIONS,
        warnings={"avatar-lost": 1}, progress={}, stop_requested_at=None,
    )  # fmt: skip
    found = summaries.of_record(record)
    assert (found.preview, found.finished) == (False, False)
    assert (found.run.started_at, found.run.finished_at) == (10, 25)
    assert found.totals == summary(collections=COLLECTIONS).totals
    assert found.backup.path == "/b"
    assert found.warnings == {"avatar-lost": 1}
