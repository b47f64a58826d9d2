"""Files that LibreChat kept in Azure: fetched from a real emulator, by an Open WebUI's own library.

The environment of the current version has Open WebUI's slim list, without that library.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.azurite import ACCOUNT, CONTAINER, Azurite
from tests.support.backups import write
from tests.support.environments import Deployment, deployment
from tests.support.openwebui import OpenWebUIServer, Visitor
from tests.support.rows import HASH
from tests.support.run import call, migrate
from tests.support.snapshots import table_rows

pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("0.10.2-sqlite")]

ADA, BEN = "64ca1db05f9d88c1aa1a2b01", "64ca1db05f9d88c1aa1a2b02"
LARGE = bytes(range(256)) * 4096 * 5
BLOBS = {
    f"images/{ADA}/a__pic ü.png": b"a picture",
    f"images/{ADA}/b.bin": LARGE,
    f"images/{BEN}/c.png": b"Ben's own",
}
HOST = f"https://{ACCOUNT}.blob.core.windows.net/{CONTAINER}"


def _file(name: str, path: str, size: int) -> dict[str, Any]:
    return {
        "file_id": name, "user": {"$oid": ADA}, "filename": f"{name}.bin", "source": "azure_blob",
        "filepath": f"{HOST}/{path}", "bytes": size, "type": "application/octet-stream",
    }  # fmt: skip


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    encoded = quote(f"images/{ADA}/a__pic ü.png", safe="")
    collections: dict[str, list[dict[str, Any]]] = {
        "users": [{"_id": {"$oid": ADA}, "email": "a@a.example", "name": "A", "password": HASH}],
        "files": [
            _file("a", encoded, 9), _file("b", f"images/{ADA}/b.bin", len(LARGE)),
            _file("c", f"images/{BEN}/c.png", 9), _file("d", f"images/{ADA}/d.png", 9),
        ],
        "conversations": [{"conversationId": "c", "user": ADA, "title": "T"}],
        "messages": [{"messageId": "m", "conversationId": "c", "user": ADA, "text": "Hello",
                      "isCreatedByUser": True}],
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("azure") / "backup"
    write(folder / "data", collections)
    return folder


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    place = deployment("0.10.2", tmp_path_factory.mktemp("azure-target"))
    with OpenWebUIServer(place) as server:
        Visitor(server.url).sign_up("Admin", "admin@owner.example", "Admin-Password-1").http.close()
    return place


@pytest.fixture(scope="module")
def azure(target: Deployment) -> Iterator[Azurite]:
    with Azurite() as server:
        server.fill(target.python, json.dumps({name: b.hex() for name, b in BLOBS.items()}))
        yield server


def test_what_is_in_the_container_arrives(
    target: Deployment, backup: Path, azure: Azurite, tmp_path: Path
) -> None:
    right = {
        "MIGRATION_AZURE_CONTAINER": CONTAINER,
        "MIGRATION_AZURE_CONNECTION_STRING": azure.connection,
    }
    canary = "Y2FuYXJ5" * 11
    for changed, sentence in (
        ({"MIGRATION_AZURE_CONTAINER": "another"}, "There is no such container"),
        ({"MIGRATION_AZURE_CONNECTION_STRING": azure.connection_with(canary)}, "Check MIGRATION_A"),
        ({"MIGRATION_AZURE_CONNECTION_STRING": canary}, "no connection string"),
        ({"MIGRATION_AZURE_CONNECTION_STRING": ""}, "set MIGRATION_AZURE_CONNECTION_STRING"),
    ):
        status, output = call(target, "check", "--backup", str(backup), **(right | changed))
        assert (status, sentence in output.replace("\n", " ")) == (10, True), output
        assert canary not in output
    dry = migrate(target, backup, tmp_path / "dry", "--dry-run", variables=right)
    run = migrate(target, backup, tmp_path / "run", "--verify", variables=right)
    assert (dry.status, run.status) == (0, 0), run.output
    assert dry.collections == run.collections
    assert run.collections["files"]["skipped"] == {"not-yours": 1, "remote-missing": 1}
    stored = {
        row["meta"]["librechat"]["file_id"]: Path(row["path"]).read_bytes()
        for row in table_rows(target, "file")
    }
    assert stored == {"a": b"a picture", "b": LARGE}
