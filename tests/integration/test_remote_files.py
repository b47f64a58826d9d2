"""Files that LibreChat kept in S3: fetched with the operator's keys, whole, and nobody else's."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.backups import write
from tests.support.environments import Deployment
from tests.support.rows import HASH
from tests.support.run import Finished, call, migrate, undo
from tests.support.s3_server import BUCKET, S3Server
from tests.support.snapshots import table_rows

pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("remote_files")]

ADA, BEN = "64ca1db05f9d88c1aa1a2b01", "64ca1db05f9d88c1aa1a2b02"
AGENT = "64ca1db05f9d88c1aa1a2c01"
SECRET = "canary-secret-of-the-bucket"
SIGNED = "?X-Amz-Signature=canary-signature&X-Amz-Expires=120"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
LARGE = bytes(range(256)) * 4096 * 2
TEXT = b"Bed three wants compost."


@dataclass(frozen=True)
class Kept:
    """A file record, and the object that it speaks of, if there is one."""

    filepath: str
    key: str = ""
    content: bytes = b""
    source: str = "s3"
    more: tuple[tuple[str, Any], ...] = ()


KEPT = {
    # An address with the bucket in its path, as an S3 of one's own gives it.
    "path": Kept(f"https://minio.example/{BUCKET}/images/{ADA}/path__a%20b%C3%BC.png{SIGNED}",
                 f"images/{ADA}/path__a bü.png", PIXEL),
    # An address with the bucket in its host, as Amazon gives it; it leads nowhere any more.
    "host": Kept(f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/uploads/{ADA}/host__n.txt{SIGNED}",
                 f"uploads/{ADA}/host__n.txt", TEXT),
    "cdn": Kept(f"https://d111.cloudfront.net/i/r/eu-west-1/t/north/images/{ADA}/cdn.webp?Policy=x",
                f"i/r/eu-west-1/t/north/images/{ADA}/cdn.webp", LARGE, "cloudfront"),
    "fire": Kept(f"https://firebasestorage.googleapis.com/v0/b/x.appspot.com/o/images%2F{ADA}%2Ffire.png"
                 "?alt=media&token=t", f"images/{ADA}/fire.png", PIXEL, "firebase"),
    "key": Kept("https://expired.example/", f"uploads/{ADA}/key__100%25.bin", b"by its name", "s3",
                (("storageKey", f"uploads/{ADA}/key__100%25.bin"),)),
    "encoded": Kept("", f"images/{ADA}/encoded__ü.png", PIXEL, "s3",
                    (("storageKey", f"images/{ADA}/encoded__%C3%BC.png"),)),
    "resized": Kept(f"images/{ADA}/resized.png", f"images/{ADA}/resized.png", PIXEL, "s3",
                    (("bytes", 7),)),
    "lost": Kept(f"https://minio.example/{BUCKET}/images/{ADA}/lost.png{SIGNED}"),
    "huge": Kept(f"uploads/{ADA}/huge.bin", f"uploads/{ADA}/huge.bin", b"x" * (3 << 20)),
    "empty": Kept(f"uploads/{ADA}/empty.txt", f"uploads/{ADA}/empty.txt", b""),
    "bens": Kept(f"https://minio.example/{BUCKET}/images/{BEN}/secret.png{SIGNED}",
                 f"images/{BEN}/secret.png", b"Ben's own"),
    "up": Kept(f"https://minio.example/{BUCKET}/images/{ADA}/..%2F{BEN}/secret.png"),
    "nobodys": Kept("https://minio.example/backups/dump.tar.gz", "backups/dump.tar.gz", b"a dump"),
}  # fmt: skip
ARRIVE = {"path", "host", "cdn", "fire", "key", "encoded", "resized"}
REASONS = {
    "lost": "remote-missing", "huge": "remote-too-large", "empty": "empty-file",
    "bens": "not-yours", "up": "unsafe-path", "nobodys": "not-yours",
}  # fmt: skip


def _record(name: str, kept: Kept) -> dict[str, Any]:
    return {
        "file_id": name, "user": {"$oid": ADA}, "filename": kept.key.rpartition("__")[2] or "f.png",
        "filepath": kept.filepath, "source": kept.source, "bytes": len(kept.content),
        "type": "text/plain" if name == "host" else "application/octet-stream", **dict(kept.more),
    }  # fmt: skip


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    avatar = f"https://minio.example/{BUCKET}/avatars/{{}}/avatar-1.png{SIGNED}"
    ben = f"https://minio.example/{BUCKET}/images/{BEN}/secret.png"
    collections: dict[str, list[dict[str, Any]]] = {
        "users": [
            {"_id": {"$oid": ADA}, "email": "ada@people.example", "name": "Ada", "password": HASH,
             "avatar": avatar.format(ADA)},
            {"_id": {"$oid": BEN}, "email": "ben@people.example", "name": "Ben", "password": HASH,
             "avatar": "https://lh3.provider.example/a/picture"},
        ],
        "files": [_record(name, kept) for name, kept in KEPT.items()],
        "conversations": [
            {"conversationId": "c", "user": ADA, "title": "Garden", "endpoint": "openAI",
             "model": "gpt-4o", "createdAt": {"$date": "2026-01-02T10:00:00Z"}},
        ],
        "messages": [
            {"messageId": "q", "conversationId": "c", "user": ADA, "text": "What is this?",
             "isCreatedByUser": True, "createdAt": {"$date": "2026-01-02T10:00:00Z"},
             "files": [{"file_id": name} for name in ("host", "bens")]},
        ],
        "agents": [
            {"_id": {"$oid": AGENT}, "id": "agent_a", "name": "Gardener", "author": {"$oid": ADA},
             "provider": "openAI", "model": "gpt-4o",
             "avatar": {"filepath": avatar.format(ADA), "source": "s3"}},
            {"_id": {"$oid": AGENT[:-1] + "2"}, "id": "agent_b", "name": "Thief",
             "author": {"$oid": ADA}, "provider": "openAI", "model": "gpt-4o",
             "avatar": {"filepath": ben, "source": "s3"}},
        ],
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("elsewhere") / "backup"
    write(folder / "data", collections)
    return folder


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as server:
        for kept in KEPT.values():
            if kept.key:
                server.put(kept.key, kept.content)
        server.put(f"avatars/{ADA}/avatar-1.png", PIXEL)
        yield server


def _settings(s3: S3Server) -> dict[str, str]:
    return s3.settings | {"MIGRATION_REMOTE_MAX_MB": "2"}


def _asked(s3: S3Server, verb: str, since: int) -> list[str]:
    """The keys that were asked for; of pictures of people and agents nothing."""
    lines = [line for line in s3.log[since:] if f'"{verb} /{BUCKET}/' in line]
    return [line for line in lines if "/avatars/" not in line]


def _outcomes(finished: Finished, state: str) -> dict[str, Any]:
    return {
        entry["source_id"]: entry["reason"]
        for entry in finished.report["items"]
        if entry["collection"] == "files" and entry["state"] == state
    }


def _stored(deployment: Deployment) -> dict[str, tuple[str, bytes]]:
    """The bytes that Open WebUI has, with the digest that it was told, by LibreChat's id."""
    return {
        row["meta"]["librechat"]["file_id"]: (
            row["meta"]["file_hash"], Path(row["path"]).read_bytes(),
        )
        for row in table_rows(deployment, "file")
    }  # fmt: skip


def _everything(deployment: Deployment, *reports: Path) -> Iterator[bytes]:
    """All that a run could have left a secret in."""
    with closing(sqlite3.connect(deployment.data / "webui.db")) as database:
        yield "\n".join(database.iterdump()).encode()
    for report in reports:
        for path in report.rglob("*.*"):
            yield path.read_bytes()


def test_what_is_in_the_bucket_arrives(
    empty: Deployment, backup: Path, s3: S3Server, tmp_path: Path
) -> None:
    before = migrate(empty, backup, tmp_path / "without")
    assert (before.status, _stored(empty)) == (0, {}), before.output
    variables = _settings(s3)
    status, output = call(empty, "check", "--backup", str(backup), **variables)
    assert status in {0, 11}, output
    assert f"are fetched from the S3 bucket {BUCKET}" in output

    mark = len(s3.log)
    dry = migrate(empty, backup, tmp_path / "dry", "--dry-run", variables=variables)
    assert dry.status == 0, dry.output
    assert not _asked(s3, "GET", mark)
    run = migrate(empty, backup, tmp_path / "run", "--verify", variables=variables)
    assert run.status == 0, run.output
    assert dry.collections == run.collections
    assert dry.report["warnings"] == run.report["warnings"]
    assert _outcomes(run, "skipped") == REASONS
    stored = _stored(empty)
    assert stored == {
        name: (hashlib.sha256(KEPT[name].content).hexdigest(), KEPT[name].content)
        for name in ARRIVE
    }
    assert [w["code"] for w in run.report["warnings"] if "resized" in str(w)] == ["size-mismatch"]

    accounts = {row["name"]: row["profile_image_url"] for row in table_rows(empty, "user")}
    assert accounts["Ada"].startswith("data:image/png;base64,")
    models = {row["name"]: row["meta"]["profile_image_url"] for row in table_rows(empty, "model")}
    assert models["Gardener"].startswith("data:image/png;base64,")
    assert not (models["Thief"] or "").startswith("data:")

    # The chat came without its file; now it has it, and the text of that.
    files = {row["meta"]["librechat"]["file_id"]: row for row in table_rows(empty, "file")}
    (chat,) = table_rows(empty, "chat")
    (message,) = chat["chat"]["history"]["messages"].values()
    assert [file["id"] for file in message["files"]] == [files["host"]["id"]]
    assert files["host"]["data"]["content"] == TEXT.decode()

    mark = len(s3.log)
    again = migrate(empty, backup, tmp_path / "again", variables=variables)
    assert again.collections["files"]["existing"] == len(ARRIVE)
    assert not {name for name in ARRIVE if f"{name}__" in str(_asked(s3, "GET", mark))}
    later = migrate(empty, backup, tmp_path / "later")
    assert later.collections["files"]["existing"] == len(ARRIVE)

    reports = [tmp_path / name for name in ("without", "dry", "run", "again", "later")]
    printed = f"{output}{before.output}{dry.output}{run.output}{again.output}"
    for text in (printed.encode(), *_everything(empty, *reports)):
        assert SECRET.encode() not in text
        assert b"canary-signature" not in text
    taken = undo(empty, tmp_path / "undo")
    assert taken.status == 0, taken.output


def test_a_killed_run_fetches_only_what_is_missing(
    empty: Deployment, backup: Path, s3: S3Server, tmp_path: Path
) -> None:
    variables = _settings(s3)
    first = migrate(empty, backup, tmp_path / "first", variables=variables)
    assert first.status == 0, first.output
    (gone,) = [row for row in table_rows(empty, "file") if row["filename"].endswith("n.txt")]
    Path(gone["path"]).unlink()
    mark = len(s3.log)
    second = migrate(empty, backup, tmp_path / "second", variables=variables)
    assert second.status == 0, second.output
    assert [name for name in ARRIVE if KEPT[name].key in str(_asked(s3, "GET", mark))] == ["host"]
    assert Path(gone["path"]).read_bytes() == TEXT
    checked = verify_with(empty, backup, tmp_path / "verify", variables)
    assert checked.status == 0, checked.output
    Path(gone["path"]).write_bytes(b"damaged")
    assert verify_with(empty, backup, tmp_path / "worse", variables).status == 40


def verify_with(
    deployment: Deployment, backup: Path, reports: Path, variables: dict[str, str]
) -> Finished:
    status, output = call(
        deployment, "verify", "--backup", str(backup), "--report-dir", str(reports), **variables
    )
    return Finished(status, output, reports)


def test_a_copy_beside_the_backup_wins(
    empty: Deployment, backup: Path, s3: S3Server, tmp_path: Path
) -> None:
    copied = tmp_path / "backup"
    shutil.copytree(backup, copied)
    for kept in KEPT.values():
        if kept.key.startswith(("images/", "uploads/")):
            place = copied / "files" / kept.key
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(kept.content)
    finished = migrate(empty, copied, tmp_path / "report")
    assert finished.status == 0, finished.output
    assert set(_stored(empty)) == ARRIVE - {"cdn"} | {"huge"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"MIGRATION_S3_BUCKET": "another"}, "There is no such bucket: the S3 bucket another"),
        ({"MIGRATION_S3_ENDPOINT_URL": "http://127.0.0.1:9"}, "MIGRATION_S3_ENDPOINT_URL"),
        ({"MIGRATION_S3_BUCKET": "No Bucket"}, "No bucket can have such a name"),
    ],
)
def test_what_is_wrong_with_the_storage_is_said_before_anything_is_written(
    empty: Deployment,
    backup: Path,
    s3: S3Server,
    tmp_path: Path,
    changed: dict[str, str],
    sentence: str,
) -> None:
    variables = _settings(s3) | changed
    status, output = call(empty, "check", "--backup", str(backup), **variables)
    assert status == 10
    assert sentence in output.replace("\n", " ")
    run = migrate(empty, backup, tmp_path / "report", variables=variables)
    assert run.status == 10
    assert sentence in run.output.replace("\n", " ")
    assert len(table_rows(empty, "user")) == 1


def test_rights_are_told_apart(
    empty: Deployment, backup: Path, s3: S3Server, tmp_path: Path
) -> None:
    some = _settings(s3) | s3.key("some", f"uploads/{ADA}/host", f"avatars/{ADA}/")
    none = _settings(s3) | s3.key("none", "elsewhere/")
    wrong = some | {"MIGRATION_S3_SECRET_ACCESS_KEY": "not-this-one"}
    s3.guard(on=True)
    try:
        for variables, sentence in (
            (_settings(s3), "the access key is unknown"),
            (wrong, "the secret is not that of the access key"),
            (none, "need the right s3:GetObject"),
        ):
            status, output = call(empty, "check", "--backup", str(backup), **variables)
            assert (status, sentence in output.replace("\n", " ")) == (10, True), output
        run = migrate(empty, backup, tmp_path / "report", variables=some)
        assert run.status == 20, run.output
        assert set(_stored(empty)) == {"host"}
        others = {"path", "cdn", "fire", "key", "encoded", "resized", "huge", "empty", "lost"}
        assert _outcomes(run, "failed") == dict.fromkeys(others, "remote-denied")
    finally:
        s3.guard(on=False)
