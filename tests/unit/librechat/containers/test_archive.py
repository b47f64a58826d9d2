from __future__ import annotations

import gzip
from pathlib import Path

import bson
import pytest

from migrator_core.errors import CannotStartError
from migrator_core.librechat import Backup, BackupKind, Limits
from migrator_core.librechat.containers.archive import Crc64Check
from migrator_core.outcome import WarningCode
from tests.support.mongo_archive import archive_bytes, crc64_xz, write_archive
from tests.unit.librechat.building import collections, ids, message, opened, plain

CONTENT = {**collections(), "users%2Fodd": [], "Messages2": [{"_id": 1}]}
DATABASES = {
    "admin": {"system.version": [{"_id": "authSchema"}]},
    "LibreChat": {**CONTENT, "system.views": [{"_id": 1}]},
    "other": {"messages": [message(7)], "things": [{"_id": 1}]},
}


def _damage(backup: Backup) -> list[str]:
    return [n.detail for n in backup.notices if n.code is WarningCode.COLLECTION_DAMAGED]


@pytest.mark.parametrize("name", ["dump.archive", "dump.gz", "whatever"])
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("interleave", [True, False])
def test_one_database_of_many_comes_out(
    tmp_path: Path, name: str, zipped: bool, interleave: bool
) -> None:
    (tmp_path / "b").mkdir()
    path = tmp_path / "b" / name
    write_archive(path, DATABASES, gzip=zipped, interleave=interleave)
    for given in (path, path.parent):
        with opened(given, tmp_path) as backup:
            assert (backup.kind, backup.database) == (BackupKind.MONGODUMP_ARCHIVE, "LibreChat")
            assert backup.container is None
            assert backup.collections == tuple(sorted(name.lower() for name in CONTENT))
            for collection, expected in plain(CONTENT).items():
                assert ids(backup, collection.lower()) == expected
            assert not _damage(backup)
    assert list((tmp_path / "work").iterdir()) == []


def test_a_cut_off_archive_keeps_what_came_before(tmp_path: Path) -> None:
    data = archive_bytes({"LibreChat": collections(messages=50)}, interleave=False)
    path = tmp_path / "dump"
    path.write_bytes(data[: data.index(b"m130") + 2])
    with opened(path, tmp_path) as backup:
        found = ids(backup, "messages")
        assert found == [*(f"{100 + n:024x}" for n in range(30)), f"!{130:024x}"]
        assert ids(backup, "users") == plain(collections())["users"]
        assert any("messages" in detail for detail in _damage(backup))


def test_a_cut_off_gzip_archive_keeps_what_came_before(tmp_path: Path) -> None:
    data = gzip.compress(archive_bytes({"LibreChat": collections(2000)}, interleave=False))
    path = tmp_path / "dump.gz"
    path.write_bytes(data[: len(data) // 2])
    with opened(path, tmp_path) as backup:
        assert 100 < len(ids(backup, "messages")) < 2000
        assert _damage(backup)


def test_a_wrong_checksum_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    data = archive_bytes({"LibreChat": collections()}, interleave=True)
    path = tmp_path / "dump"
    path.write_bytes(data.replace(b"text 102", b"text 1O2"))
    with opened(path, tmp_path) as backup:
        assert ids(backup, "messages") == plain(collections())["messages"]
        (detail,) = _damage(backup)
        assert "checksum" in detail
        assert "messages" in detail


@pytest.mark.parametrize("length", [b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00", b"\xfe\xff\xff\xff"])
def test_a_wrong_length_ends_the_reading(tmp_path: Path, length: bytes) -> None:
    data = archive_bytes({"LibreChat": collections()}, interleave=False)
    third = bson.encode(message(102))
    path = tmp_path / "dump"
    path.write_bytes(data.replace(third, length + third[4:]))
    with opened(path, tmp_path) as backup:
        assert ids(backup, "messages") == [f"{100:024x}", f"{101:024x}"]
        assert _damage(backup)


def test_an_archive_without_librechat_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    write_archive(path, {"shop": {"orders": [{"_id": 1}]}}, gzip=False, interleave=False)
    with pytest.raises(CannotStartError, match="shop"):
        opened(path, tmp_path)


def test_several_librechats_are_refused_unless_one_has_the_usual_name(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    write_archive(
        path, {"chat1": collections(), "chat2": collections()}, gzip=False, interleave=True
    )
    with pytest.raises(CannotStartError, match="chat1, chat2"):
        opened(path, tmp_path)
    write_archive(
        path, {"chat1": collections(), "librechat": collections(7)}, gzip=False, interleave=True
    )
    with opened(path, tmp_path) as backup:
        assert backup.database == "librechat"
        assert any("chat1" in notice.detail for notice in backup.notices)


def test_a_bomb_stops(tmp_path: Path) -> None:
    path = tmp_path / "dump.gz"
    content = {"LibreChat": {**collections(), "messages": [{"_id": 1, "text": "a" * 5_000_000}]}}
    write_archive(path, content, gzip=True, interleave=False)
    with pytest.raises(CannotStartError, match="bomb"):
        opened(path, tmp_path, Limits(expansion_floor=1_000_000, expansion=10))
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, 3, 4, 9, 65_535, 65_536, 65_537, 200_000])
def test_the_checksum_is_crc64_xz(size: int) -> None:
    data = bytes(number * 7 % 256 for number in range(size))
    expected = crc64_xz(data)
    for claimed in (expected, expected ^ 1):
        check = Crc64Check()
        check.update(data[: size // 3])
        check.update(data[size // 3 :])
        assert check.matches(claimed) is (claimed == expected)


def test_the_test_checksum_is_the_published_one() -> None:
    assert crc64_xz(b"123456789") & (1 << 64) - 1 == 0x995DC9BBDF1939FA
