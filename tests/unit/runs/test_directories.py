"""Work directories: whose owner died is removed, and a full disk is a sentence."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator_core.errors import AbortedError
from migrator_core.runs.directories import noting, work_directory

_DIES = """
import os, signal
from migrator_core.runs.directories import work_directory
with work_directory() as directory:
    (directory / "notes").write_text("of a run")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", _DIES], env=environment, check=False)
    (left,) = tmp_path.iterdir()
    with work_directory() as directory:
        assert not left.exists()
        assert directory.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_the_directory_of_a_living_run_and_of_others_stay(tmp_path: Path) -> None:
    other = tmp_path / "librechat-migrate-notes-of-a-person"
    other.mkdir()
    with work_directory() as one, work_directory() as two:
        assert one.is_dir()
        assert two.is_dir()
        assert other.is_dir()
    assert list(tmp_path.iterdir()) == [other]


def _full_file() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _full_database() -> None:
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize("fails", [_full_file, _full_database])
def test_a_full_disk_names_the_place_the_room_and_the_way_out(
    tmp_path: Path, fails: Callable[[], None]
) -> None:
    with pytest.raises(AbortedError) as ended, noting(tmp_path / "work", needed=5 * 1024 * 1024):
        fails()
    words = str(ended.value)
    assert str(tmp_path) in words
    assert "5.0 MiB are enough" in words
    assert "TMPDIR" in words


def test_another_error_is_not_called_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), noting(tmp_path, needed=0):
        raise PermissionError(errno.EACCES, "not yours")
