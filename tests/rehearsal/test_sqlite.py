"""Open WebUI on SQLite: the Job works on the server's volume, beside the running server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.guide import blocks
from tests.support.openwebui import Visitor, signed_in
from tests.support.release import Release
from tests.support.sample import people

pytestmark = [pytest.mark.chart, pytest.mark.openwebui, pytest.mark.xdist_group("rehearsal-sqlite")]

RUN = blocks("# migration-values.yaml")[1]
SQLITE = {"postgresql": {"enabled": False}}


@pytest.fixture
def data(release: Release) -> Path:
    """The empty data volume of an Open WebUI without a database server."""
    rendered = release.upgrade(RUN, SQLITE, {"migration": {"wait": {"timeoutSeconds": 1}}})
    assert len(rendered.of("StatefulSet")) == 1
    return release.cluster.claims["demo-open-webui"]


def test_it_gives_up_waiting_for_a_server_that_never_starts(release: Release, data: Path) -> None:
    (ended,) = release.job().run().values()
    assert ended.status == 30
    assert ended.lines[-1] == (
        "Gave up waiting for the database: The SQLite database /app/backend/data/webui.db does "
        "not exist yet; the server makes it when it starts."
    )
    assert ended.message.splitlines() == ended.lines
    assert not [*data.iterdir()]


def test_it_waits_for_the_server_and_migrates_beside_it(release: Release, data: Path) -> None:
    release.upgrade(RUN, SQLITE)
    pod = release.job()
    with pod.start("wait") as waiting:
        while "does not exist yet" not in waiting.log():
            assert waiting.alive, waiting.log()
        with release.server() as url:
            Visitor(url).sign_up("Admin", "admin@owner.example", "Admin-Password-1").http.close()
            assert waiting.wait().lines[-1].endswith("webui.db is ready.")
            ended = pod.run_one("migration")
            assert ended.status == 0, ended.log
            assert ended.message.startswith("migrated ")
            for who in people():
                with signed_in(url, who["email"], who["password"]) as person:
                    assert person.chat_ids()
    for path in data.rglob("*"):
        assert path.stat().st_uid == 1000, path
