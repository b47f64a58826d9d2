from __future__ import annotations

import struct
from pathlib import Path

import bson
import pytest

from migrator_core.outcome import WarningCode
from tests.unit.librechat.building import bson_bytes, collections, ids, message, opened, write_dump

MESSAGES = [message(number) for number in range(1, 6)]


def _read(tmp_path: Path, data: bytes) -> tuple[list[str], list[str]]:
    folder = write_dump(tmp_path / "dump" / "LibreChat", collections())
    (folder / "messages.bson").write_bytes(data)
    with opened(tmp_path / "dump", tmp_path, allow_incomplete=True) as backup:
        found = ids(backup, "messages")
        assert ids(backup, "messages") == found
        index = backup.message_index()
        unreadable = len([name for name in found if name.startswith("!")])
        assert (index.total, len(list(index.unreadable()))) == (len(found), unreadable)
        damage = [n.detail for n in backup.notices if n.code is WarningCode.COLLECTION_DAMAGED]
        return found, damage


def test_a_cut_off_file_ends_in_one_unreadable_document(tmp_path: Path) -> None:
    data = bson_bytes(MESSAGES)
    found, damage = _read(tmp_path, data[: -len(bson.encode(MESSAGES[-1])) // 2])
    assert found == [*(f"{n:024x}" for n in range(1, 5)), f"!{5:024x}"]
    assert len(damage) == 1


def test_a_few_left_over_bytes_are_one_unreadable_document(tmp_path: Path) -> None:
    found, damage = _read(tmp_path, bson_bytes(MESSAGES) + b"\x01\x02")
    assert found[-1] == "!document 6"
    assert len(found) == 6
    assert len(damage) == 1


@pytest.mark.parametrize("length", [-1, 0, 4, 2**31 - 1, 60 * 1024 * 1024, 300])
def test_a_wrong_length_costs_one_document(tmp_path: Path, length: int) -> None:
    second = bson.encode(MESSAGES[1])
    broken = struct.pack("<i", length) + second[4:]
    parts = [bson.encode(MESSAGES[0]), broken, *(bson.encode(m) for m in MESSAGES[2:])]
    found, damage = _read(tmp_path, b"".join(parts))
    good = [name for name in found if not name.startswith("!")]
    assert good == [f"{n:024x}" for n in (1, 3, 4, 5)]
    assert found[1] == f"!{2:024x}"
    assert damage


def test_a_damaged_document_of_right_length_does_not_touch_its_neighbours(tmp_path: Path) -> None:
    second = bytearray(bson.encode(MESSAGES[1]))
    second[21] = 0x55  # a type that does not exist
    parts = [bson.encode(MESSAGES[0]), bytes(second), *(bson.encode(m) for m in MESSAGES[2:])]
    found, damage = _read(tmp_path, b"".join(parts))
    assert found == [f"{1:024x}", f"!{2:024x}", *(f"{n:024x}" for n in (3, 4, 5))]
    assert not damage


def test_invalid_utf8_and_deep_nesting(tmp_path: Path) -> None:
    invalid = bson.encode({**message(1), "text": "ABCDE"}).replace(b"ABCDE", b"A\xff\xed\xa0E")
    deep: dict[str, object] = {}
    for _ in range(300):
        deep = {"a": deep}
    bottomless = b"\x05\x00\x00\x00\x00"
    for _ in range(50_000):
        bottomless = struct.pack("<i", len(bottomless) + 8) + b"\x03a\x00" + bottomless + b"\x00"
    parts = [invalid, bson.encode({"_id": "deep", "v": deep}), bottomless, bson.encode(message(2))]
    found, _ = _read(tmp_path, b"".join(parts))
    assert found == [f"{1:024x}", "!document 2", "!document 3", f"{2:024x}"]


def test_a_file_of_garbage_is_one_unreadable_document(tmp_path: Path) -> None:
    found, damage = _read(tmp_path, b"\xff" * 5000)
    assert found == ["!document 1"]
    assert len(damage) == 1
