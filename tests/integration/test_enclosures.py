"""Files that no record names: data inside messages, and pictures that only a link remembers."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import Deployment
from tests.support.run import migrate
from tests.support.snapshots import file_hashes, table_rows

pytestmark = pytest.mark.openwebui

ALICE = "64ca1db05f9d88c1aa1a2b01"
BOB = "65cd06a85f9d88c1aa1a2b02"
HASH = "$2a$10$a28tsaBfOBcKvD.7JGC5medv502AguDaN6YUCDv.BssbvRNLuMmtC"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00,"
STRAY = b"\x89PNG\r\n\x1a\nstray"
RECORDED = b"\x89PNG\r\n\x1a\nrecorded"
LEFT = b"\x89PNG\r\n\x1a\nleft"
DATA = "data:image/gif;base64," + base64.b64encode(GIF).decode("ascii")


def _user(own_id: str, name: str) -> dict[str, Any]:
    return {
        "_id": {"$oid": own_id},
        "email": f"{name}@example.com",
        "name": name,
        "password": HASH,
        "provider": "local",
        "createdAt": {"$date": "2026-01-05T10:00:00Z"},
    }


def _message(own_id: str, parent: str | None, *, asked: bool, **fields: Any) -> dict[str, Any]:
    return {
        "messageId": own_id,
        "conversationId": "c1",
        "user": ALICE,
        "parentMessageId": parent,
        "isCreatedByUser": asked,
        "createdAt": {"$date": "2026-01-05T10:01:00Z"},
        **fields,
    }


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Alice's chat shows data, a stray picture, two recorded ones, one that is gone, one of Bob's.

    The bytes of one are said to be elsewhere, and lie here all the same.
    """
    root = tmp_path / "backup"
    collections: dict[str, list[dict[str, Any]]] = {
        "users": [_user(ALICE, "alice"), _user(BOB, "bob")],
        "files": [
            {"file_id": "f1", "user": {"$oid": ALICE}, "filename": "recorded.png",
             "filepath": f"/images/{ALICE}/recorded.png", "type": "image/png", "source": "local",
             "bytes": len(RECORDED)},
            {"file_id": "f2", "user": {"$oid": ALICE}, "filename": "left.png",
             "filepath": f"/images/{ALICE}/left.png", "type": "image/png", "source": "s3"},
        ],
        "conversations": [{"conversationId": "c1", "user": ALICE, "title": "Pictures",
                           "createdAt": {"$date": "2026-01-05T10:00:00Z"}}],
        "messages": [
            _message("m1", None, asked=True, text="Look", content=[
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": DATA}}]),
            _message("m2", "m1", asked=False, text="\n".join(
                [f"![dot]({DATA})", *(f"![{name}](/images/{user}/{name}.png)" for name, user in [
                    ("stray", ALICE), ("recorded", ALICE), ("left", ALICE), ("gone", ALICE),
                    ("secret", BOB)])])),
        ],
    }  # fmt: skip
    (root / "data").mkdir(parents=True)
    for name, documents in collections.items():
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        (root / "data" / f"{name}.json").write_text(lines, "utf-8")
    for user, name, content in [
        (ALICE, "stray", STRAY),
        (ALICE, "recorded", RECORDED),
        (ALICE, "left", LEFT),
        (BOB, "secret", b"secret"),
    ]:
        folder = root / "files" / "images" / user
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(content)
    return root


def test_files_without_a_record_arrive_once_with_their_chat(
    empty: Deployment, backup: Path, tmp_path: Path
) -> None:
    dry = migrate(empty, backup, tmp_path / "dry", "--dry-run")
    assert dry.status == 0, dry.output
    assert table_rows(empty, "file") == []
    run = migrate(empty, backup, tmp_path / "run")
    assert run.status == 0, run.output
    assert run.report["warnings"] == dry.report["warnings"]
    assert run.collections == dry.collections
    assert run.collections["messages"]["migrated"] == 2

    files = {row["filename"]: row for row in table_rows(empty, "file")}
    dot = next(name for name in files if name.startswith("image-"))
    assert sorted(files) == sorted([dot, "recorded.png", "left.png", "stray.png"])
    assert {name: Path(row["path"]).read_bytes() for name, row in files.items()} == {
        dot: GIF,
        "stray.png": STRAY,
        "recorded.png": RECORDED,
        "left.png": LEFT,
    }
    assert files["stray.png"]["meta"]["librechat"] == {
        "conversationId": "c1",
        "filepath": f"/images/{ALICE}/stray.png",
    }
    (chat,) = table_rows(empty, "chat")
    assert {row["user_id"] for row in files.values()} == {chat["user_id"]}
    asked, told = chat["chat"]["history"]["messages"].values()
    assert [item["url"] for item in asked["files"]] == [files[dot]["id"]]
    assert told["content"].split("\n") == [
        f"![{label}](/api/v1/files/{files[name]['id']}/content)"
        for label, name in [
            ("dot", dot),
            ("stray", "stray.png"),
            ("recorded", "recorded.png"),
            ("left", "left.png"),
        ]
    ] + [f"📎 {name} (file not migrated)" for name in ("gone", "secret")]
    assert {row["file_id"] for row in table_rows(empty, "chat_file")} == {
        row["id"] for row in files.values()
    }

    before = file_hashes(empty.data / "uploads")
    again = migrate(empty, backup, tmp_path / "again")
    assert again.status == 0, again.output
    assert again.collections["conversations"]["existing"] == 1
    assert {row["filename"] for row in table_rows(empty, "file")} == set(files)
    assert file_hashes(empty.data / "uploads") == before
