"""Whether the files of a backup are there, and have room."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrator_core.librechat import open_backup
from migrator_core.openwebui.storage.file_store import Readiness
from migrator_core.runs.readiness.findings import COMMAND_LINE, Findings
from migrator_core.runs.readiness.stored_files import StoredFiles
from migrator_core.settings import Settings
from tests.support.sample import SAMPLE


async def looked_at(tmp_path: Path, storage: Readiness, **known: Any) -> Findings:
    """What a check finds of the sample's files, where the storage is as given."""
    selected = {"only": ("files",)} if known.pop("selected", False) else {}
    found = Findings(Settings.model_validate(selected), COMMAND_LINE, **known)
    store = SimpleNamespace(look=lambda: storage)
    found.target = SimpleNamespace(  # type: ignore[assignment]
        storage=SimpleNamespace(files=store), uploads=Path("/data/uploads")
    )
    files = StoredFiles()
    with open_backup(SAMPLE, workdir=tmp_path) as backup:
        files.read(backup)
    await files.say(found)
    return found


async def test_it_counts_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    found = await looked_at(tmp_path, Readiness(free=10**12))
    assert found.problems == []
    assert found.facts == ["21 files, 25.6 kB, go to the file storage."]
    assert found.warnings[0].startswith("1 of 22 files are not in the backup")


async def test_without_room_a_first_run_is_refused(tmp_path: Path) -> None:
    (problem,) = (await looked_at(tmp_path, Readiness(free=10**6))).problems
    assert problem.startswith("Only 1.0 MB are free in /data/uploads")


@pytest.mark.parametrize("known", [{"last_run": object()}, {"selected": True}])
async def test_what_may_need_no_room_is_a_warning(tmp_path: Path, known: dict[str, Any]) -> None:
    found = await looked_at(tmp_path, Readiness(free=10**6), **known)
    assert found.problems == []
    if "last_run" in known:
        assert "Only 1.0 MB are free" in found.warnings[-1]


async def test_a_storage_that_does_not_start_is_a_problem(tmp_path: Path) -> None:
    found = await looked_at(tmp_path, Readiness(problem="The storage (s3) does not start."))
    assert found.problems == ["The storage (s3) does not start."]


async def test_of_a_cloud_nobody_knows_the_room(tmp_path: Path) -> None:
    assert (await looked_at(tmp_path, Readiness())).problems == []
