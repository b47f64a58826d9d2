"""How the tool behaves where it runs: users, permissions, settings, the outside world."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.containers import CONTAINERS
from tests.support.environments import Deployment, deployment
from tests.support.openwebui import folder_state
from tests.support.run import migrate
from tests.support.sample import SAMPLE, copy_sample, truth

pytestmark = pytest.mark.openwebui


def _read_only(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def _writable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)


@pytest.mark.parametrize("container", ["mongoexport", "tar-gz", "archive-gzip"])
def test_an_ordinary_user_and_a_read_only_backup_are_enough(
    container: str, empty: Deployment, tmp_path: Path
) -> None:
    backup = CONTAINERS[container](tmp_path / "volume" / "backup")
    before = folder_state(backup.parent)
    _read_only(backup.parent)
    finished = migrate(empty, backup, tmp_path / "report", unprivileged=True)
    _writable(backup.parent)
    assert finished.status == 0, finished.output
    assert finished.collections["users"]["migrated"] == truth()["counts"]["users"]["migrated"]
    assert folder_state(backup.parent) == before


def test_without_an_administrator_the_run_is_refused(tmp_path: Path, empty: Deployment) -> None:
    with closing(sqlite3.connect(empty.data / "webui.db")) as connection:
        connection.execute('DELETE FROM "user"')
        connection.execute("DELETE FROM auth")
        connection.commit()
    finished = migrate(empty, SAMPLE, tmp_path / "report")
    assert finished.status == 10
    assert "admin" in finished.output.lower()
    assert "Traceback" not in finished.output


def test_without_a_database_the_run_is_refused(tmp_path: Path) -> None:
    target = deployment("0.12.4", tmp_path / "nothing-here")
    finished = migrate(target, SAMPLE, tmp_path / "report")
    assert finished.status == 10, finished.output
    assert "Traceback" not in finished.output
    assert not (target.data / "webui.db").exists()


@pytest.mark.parametrize(
    "options", [("--default-model", ""), ("--model-map", "/no/such/file"), ("--no-such-flag",)]
)
def test_wrong_usage_is_named(options: tuple[str, ...], empty: Deployment, tmp_path: Path) -> None:
    finished = migrate(empty, SAMPLE, tmp_path / "report", *options)
    assert finished.status == 2, finished.output
    assert options[0] in finished.output
    assert "Traceback" not in finished.output


def test_warnings_can_be_made_to_count(empty: Deployment, tmp_path: Path) -> None:
    finished = migrate(empty, SAMPLE, tmp_path / "report", "--fail-on-warnings")
    assert finished.status == 11, finished.output


def test_temporary_conversations_come_when_asked_for(empty: Deployment, tmp_path: Path) -> None:
    finished = migrate(
        empty, SAMPLE, tmp_path / "report",
        variables={"MIGRATION_INCLUDE_TEMPORARY": "true"},
    )  # fmt: skip
    expected = truth()["counts"]["conversations"]
    assert finished.collections["conversations"]["migrated"] == expected["migrated"] + 1


def test_a_later_backup_adds_what_is_new(empty: Deployment, tmp_path: Path) -> None:
    earlier = copy_sample(tmp_path / "earlier")
    lines = (earlier / "data" / "conversations.json").read_text(encoding="utf-8").split("\n")
    (earlier / "data" / "conversations.json").write_text("\n".join(lines[3:]), encoding="utf-8")
    first = migrate(empty, earlier, tmp_path / "report-1").collections["conversations"]
    second = migrate(empty, SAMPLE, tmp_path / "report-2").collections["conversations"]
    assert second["migrated"] == 3
    assert second["existing"] == first["migrated"]


def test_an_empty_collection_is_in_the_report_too(empty: Deployment, tmp_path: Path) -> None:
    backup = copy_sample(tmp_path / "backup")
    emptied = ("aclentries", "conversationtags", "files", "prompts", "messages")
    for name in emptied:
        (backup / "data" / f"{name}.json").write_text("")
    finished = migrate(empty, backup, tmp_path / "report", "--dry-run", "--allow-incomplete")
    assert finished.status == 0, finished.output
    names = {path.stem for path in (backup / "data").glob("*.json")}
    assert set(finished.collections) == names
    assert [finished.collections[name]["found"] for name in emptied] == [0] * len(emptied)


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_several_tenants_are_refused_before_anything_is_written(
    options: tuple[str, ...], empty: Deployment, tmp_path: Path
) -> None:
    backup = copy_sample(tmp_path / "backup")
    users = backup / "data" / "users.json"
    first, second, *others = users.read_text("utf-8").splitlines()
    lines = [first[:-1] + ',"tenantId":"north"}', second[:-1] + ',"tenantId":"south"}', *others]
    users.write_text("\n".join(lines) + "\n", "utf-8")
    refused = migrate(empty, backup, tmp_path / "report", *options)
    assert refused.status == 10, refused.output
    assert "holds 2 tenants" in refused.output
    with closing(sqlite3.connect(empty.data / "webui.db")) as connection:
        assert connection.execute('SELECT count(*) FROM "user"').fetchone() == (1,)
