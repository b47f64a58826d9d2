"""Several processes make the same of a backup as one, whatever happens to them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks.generate import generate
from tests.support.containers import CONTAINERS
from tests.support.dumps import Rows, migrated_content
from tests.support.environments import CURRENT, Deployment, deployment
from tests.support.run import migrate, verify

pytestmark = pytest.mark.openwebui

LARGE = 4_000


def new(home: Path, template: Path) -> Deployment:
    """An Open WebUI of one's own with an administrator and nothing else."""
    place = deployment(CURRENT, home)
    shutil.copyfile(template, place.data / "webui.db")
    return place


def content(place: Deployment) -> dict[str, Rows]:
    return migrated_content(place.data / "webui.db")


@pytest.mark.parametrize("container", ["mongodump"])
def test_three_processes_make_what_one_makes(
    container: str, sqlite_template: Path, tmp_path: Path
) -> None:
    backup = CONTAINERS[container](tmp_path / "backup")
    one, three = (new(tmp_path / name, sqlite_template) for name in ("a", "b"))
    alone = migrate(one, backup, tmp_path / "one", "--processes", "1")
    together = migrate(three, backup, tmp_path / "three", "--processes", "3")
    assert (alone.status, together.status) == (0, 0), together.output
    assert together.collections == alone.collections
    assert together.report["warnings"] == alone.report["warnings"]
    assert content(three) == content(one)
    again = migrate(three, backup, tmp_path / "again", "--processes", "2")
    assert {entry["migrated"] for entry in again.collections.values()} == {0}
    verified = verify(one, backup, tmp_path / "verified", "--processes", "2")
    assert verified.status == 0, verified.output


def start(place: Deployment, backup: Path, report: Path) -> subprocess.Popen[bytes]:
    command = [str(place.python), "-m", "migrator_core", "run", "--backup", str(backup)]
    return subprocess.Popen(
        [*command, "--report-dir", str(report), "--processes", "3"],
        env=place.variables,
        cwd=place.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def workers(process: subprocess.Popen[bytes]) -> set[int]:
    """The processes that it forked; both must be there."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 60
    found: set[int] = set()
    while len(found) < 2:
        assert process.poll() is None, "it ended before it could be disturbed"
        assert time.monotonic() < deadline, "it forks nothing"
        found = {int(pid) for pid in children.read_text().split()}
        time.sleep(0.01)
    return found


def test_a_run_whose_helping_processes_are_killed_ends_as_any_other(
    sqlite_template: Path, tmp_path: Path
) -> None:
    backup = generate(tmp_path / "backup", LARGE)
    quiet, disturbed = (new(tmp_path / name, sqlite_template) for name in ("a", "b"))
    assert migrate(quiet, backup, tmp_path / "quiet").status == 0
    process = start(disturbed, backup, tmp_path / "disturbed")
    for pid in workers(process):
        os.kill(pid, signal.SIGKILL)
    assert process.wait(120) == 0
    assert content(disturbed) == content(quiet)


def test_helping_processes_end_with_the_one_that_is_killed(
    sqlite_template: Path, tmp_path: Path
) -> None:
    backup = generate(tmp_path / "backup", LARGE)
    process = start(new(tmp_path / "a", sqlite_template), backup, tmp_path / "report")
    left = workers(process)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while left:
        left = {pid for pid in left if Path(f"/proc/{pid}").exists()}
        assert time.monotonic() < deadline, f"{left} outlive the run"
        time.sleep(0.05)
