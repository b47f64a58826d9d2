"""Damaged and hostile backups: no traceback, nothing outside written, an honest exit status."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson
import pytest

from tests.support.containers import mongodump
from tests.support.environments import Deployment
from tests.support.openwebui import folder_state
from tests.support.run import Finished, migrate
from tests.support.sample import SAMPLE, copy_sample, truth

pytestmark = pytest.mark.openwebui

FINISHED, CANNOT_START, SOME_FAILED = 0, 10, 20
WRONG: list[Any] = [
    None,
    True,
    -1,
    2**70,
    1.5e308,
    "",
    "\u0000",
    [],
    [[]],
    {},
    {"$oid": 5},
    [None, {"a": []}],
]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the backup that nothing may touch."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("nobody may read or change this")
    return folder


def _attempt(deployment: Deployment, backup: Path, tmp_path: Path) -> Finished:
    finished = migrate(deployment, backup, tmp_path / "report")
    assert "Traceback" not in finished.output, finished.output
    return finished


def _adds_up(finished: Finished) -> None:
    for name, count in finished.collections.items():
        accounted = count["migrated"] + count["existing"]
        accounted += sum(count["skipped"].values()) + sum(count["failed"].values())
        assert count["found"] == accounted, name


def _rows(backup: Path, collection: str) -> list[dict[str, Any]]:
    text = (backup / "data" / f"{collection}.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def _write(backup: Path, collection: str, rows: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (backup / "data" / f"{collection}.json").write_text(text, encoding="utf-8")


def test_a_truncated_dump_gives_what_can_be_read(empty: Deployment, tmp_path: Path) -> None:
    backup = mongodump(tmp_path / "backup", compressed=False)
    messages = backup / "dump" / "LibreChat" / "messages.bson"
    messages.write_bytes(messages.read_bytes()[:-30])
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status in {FINISHED, SOME_FAILED}
    _adds_up(finished)
    whole = truth()["counts"]["messages"]["migrated"]
    assert finished.collections["messages"]["migrated"] >= whole - 5
    assert "collection-damaged" in {warning["code"] for warning in finished.report["warnings"]}


def test_wrong_length_fields_cost_no_memory_and_little_else(
    empty: Deployment, tmp_path: Path
) -> None:
    backup = mongodump(tmp_path / "backup", compressed=False)
    lengths = {"users": 2**31 - 1, "files": -1, "agents": 0, "promptgroups": 4}
    for collection, length in lengths.items():
        path = backup / "dump" / "LibreChat" / f"{collection}.bson"
        data = path.read_bytes()
        first = int.from_bytes(data[:4], "little")
        wrong = (length & 0xFFFFFFFF).to_bytes(4, "little")
        path.write_bytes(data[:first] + wrong + data[first + 4 :])
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status in {FINISHED, SOME_FAILED}
    _adds_up(finished)
    for collection in lengths:
        # The first document lies before the damage.
        assert finished.collections[collection]["migrated"] >= 1, collection
        assert any(collection in warning["detail"] for warning in finished.report["warnings"])


def test_a_bomb_of_nested_documents_is_one_failed_document(
    empty: Deployment, tmp_path: Path
) -> None:
    backup = copy_sample(tmp_path)
    with (backup / "data" / "messages.json").open("a", encoding="utf-8") as out:
        out.write('{"messageId":"deep","content":' + "[" * 100_000 + "]" * 100_000 + "}\n")
        out.write("not json at all\n")
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status == SOME_FAILED
    _adds_up(finished)
    messages = finished.collections["messages"]
    assert messages["migrated"] == truth()["counts"]["messages"]["migrated"]


def _member(name: str, **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    content = b"planted" if fields.get("type", tarfile.REGTYPE) == tarfile.REGTYPE else b""
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


@pytest.mark.parametrize(
    "member",
    [
        _member("../outside/secret.txt"),
        _member("librechat-backup-20260315-120000/../../outside/planted.txt"),
        _member("/tmp/planted-by-a-backup.txt"),
        _member("link", type=tarfile.SYMTYPE, linkname="../outside"),
        _member("hard", type=tarfile.LNKTYPE, linkname="../outside/secret.txt"),
        _member("device", type=tarfile.CHRTYPE),
        _member("pipe", type=tarfile.FIFOTYPE),
    ],
    ids=lambda member: member[0].name,
)
def test_a_hostile_archive_writes_nothing_outside(
    member: tuple[tarfile.TarInfo, bytes], empty: Deployment, tmp_path: Path, outside: Path
) -> None:
    backup = tmp_path / "backup.tar.gz"
    with tarfile.open(backup, "w:gz") as out:
        out.addfile(member[0], io.BytesIO(member[1]))
        out.add(SAMPLE, arcname=SAMPLE.name)
    before = folder_state(outside)
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status in {FINISHED, CANNOT_START, SOME_FAILED}
    assert folder_state(outside) == before
    assert not Path("/tmp/planted-by-a-backup.txt").exists()
    assert "nobody may read" not in (empty.data / "webui.db").read_bytes().decode("latin-1")


def test_a_link_in_the_files_folder_is_not_followed(
    empty: Deployment, tmp_path: Path, outside: Path
) -> None:
    backup = copy_sample(tmp_path)
    file = next(path for path in (backup / "files" / "uploads").rglob("*.csv"))
    file.unlink()
    file.symlink_to(outside / "secret.txt")
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status in {FINISHED, SOME_FAILED}
    _adds_up(finished)
    for stored in (empty.data / "uploads").rglob("*"):
        assert b"nobody may read" not in stored.read_bytes()


COLLECTIONS = (
    "users", "conversations", "messages", "files", "promptgroups", "prompts", "agents", "groups",
    "aclentries", "conversationtags", "projects", "memoryentries",
)  # fmt: skip


def _broken_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fullest document, again and again, each time with another wrong value in one field."""
    model = max(rows, key=len)
    pairs = [(field, wrong) for field in model for wrong in WRONG]
    return [
        *({**model, "_id": {"$oid": f"{n:024x}"}, field: wrong} for n, (field, wrong) in
          enumerate(pairs)),
        *({"_id": wrong} for wrong in WRONG),
    ]  # fmt: skip


def test_wrong_types_in_every_field(empty: Deployment, tmp_path: Path) -> None:
    backup = copy_sample(tmp_path)
    found = {}
    for collection in COLLECTIONS:
        rows = _rows(backup, collection)
        rows += _broken_rows(rows)
        _write(backup, collection, rows)
        found[collection] = len(rows)
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status in {FINISHED, SOME_FAILED}, finished.output
    _adds_up(finished)
    for collection, count in found.items():
        assert finished.collections[collection]["found"] == count, collection
    for reason in ("internal-error", "rejected-by-database"):
        assert _details(finished, reason) == []
    sound = truth()["counts"]
    for collection in ("conversations", "files", "promptgroups", "agents", "messages"):
        counted = finished.collections[collection]
        assert counted["migrated"] + counted["existing"] >= sound[collection]["migrated"]


def _details(finished: Finished, reason: str) -> list[Any]:
    return [item for item in finished.report["items"] if item["reason"] == reason]


def test_bad_utf8_costs_at_most_the_documents_it_is_in(empty: Deployment, tmp_path: Path) -> None:
    backup = copy_sample(tmp_path)
    messages = backup / "data" / "messages.json"
    data = messages.read_bytes()
    assert b"lean plan" in data
    messages.write_bytes(data.replace(b"lean plan", b"le\xff\xc3(an plan"))
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status in {FINISHED, SOME_FAILED}
    _adds_up(finished)
    assert finished.collections["messages"]["migrated"] >= (
        truth()["counts"]["messages"]["migrated"] - 1
    )


def _nothing(backup: Path) -> None:
    shutil.rmtree(backup)


def _empty_folder(backup: Path) -> None:
    shutil.rmtree(backup)
    backup.mkdir()


def _other_json(backup: Path) -> None:
    shutil.rmtree(backup)
    backup.mkdir()
    (backup / "recipe.json").write_text('{"flour": 500}')


def _raw_volume(backup: Path) -> None:
    shutil.rmtree(backup)
    backup.mkdir()
    (backup / "WiredTiger").write_text("WiredTiger 11.2.0")
    (backup / "WiredTiger.wt").write_bytes(bytes(4096))


@pytest.mark.parametrize("damage", [_nothing, _empty_folder, _other_json, _raw_volume])
def test_what_is_no_backup_is_refused_with_a_sentence(
    damage: Callable[[Path], None], empty: Deployment, tmp_path: Path
) -> None:
    backup = copy_sample(tmp_path)
    damage(backup)
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status == CANNOT_START, finished.output
    assert str(backup) in finished.output or backup.name in finished.output


def test_a_document_of_the_largest_size_passes(empty: Deployment, tmp_path: Path) -> None:
    backup = mongodump(tmp_path / "backup", compressed=False)
    memory = {"_id": bson.ObjectId(), "key": "novel", "value": "x" * (16 * 2**20 - 200)}
    with (backup / "dump" / "LibreChat" / "memoryentries.bson").open("ab") as out:
        out.write(bson.encode(memory))
    finished = _attempt(empty, backup, tmp_path)
    assert finished.status == FINISHED, finished.output
    _adds_up(finished)
