"""Which preview's numbers hold for a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migrator_core.settings import Settings
from owui_function.jobs import previews, summaries
from tests.unit.owui_function.examples import summary


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "users.json").write_text("{}\n")
    (folder / "data" / "files.json").write_text("{}\n")
    return folder


def _touch(backup: Path) -> None:
    os.utime(backup / "data" / "users.json", ns=(1, 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file grew": lambda backup: (backup / "data" / "users.json").write_text("{}\n{}\n"),
    "a file was written again": _touch,
    "a file is gone": lambda backup: (backup / "data" / "files.json").unlink(),
    "a file is new": lambda backup: (backup / "data" / "roles.json").write_text(""),
    "a file has another name": lambda backup: (backup / "data" / "files.json").rename(
        backup / "data" / "roles.json"
    ),
    "a folder became a file": lambda backup: (backup / "uploads").write_text(""),
    "everything is gone": lambda backup: backup.rename(backup.with_name("elsewhere")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_backup_has_another_key(backup: Path, change: Callable[[Path], object]) -> None:
    settings = Settings(backup_dir=backup)
    before = previews.key(settings)
    assert previews.key(settings) == before
    change(backup)
    assert previews.key(settings) != before


@pytest.mark.parametrize(
    "values",
    [
        {"default_model": "other"},
        {"model_map": {"a": "b"}},
        {"prefer_import_password": True},
        {"include_temporary": True},
    ],
)
def test_changed_settings_have_another_key(backup: Path, values: dict[str, object]) -> None:
    settings = Settings(backup_dir=backup)
    assert previews.key(settings.model_copy(update=values)) != previews.key(settings)


def test_a_preview_and_its_run_have_the_same_key(backup: Path) -> None:
    settings = Settings(backup_dir=backup)
    run = settings.model_copy(update={"dry_run": True, "report_dir": backup.parent / "reports"})
    assert previews.key(run) == previews.key(settings)


def test_names_that_are_no_text_are_no_obstacle(backup: Path) -> None:
    (Path(os.fsdecode(os.fsencode(backup) + b"/\xff\xfe.json"))).write_text("")
    assert previews.key(Settings(backup_dir=backup))


def _kept(reports: Path, name: str, **values: str) -> None:
    (reports / name).mkdir(parents=True)
    summaries.write(
        replace(summary(**{"mode": "dry-run", "key": "wanted", **values})), reports / name
    )


def test_the_newest_finished_preview_with_the_key_counts(tmp_path: Path) -> None:
    assert previews.matching(tmp_path / "nowhere", "wanted") is None
    _kept(tmp_path, "20260301-100000-preview-a", key="other")
    assert previews.matching(tmp_path, "wanted") is None
    _kept(tmp_path, "20260301-110000-preview-b")
    _kept(tmp_path, "20260301-120000-preview-c", key="other")
    _kept(tmp_path, "20260301-130000-preview-d", state="aborted")
    (tmp_path / "20260301-140000-half").mkdir()
    (tmp_path / "a file").write_text("")
    found = previews.matching(tmp_path, "wanted")
    assert found is not None
    assert (found.key, found.finished) == ("wanted", True)


@pytest.mark.parametrize("state", ["finished", "aborted"])
def test_a_run_since_then_takes_a_preview_its_meaning(tmp_path: Path, state: str) -> None:
    _kept(tmp_path, "20260301-110000-preview-b")
    _kept(tmp_path, "20260301-120000-run-c", mode="run", state=state)
    assert previews.matching(tmp_path, "wanted") is None


def test_a_comparison_since_then_changes_nothing(tmp_path: Path) -> None:
    _kept(tmp_path, "20260301-110000-preview-b")
    _kept(tmp_path, "20260301-120000-verify-c", mode="verify")
    assert previews.matching(tmp_path, "wanted") is not None
