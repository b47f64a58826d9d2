"""What people take for a backup and nobody can read: refused in a sentence with the way out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from migrator_core.errors import CannotStartError
from tests.support.damage import WRITING, through_terminal
from tests.unit.librechat.building import (
    ALICE,
    collections,
    ids,
    opened,
    plain,
    write_dump,
    write_export,
)
from tests.unit.librechat.recognise.packing import packed_in_zip, tar_bytes

LEGACY = f'{{ "_id" : ObjectId("{ALICE}"), "n" : NumberInt(5), "at" : ISODate("2026-01-10") }}\n'
MONGOSH = (
    f"[\n  {{\n    _id: ObjectId('{ALICE}'),\n    email: 'a@example.org',\n    n: 5\n  }}\n]\n"
)
SHELLS = {
    "the old shell": LEGACY * 3,
    "mongosh": MONGOSH,
    "mongosh with its prompt": f"switched to db LibreChat\nLibreChat> db.users.find()\n{MONGOSH}",
    "mongosh with its greeting": f"Current Mongosh Log ID:\t65a\nConnecting to:\tm\n{MONGOSH}",
    "Robo 3T": f'/* 1 */\n{{\n    "_id" : ObjectId("{ALICE}")\n}}\n\n/* 2 */\n{LEGACY}',
    "Python": f"{{'_id': ObjectId('{ALICE}'), 'at': datetime.datetime(2026, 1, 10)}}\n",
    "UUIDs": '{ "_id" : UUID("00000000-0000-0000-0000-000000000000"), "a" : 1 }\n',
}


@pytest.mark.parametrize("text", SHELLS.values(), ids=SHELLS.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_what_a_shell_printed_is_told(tmp_path: Path, text: str, encoding: str) -> None:
    for only in (True, False):
        folder = tmp_path / str(only)
        write_export(folder, {} if only else collections())
        for name in ("users", "conversations", "messages") if only else ("users",):
            (folder / f"{name}.json").write_bytes(text.encode(encoding))
        with pytest.raises(CannotStartError, match=r"\.json (is|was not read: it is) what mongosh"):
            opened(folder, tmp_path)


FILES: dict[str, tuple[str, bytes, str]] = {
    "7z": ("backup.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(64), "7z x"),
    "rar": ("backup.rar", b"Rar!\x1a\x07\x01\x00" + bytes(64), "RAR"),
    "zstd": ("backup.tar.zst", b"\x28\xb5\x2f\xfd" + bytes(64), "unzstd"),
    "lz4": ("dump.lz4", b"\x04\x22\x4d\x18" + bytes(64), "lz4"),
    "openssl": ("backup.tar.gz.enc", b"Salted__" + bytes(range(64)), "encrypted"),
    "gpg": ("backup.tar.gz.gpg", b"\x85\x02\x0c\x03" + bytes(range(64)), "encrypted"),
    "gpg with a passphrase": (
        "backup.gpg",
        b"\x8c\x0d\x04\x09\x03\x02" + b"\xa5" * 64,
        "encrypted",
    ),
    "armoured": ("backup.asc", b"-----BEGIN PGP MESSAGE-----\n\nhQIM\n", "encrypted"),
    "age": ("backup.age", b"age-encryption.org/v1\n-> X25519 x\n", "encrypted"),
    "a web page": ("backup.tar.gz", b"<!DOCTYPE html><html>Sign in</html>", "web page"),
    "an error of S3": ("dump.archive", b'<?xml version="1.0"?><Error>Denied</Error>', "web page"),
    "one object": ("backup.json", b'{"users": [{"_id": 1}], "messages": []}', "jq"),
    "one object in another": ("b.json", b'{"collections": {"users": [{"_id": 1}]}}', "jq"),
    "one object for one": ("users.json", b'{"data": [{"_id": 1}]}', "jq"),
    "CSV": ("users.csv", b"_id,email\n1,a@example.org\n", "mongoexport"),
    "a spreadsheet": ("messages.xlsx", b"PK\x05\x06" + bytes(18), "No backup|mongoexport"),
}


@pytest.mark.parametrize(("name", "content", "says"), FILES.values(), ids=FILES.keys())
def test_it_is_named_with_the_way_out(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / name).write_bytes(content)
    with pytest.raises(CannotStartError, match=says) as caught:
        opened(folder, tmp_path)
    assert name in str(caught.value)
    with pytest.raises(CannotStartError):
        opened(folder / name, tmp_path)
    write_export(folder / "data", collections())
    with opened(folder, tmp_path) as backup:  # beside a whole backup it is in nobody's way
        assert ids(backup, "users") == plain(collections())["users"]


def test_a_protected_zip_is_told(tmp_path: Path) -> None:
    plain_zip = packed_in_zip(write_export(tmp_path / "x" / "data", collections()))
    entries = zipfile.ZipFile(io.BytesIO(plain_zip)).infolist()
    protected = bytearray(plain_zip)
    for at in [entry.header_offset + 6 for entry in entries]:
        protected[at] |= 1
    at = plain_zip.find(b"PK\x01\x02")
    while at >= 0:
        protected[at + 8] |= 1
        at = plain_zip.find(b"PK\x01\x02", at + 4)
    (tmp_path / "b.zip").write_bytes(protected)
    with pytest.raises(CannotStartError, match=r"b\.zip is protected with a password"):
        opened(tmp_path / "b.zip", tmp_path)


@pytest.mark.parametrize(
    "front", [WRITING, b"tar: Removing leading `/' from member names\n", b"Warning: x.\r\n" * 3]
)
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_words_in_front_of_a_tar_are_passed_over(tmp_path: Path, front: bytes, mode: str) -> None:
    write_dump(tmp_path / "x" / "dump" / "LibreChat", collections())
    (tmp_path / "b.tar").write_bytes(front + tar_bytes(tmp_path / "x", mode))
    with opened(tmp_path / "b.tar", tmp_path) as backup:
        assert {name: ids(backup, name) for name in backup.collections} == plain(collections())
        assert any("b.tar was read without the text" in n.detail for n in backup.notices)


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_that_came_through_a_terminal_is_read(tmp_path: Path, mode: str) -> None:
    write_export(tmp_path / "x" / "data", collections())
    packed = tar_bytes(tmp_path / "x", mode)
    (tmp_path / "b.tar").write_bytes(through_terminal(packed))
    with opened(tmp_path / "b.tar", tmp_path) as backup:
        assert {name: ids(backup, name) for name in backup.collections} == plain(collections())
        changed = any("carriage returns" in notice.detail for notice in backup.notices)
        assert changed == (b"\n" in packed)
