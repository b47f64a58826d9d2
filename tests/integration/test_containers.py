"""However a backup is packed, what arrives is the same, and the backup stays as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.containers import CONTAINERS
from tests.support.dumps import migrated_content
from tests.support.environments import Deployment
from tests.support.openwebui import folder_state
from tests.support.run import Finished, migrate
from tests.support.sample import truth

# One worker: every result is compared with the first one.
pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("containers")]

KINDS = {
    "mongodump": "mongodump",
    "mongodump-gzip": "mongodump",
    "archive": "mongodump-archive",
    "archive-gzip": "mongodump-archive",
}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """What the first container gave; filled by whichever test runs first."""
    return {}


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_gives_the_same(
    container: str, empty: Deployment, tmp_path: Path, reference: dict[str, Any]
) -> None:
    backup = CONTAINERS[container](tmp_path / "backup")
    before = _state(backup)
    finished = migrate(empty, backup, tmp_path / "report")
    assert finished.status == 0, finished.output
    assert finished.report["backup"]["kind"] == KINDS.get(container, "mongoexport")
    assert _state(backup) == before
    result = (_counts(finished), migrated_content(empty.data / "webui.db"))
    if not reference:
        reference.update(counts=result[0], content=result[1])
    assert result[0] == reference["counts"]
    for table, rows in result[1].items():
        assert rows == reference["content"][table], table


def _state(backup: Path) -> Any:
    stat = backup.stat()
    return (stat.st_size, stat.st_mtime_ns, folder_state(backup) if backup.is_dir() else None)


def _counts(finished: Finished) -> dict[str, Any]:
    """The counts of the sample's own collections: a dump lists what else a server has."""
    return {name: finished.collections[name] for name in truth()["counts"]}
