"""The guide's steps from its first to its last, as they stand there, on a new installation."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.databases import Postgres
from tests.support.environments import CURRENT, ROOT, Deployment
from tests.support.guide import blocks, exec_command, helm_commands, shell
from tests.support.helm import RELEASE, run_helm
from tests.support.image import Image
from tests.support.openwebui import Person, Visitor, signed_in
from tests.support.pod import Pod
from tests.support.release import SERVICE_ADDRESS, Release
from tests.support.sample import SAMPLE, by_key, collapse, missing_pieces, people, truth
from tests.support.sandbox import Ended, Running
from tests.support.snapshots import Snapshot, file_hashes, snapshot

pytestmark = [
    pytest.mark.chart,
    pytest.mark.openwebui,
    pytest.mark.postgres,
    pytest.mark.xdist_group("rehearsal-steps"),
]

CHECKOUT = (
    *("Makefile", "pyproject.toml", "README.md"),
    *("charts", "migrator_core", "owui_function", "requirements", "scripts"),
)
CLAIM, ARCHIVE_TOP = "librechat-backup", "librechat-backup"
SERVER_USER = 1000


@dataclass(frozen=True, kw_only=True)
class Story:
    """What was seen at each step; Open WebUI runs at ``url``."""

    url: str
    data: Path
    listed: Ended
    waited: Ended
    fresh: Snapshot
    preview: Ended
    after_preview: Snapshot
    reports: Ended
    run: dict[str, Ended]
    migrated: Snapshot
    backup: tuple[dict[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart that a checkout makes with the guide's command."""
    command, wanted, then = shell("make chart")
    assert then == "$ cd dist"
    checkout = tmp_path_factory.mktemp("checkout")
    for name in CHECKOUT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, checkout / name)
    give_environment(checkout)
    # Under `make test`, this make would take itself for a part of that one and say where it is.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    made = subprocess.run(
        command.removeprefix("$ ").split(),
        cwd=checkout,
        env=outside,
        check=True,
        capture_output=True,
        text=True,
    )
    said = made.stdout.splitlines()[-1]
    path, _, size = said.partition(": ")
    assert said == wanted.replace("…", size.removesuffix(" bytes"))
    return checkout / path


def give_environment(checkout: Path) -> None:
    """What ``make venv`` would make: here, this Python."""
    binaries = checkout / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (binaries / "python").chmod(0o755)
    (checkout / ".venv" / ".installed").touch()


@pytest.fixture(scope="module")
def release(chart: Path, image: Image, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release with an empty volume for its data."""
    return Release(chart, tmp_path_factory.mktemp("release"), image)


@pytest.fixture(scope="module")
def story(release: Release, postgres: Postgres) -> Iterator[Story]:
    """The steps, one after the other."""
    preview_values, run_values, _ = blocks("# migration-values.yaml")
    data = release.cluster.claim("demo-open-webui")
    listed = copy_backup(release)
    claim = release.cluster.claims[CLAIM]
    backup = file_hashes(claim)
    release.upgrade(preview_values)
    release.cluster.services["demo-postgres"] = SERVICE_ADDRESS
    pod = release.job()
    with ExitStack() as stack:
        waiting = stack.enter_context(pod.start("wait"))
        until(waiting, "cannot be reached")
        stack.enter_context(release.postgres_service(postgres))
        until(waiting, "has no tables of Open WebUI yet")
        url = stack.enter_context(release.server())
        Visitor(url).sign_up("Admin", "admin@owner.example", "Admin-Password-1").http.close()
        waited = waiting.wait()
        place = Deployment(CURRENT, release.home, postgres.url("openwebui"), "")
        (release.home / "data").symlink_to(data)
        fresh = look(place)
        preview = pod.run_one("migration")
        after_preview = look(place)
        server = Pod(release.rendered.server, release.cluster)
        reports = server.run_one("open-webui", exec_command("<release-name>-open-webui-0"))
        release.upgrade(run_values)
        run = release.job().run()
        yield Story(
            url=url,
            data=data,
            listed=listed,
            waited=waited,
            fresh=fresh,
            preview=preview,
            after_preview=after_preview,
            reports=reports,
            run=run,
            migrated=look(place),
            backup=(backup, file_hashes(claim)),
        )


def copy_backup(release: Release) -> Ended:
    """Steps 1 to 3: what ``kubectl cp`` and ``kubectl exec`` run in the guide's pod."""
    claim, manifest = blocks("# backup-volume.yaml")
    release.cluster.claim(claim["metadata"]["name"])
    packed = release.home / "kubectl-cp.tar"
    with tarfile.open(packed, "w") as out:
        out.add(SAMPLE, arcname=ARCHIVE_TOP)
    pod = Pod(manifest["spec"], release.cluster)
    copied = pod.run_one("copy", ["tar", "-xmf", "-", "-C", "/backup"], given=packed)
    assert copied.status == 0, copied.log
    return pod.run_one("copy", ["ls", f"/backup/{ARCHIVE_TOP}"])


def until(running: Running, text: str) -> None:
    """Wait until a container has said something."""
    end = time.monotonic() + 60
    while text not in running.log():
        assert running.alive, running.log()
        assert time.monotonic() < end, running.log()
        time.sleep(0.1)


def look(place: Deployment) -> Snapshot:
    """What Open WebUI holds; reports lie beside it."""
    seen = snapshot(place)
    mine = {name: sha for name, sha in seen.files.items() if not name.startswith("librechat-")}
    return replace(seen, files=mine)


VALUES = {
    ("-f", "official-values.yaml", "-f", "migration-values.yaml"): "# values: official chart",
    ("-f", "migration-values.yaml"): "# migration-values.yaml",
    (): None,
}


@pytest.mark.parametrize("command", helm_commands(RELEASE), ids=" ".join)
def test_helm_takes_what_the_guide_gives_it(
    command: list[str], chart: Path, tmp_path: Path
) -> None:
    first_line = VALUES[tuple(command[command.index(chart.name) + 1 :])]
    values = blocks(first_line)[0] if first_line else {}
    (tmp_path / "migration-values.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    official = ROOT / "tests" / "chart" / "values" / "official-values.yaml"
    shutil.copyfile(official, tmp_path / official.name)
    shutil.copyfile(chart, tmp_path / chart.name)
    assert command[:2] == ["helm", "upgrade"]
    options = [one for one in command[2:] if one != "--install"]
    done = run_helm("template", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ("librechat_migration.pyz" in done.stdout) is (first_line is not None)


def test_the_copying_pod_shows_what_the_guide_says(story: Story) -> None:
    assert story.listed.lines == ["data", "files"]


def test_the_job_waits_for_database_and_schema(story: Story) -> None:
    assert story.waited.status == 0
    first, second, *others = story.waited.lines
    assert "database openwebui on demo-postgres cannot be reached" in first
    assert second == "The database openwebui on demo-postgres has no tables of Open WebUI yet."
    assert others[-1] == "The database openwebui on demo-postgres is ready."


def test_the_preview_says_what_would_happen_and_writes_nothing(story: Story) -> None:
    assert story.preview.status == 0, story.preview.log
    assert story.after_preview == story.fresh
    (summary,) = story.preview.message.splitlines()
    assert summary.startswith("would migrate ")
    assert " failed 0 of " in summary
    assert story.preview.lines[-2] == summary
    assert story.preview.lines[-1].startswith("reports: /app/backend/data/librechat-migration/")


def test_the_report_is_where_the_guide_looks(story: Story) -> None:
    assert story.reports.status == 0, story.reports.log
    (name,) = story.reports.lines
    assert story.preview.lines[-1].endswith(f"/{name}")
    assert (story.data / "librechat-migration" / name / "report.json").is_file()


def test_the_run_does_what_the_preview_said(story: Story) -> None:
    assert [one.status for one in story.run.values()] == [0, 0], story.run["migration"].log
    run = story.run["migration"]
    assert run.message == story.preview.message.replace("would migrate ", "migrated ")
    assert run.lines[-2] == run.message.strip()
    assert story.migrated != story.fresh


def test_the_backup_is_as_it_was(story: Story) -> None:
    before, after = story.backup
    assert before == after == {f"{ARCHIVE_TOP}/{n}": h for n, h in file_hashes(SAMPLE).items()}


def listed(person: Person) -> list[dict[str, Any]]:
    """A person's files."""
    files: list[dict[str, Any]] = []
    while len(files) < (answer := person.get("/files/", page=len(files) // 50 + 1))["total"]:
        files += answer["items"]
    return files


def migrated_files(person: Person, owner: str) -> dict[str, str]:
    """SHA-256 of a person's files as the server gives them, by LibreChat's file id."""
    found = {}
    for one in listed(person):
        source = one["meta"].get("librechat", {}).get("file_id")
        if source:
            found[source] = hashlib.sha256(person.file(one["id"])).hexdigest()
    return found


@pytest.mark.parametrize("who", people(), ids=lambda who: who["key"])
def test_people_sign_in_with_their_old_password(story: Story, who: dict[str, str]) -> None:
    with signed_in(story.url, who["email"], who["password"]) as person:
        assert person.role == "user"
        users = {key for key, user in truth()["users"].items() if user["account"] == who["account"]}
        assert len(person.chat_ids()) == sum(
            chat["outcome"] == "migrated" and chat["user"] in users
            for chat in truth()["conversations"]
        )
        assert migrated_files(person, who["account"]) == {
            file["file_id"]: file["sha256"]
            for file in by_key("files").values()
            if file["outcome"] == "migrated" and file["user"] in users
        }


def test_a_chat_opens_with_its_text(story: Story) -> None:
    chat = by_key("conversations")["spring-plan"]
    who = truth()["users"][chat["user"]]
    with signed_in(story.url, who["email"], who["password"]) as person:
        (found,) = [one for one in person.chats() if one["title"] == chat["title"]]
        stored = found["chat"]["history"]["messages"].values()
        text = collapse("\n".join(message["content"] for message in stored))
        for message in chat["messages"]:
            assert not missing_pieces(text, message["shows"][:1])


def test_the_server_can_delete_what_the_job_has_written(story: Story) -> None:
    written = [*(story.data / "uploads").iterdir()]
    assert written
    assert {path.stat().st_uid for path in written} == {SERVER_USER}
    who = truth()["users"][by_key("files")["floor-plan"]["user"]]
    with signed_in(story.url, who["email"], who["password"]) as person:
        file = listed(person)[0]
        # The answer is not looked at: there is no vector database here to forget the file.
        person.http.delete(f"/api/v1/files/{file['id']}")
    assert not [path for path in written if path.exists() and path.name.startswith(file["id"])]
    assert len([path for path in written if path.exists()]) == len(written) - 1


def test_afterwards_nothing_of_the_migration_is_left(story: Story, release: Release) -> None:
    rendered = release.upgrade(blocks("# migration-values.yaml")[2])
    assert not rendered.of("Job")
    assert not rendered.of("ConfigMap")
