from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson
import pytest

from migrator_core.errors import CannotStartError
from migrator_core.librechat import Backup, BackupKind, Limits
from migrator_core.librechat.containers.crc64 import Crc64Check
from migrator_core.outcome import WarningCode
from tests.support.damage import (
    DONE,
    PROGRESS,
    WRITING,
    inserted,
    through_newer_powershell,
    through_powershell,
    through_terminal,
)
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
        # Nobody knows whether there were more users: the end of that collection is missing, too.
        assert ids(backup, "users") == [*plain(collections())["users"], "!dump (users)"]
        assert any("messages" in detail for detail in _damage(backup))


def test_a_cut_off_gzip_archive_keeps_what_came_before(tmp_path: Path) -> None:
    data = gzip.compress(archive_bytes({"LibreChat": collections(2000)}, interleave=False))
    path = tmp_path / "dump.gz"
    path.write_bytes(data[: len(data) // 2])
    with opened(path, tmp_path) as backup:
        assert 100 < len(ids(backup, "messages")) < 2000
        assert _damage(backup)


def test_a_wrong_checksum_is_a_failure_and_nothing_is_lost(tmp_path: Path) -> None:
    data = archive_bytes({"LibreChat": collections()}, interleave=True)
    path = tmp_path / "dump"
    path.write_bytes(data.replace(b"text 102", b"text 1O2"))
    with opened(path, tmp_path) as backup:
        assert ids(backup, "messages") == [
            *plain(collections())["messages"],
            "!dump (messages)",
        ]
        (detail,) = _damage(backup)
        assert "checksum" in detail
        assert "messages" in detail


@pytest.mark.parametrize("length", [b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00", b"\xfe\xff\xff\xff"])
def test_a_wrong_length_costs_one_document(tmp_path: Path, length: bytes) -> None:
    data = archive_bytes({"LibreChat": collections()}, interleave=False)
    third = bson.encode(message(102))
    path = tmp_path / "dump"
    path.write_bytes(data.replace(third, length + third[4:]))
    with opened(path, tmp_path) as backup:
        assert ids(backup, "messages") == [
            *(f"{place:024x}" for place in (100, 101)),
            f"!{102:024x}",
            *(f"{place:024x}" for place in (103, 104)),
            "!dump (messages)",
        ]
        assert ids(backup, "users") == plain(collections())["users"]
        assert _damage(backup)


WHOLE = archive_bytes({"LibreChat": collections()}, interleave=True)
BETWEEN_BLOCKS = WHOLE.rindex(bson.encode({"db": "LibreChat"})[4:11]) - 4
BETWEEN_DOCUMENTS = WHOLE.index(bson.encode(message(101)))
WITHIN_A_DOCUMENT = WHOLE.index(b"text 102")

SPOILED: dict[str, bytes] = {
    "lines in front": WRITING + PROGRESS + WHOLE,
    "kubectl's words in front": b'Defaulted container "mongodb" out of: mongodb, init\n' + WHOLE,
    "ssh's words in front": b"Warning: Permanently added 'h' (ED25519).\r\n" + WHOLE,
    "lines behind": WHOLE + DONE,
    "words behind": WHOLE + b"Connection to h closed.\r\n",
    "a line between blocks": inserted(WHOLE, BETWEEN_BLOCKS),
    "a line between documents": inserted(WHOLE, BETWEEN_DOCUMENTS),
    "a line within a document": inserted(WHOLE, WITHIN_A_DOCUMENT),
    "a line in the list of collections": inserted(WHOLE, WHOLE.index(b"uuid")),
    "lines everywhere": b"".join(
        WHOLE[at : at + 100] + PROGRESS for at in range(0, len(WHOLE), 100)
    ),
    "a terminal": through_terminal(WHOLE),
    "a terminal and lines in front": through_terminal(WRITING + WHOLE),
    "a terminal and lines within": through_terminal(inserted(WHOLE, WITHIN_A_DOCUMENT, PROGRESS)),
}


def _squeezed(data: bytes) -> bytes:
    """Compressed, with the time that makes a file the same on every worker."""
    return gzip.compress(data, mtime=0)


SPOILED |= {f"{name}, then gzip": _squeezed(data) for name, data in SPOILED.items()} | {
    "gzip, then lines in front": WRITING + _squeezed(WHOLE),
    "gzip, then a line within": inserted(_squeezed(WHOLE), 200),
    "gzip, then a terminal": through_terminal(_squeezed(WHOLE)),
    "gzip, then a terminal with lines": through_terminal(inserted(_squeezed(WHOLE), 300, PROGRESS)),
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
def test_what_terminals_and_messages_did_is_undone(tmp_path: Path, spoiled: bytes) -> None:
    path = tmp_path / "librechat.archive"
    path.write_bytes(spoiled)
    with opened(path, tmp_path) as backup:
        assert {name: ids(backup, name) for name in collections()} == plain(collections())
        assert not _damage(backup)
        details = [notice.detail for notice in backup.notices]
    said = "librechat.archive (was read without|is damaged behind)"
    assert any(re.match(said, detail) for detail in details)
    assert list((tmp_path / "work").iterdir()) == []


def test_a_pasted_log_in_a_text_stays(tmp_path: Path) -> None:
    pasted = {**message(100), "text": f"what is this? {PROGRESS.decode()} thanks"}
    content = {**collections(), "messages": [pasted, *(message(n) for n in (101, 102))]}
    path = tmp_path / "dump"
    path.write_bytes(archive_bytes({"LibreChat": content}, interleave=True))
    with opened(path, tmp_path) as backup:
        (first, *_) = backup.documents("messages")
        assert first.data
        assert first.data["text"] == pasted["text"]


@pytest.mark.parametrize("end", range(-90, 0, 6))
@pytest.mark.parametrize("squeezed", [True, False])
def test_an_archive_without_its_end_fails_unless_all_of_it_came(
    tmp_path: Path, end: int, squeezed: bool
) -> None:
    path = tmp_path / "dump"
    path.write_bytes(_squeezed(WHOLE)[:end] if squeezed else WHOLE[:end])
    with opened(path, tmp_path) as backup:
        found = {name: ids(backup, name) for name in backup.collections}
        failed = any(name.startswith("!") for names in found.values() for name in names)
        assert failed or found == plain(collections())
        assert failed == bool(_damage(backup))
        assert any(notice.detail.startswith("dump is damaged") for notice in backup.notices)


def test_an_archive_cut_off_between_documents_has_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(archive_bytes({"LibreChat": collections()}, interleave=False))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(bson.encode(message(103)))])
    with opened(path, tmp_path) as backup:
        assert ids(backup, "messages") == [
            *(f"{number:024x}" for number in (100, 101, 102)), "!dump (messages)"
        ]  # fmt: skip
        index = backup.message_index()
        (gap,) = index.unreadable()
        assert gap.gap
        assert index.total == 4


def test_behind_damage_the_other_blocks_are_read(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    at = WHOLE.index(bson.encode(message(101)))
    path.write_bytes(WHOLE[: at + 20] + WHOLE[at + 90 :])
    with opened(path, tmp_path) as backup:
        found = ids(backup, "messages")
        good = [f"{number:024x}" for number in (100, 102, 103, 104)]
        assert [name for name in found if name in good] == good
        assert "!dump (messages)" in found
        assert ids(backup, "users") == plain(collections())["users"]


@pytest.mark.parametrize(
    "rewrite", [through_powershell, through_newer_powershell, base64.b64encode]
)
@pytest.mark.parametrize("squeezed", [True, False])
def test_an_archive_that_became_text_is_refused(
    tmp_path: Path, rewrite: Callable[[bytes], bytes], squeezed: bool
) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    path = folder / "librechat.archive"
    path.write_bytes(rewrite(_squeezed(WHOLE) if squeezed else WHOLE))
    for given in (path, folder):
        with pytest.raises(CannotStartError, match=r"librechat\.archive is .*(text|damaged)"):
            opened(given, tmp_path)


def test_what_holds_data_is_read_whatever_its_name(tmp_path: Path) -> None:
    empty: dict[str, list[dict[str, Any]]] = {name: [] for name in collections()}
    stub = {**empty, "users": collections()["users"]}
    trial = collections(messages=1)
    path = tmp_path / "dump"
    for other in (empty, stub, trial):
        databases = {"LibreChat": other, "chat": collections(messages=9)}
        path.write_bytes(archive_bytes(databases, interleave=True))
        if other is trial:  # whole as well: nobody can tell
            with pytest.raises(CannotStartError, match="LibreChat, chat"):
                opened(path, tmp_path)
            continue
        with opened(path, tmp_path) as backup:
            assert backup.database == "chat"
            assert len(ids(backup, "messages")) == 9
            assert any("LibreChat" in notice.detail for notice in backup.notices)


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
