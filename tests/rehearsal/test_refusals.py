"""What does not work, and how the pod says so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.containers import CONTAINERS
from tests.support.databases import Database, Postgres
from tests.support.guide import GUIDE, blocks
from tests.support.image import Image
from tests.support.pod import Manifest, secret
from tests.support.release import Release, create_user, hand_over
from tests.support.sandbox import Ended

pytestmark = [
    pytest.mark.chart,
    pytest.mark.openwebui,
    pytest.mark.postgres,
    pytest.mark.xdist_group("rehearsal-refusals"),
]

PREVIEW, RUN, _ = blocks("# migration-values.yaml")
CANNOT_START, TRY_AGAIN = 10, 30
IMPATIENT = {"migration": {"wait": {"timeoutSeconds": 1}}}


def says(ended: Ended, status: int, sentence: str) -> None:
    """It ends so, the pod shows the sentence, and the guide explains it."""
    assert ended.status == status, ended.log
    assert sentence in ended.message
    assert f"`{sentence}" in GUIDE
    assert "Traceback" not in ended.log


def test_a_backup_that_is_not_there(release: Release, postgres_database: Database) -> None:
    release.upgrade(
        PREVIEW, {"databaseUrl": postgres_database.url, "migration": {"backupDir": "elsewhere"}}
    )
    ended = release.job().run_one("migration")
    says(ended, CANNOT_START, "Backup directory not found")
    assert "/backup/elsewhere" in ended.message


def test_a_backup_that_the_job_may_not_read(release: Release, postgres_database: Database) -> None:
    hand_over(release.cluster.claims["librechat-backup"] / "librechat-backup", 4711)
    release.upgrade(PREVIEW, {"databaseUrl": postgres_database.url})
    says(release.job().run_one("migration"), CANNOT_START, "cannot be read: permission denied")


def test_a_wrong_password(release: Release, postgres: Postgres) -> None:
    create_user(postgres, "somebody", "right", "theirs")
    url = postgres.url("theirs").replace("postgres@", "somebody:wrong-one@")
    release.upgrade(PREVIEW, IMPATIENT, {"databaseUrl": url})
    (ended,) = release.job().run().values()  # the migration is never reached
    says(ended, TRY_AGAIN, "password authentication failed")
    assert ended.lines[-1].startswith("Gave up waiting for the database:")
    assert "wrong-one" not in ended.log


def test_a_database_that_does_not_answer(release: Release) -> None:
    release.upgrade(PREVIEW, IMPATIENT, {"databaseUrl": "postgresql://a:secret@127.0.0.1:1/b"})
    pod = release.job()
    says(pod.run_one("wait"), TRY_AGAIN, "cannot be reached:")
    ended = pod.run_one("migration")  # as when it goes away in between
    assert ended.status == CANNOT_START
    assert "cannot be reached" in ended.message
    assert "secret" not in ended.log.replace("WEBUI_SECRET_KEY", "")


def test_nobody_has_signed_up_yet(release: Release, postgres_database: Database) -> None:
    with psycopg.connect(postgres_database.url) as connection:
        connection.execute('DELETE FROM "user"')
    release.upgrade(PREVIEW, {"databaseUrl": postgres_database.url})
    says(
        release.job().run_one("migration"), CANNOT_START, "This Open WebUI has no admin account yet"
    )


def test_a_deleted_pod_ends_while_it_waits(release: Release) -> None:
    release.upgrade(PREVIEW, {"databaseUrl": "postgresql://a:b@127.0.0.1:1/c"})
    with release.job().start("wait") as running:
        while "cannot be reached" not in running.log():
            assert running.alive, running.log()
        running.terminate()
        # At once, not when its time is up and the kubelet kills it; and not with one of the
        # exits that end the Job for good.
        assert running.wait(20).status == 143


def test_a_deleted_pod_ends_its_migration_between_two_documents(
    release: Release, postgres_database: Database
) -> None:
    release.upgrade(RUN, {"databaseUrl": postgres_database.url})
    with release.job().start("migration") as running:
        while "phase: users" not in running.log():
            assert running.alive, running.log()
        running.terminate()
        ended = running.wait(60)
    assert ended.status == TRY_AGAIN, ended.log
    assert ended.message


@pytest.fixture
def mongodump(release: Release) -> Release:
    """The backup's claim with a mongodump in it."""
    claim = release.cluster.claims["librechat-backup"]
    CONTAINERS["mongodump"](claim / "dumped")
    hand_over(claim, 1000)
    return release


def index_variables() -> list[dict[str, str]]:
    """How pip reaches the package index here, where that takes more than a name server."""
    names = ["PIP_CERT", "PIP_INDEX_URL", "PIP_PROXY", "PIP_TRUSTED_HOST", "SSL_CERT_FILE"]
    names += ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"]
    return [{"name": name, "value": os.environ[name]} for name in names if os.environ.get(name)]


def test_a_mongodump_needs_bson_and_the_chart_can_bring_it(
    mongodump: Release, bare_image: Image, postgres_database: Database
) -> None:
    mongodump.cluster.image = bare_image
    given: dict[str, Any] = {"databaseUrl": postgres_database.url}
    mongodump.upgrade(PREVIEW, given, {"migration": {"backupDir": "dumped"}})
    ended = mongodump.job().run_one("migration")
    says(ended, CANNOT_START, "Reading a mongodump needs the Python package")
    here = {"migration": {"backupDir": "dumped", "extraEnv": index_variables()}}
    mongodump.upgrade(blocks("# values: mongodump")[0], given, here)
    pod = mongodump.job()
    installed = pod.run_one("install-bson")
    assert installed.status == 0, installed.log
    assert (pod.volumes["bson"] / "bson").is_dir()
    ended = pod.run_one("migration")
    assert ended.status == 0, ended.log
    assert ended.message.startswith("would migrate ")


def is_hook(manifest: Manifest) -> bool:
    return "helm.sh/hook" in manifest["metadata"].get("annotations", {})


def test_beside_an_open_webui_of_the_official_chart(
    release: Release, postgres_database: Database, tmp_path: Path
) -> None:
    """Nothing but the Job, as root like that chart's server, and secrets that are there already."""
    claim = release.cluster.claim("open-webui")
    release.existing = [
        secret("theirs", DATABASE_URL=postgres_database.url, key="the-server's-own"),
    ]
    rendered = release.upgrade(
        blocks("# values: official chart")[0],
        {
            "databaseUrl": "",
            "databaseUrlExistingSecret": "theirs",
            "webuiSecretKeyExistingSecret": "theirs",
            "webuiSecretKeyExistingSecretKey": "key",
            "migration": {"backupDir": ".", "dryRun": False},
        },
    )
    lasting = [one for one in rendered.manifests if not is_hook(one)]
    assert sorted(one["kind"] for one in lasting) == ["ConfigMap", "Job"]
    backup = release.cluster.claims["librechat-backup"]
    hand_over(backup, 0)
    ended = release.job().run()
    assert [one.status for one in ended.values()] == [0, 0], ended
    assert ended["migration"].message.startswith("migrated ")
    written = [*(claim / "uploads").iterdir()]
    assert written
    assert {path.stat().st_uid for path in written} == {0}
