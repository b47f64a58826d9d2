"""What lies in a folder beside the collections, and how their files are named."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator_core.errors import CannotStartError
from tests.unit.librechat.building import (
    bson_bytes,
    collections,
    ids,
    json_lines,
    line,
    opened,
    plain,
    write_dump,
    write_export,
)

APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(60)


def _rename(folder: Path, new_name: Callable[[str], str]) -> None:
    for path in sorted(folder.iterdir()):
        path.rename(folder / new_name(path.name))


@pytest.mark.parametrize(
    "new_name",
    [
        lambda name: name.replace(".", "_20260301_120000.", 1),
        lambda name: f"LibreChat-{name}",
        lambda name: f"2026-03-01 {name}",
        lambda name: name.replace(".", " (1).", 1),
        lambda name: f"{name} (1)",
        lambda name: f"Copy of {name}",
        lambda name: f"acme_{name}",
        lambda name: f"acme.{name}",
        str.upper,
    ],
)
@pytest.mark.parametrize("write", [write_export, write_dump])
def test_names_with_dates_prefixes_and_numbers_are_read(
    tmp_path: Path, write: Callable[[Path, object], Path], new_name: Callable[[str], str]
) -> None:
    content = {name: docs for name, docs in collections().items() if name != "logs"}
    folder = write(tmp_path / "data", content)
    for path in folder.glob("*.metadata.json"):
        path.unlink()
    (folder / "prelude.json").unlink(missing_ok=True)
    _rename(folder, new_name)
    with opened(folder, tmp_path) as backup:
        assert {name: ids(backup, name) for name in backup.collections} == plain(content)


@pytest.mark.parametrize(
    "rival",
    [
        "users (1).json", "users_20260301.json", "users - Copy.json", "LibreChat.users.json",
        "LibreChat-users.json", "users.json.gz", "users2.json", "users.jsonl",
    ],
)  # fmt: skip
def test_two_files_of_one_collection_are_refused_by_name(tmp_path: Path, rival: str) -> None:
    folder = write_export(tmp_path / "b" / "data", collections())
    data = json_lines(collections()["users"])
    (folder / rival).write_bytes(gzip.compress(data) if rival.endswith("gz") else data)
    with pytest.raises(CannotStartError) as caught:
        opened(tmp_path / "b", tmp_path)
    assert "data/users.json and " in str(caught.value)
    assert f"data/{rival}" in str(caught.value)


def test_several_exports_in_one_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for day in ("0301", "0308"):
        write_export(folder, {f"{name}_2026{day}": docs for name, docs in collections().items()})
    with pytest.raises(CannotStartError, match=r"users_20260301\.json and users_20260308\.json"):
        opened(folder, tmp_path)


def test_another_collection_of_a_like_name_is_one_of_its_own(tmp_path: Path) -> None:
    names = ("messages_old", "deleted_messages", "acme_messages")
    extra = {name: [{"_id": 1}] for name in names}
    for write in (write_export, write_dump):
        folder = write(tmp_path / write.__name__, {**collections(), **extra})
        with opened(folder, tmp_path) as backup:
            assert set(names) <= set(backup.collections)
            assert len(ids(backup, "messages")) == 5
    (folder / "messages2.bson").write_bytes(bson_bytes([{"_id": 1}]))
    (folder / "messages2.metadata.json").write_text("{}")
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages2") == ["1"]


def _mac(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        (folder / f"._{path.name}").write_bytes(APPLE_DOUBLE)
    (folder / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1" + bytes(100))
    shutil.copytree(folder, folder.parent / "__MACOSX" / folder.name)


@pytest.mark.parametrize("write", [write_export, write_dump])
def test_what_is_named_as_a_macs_second_half_and_holds_data_is_read(
    tmp_path: Path, write: Callable[[Path, object], Path]
) -> None:
    folder = write(tmp_path / "data", collections())
    for path in folder.glob("messages.*son"):
        path.rename(folder / f"._{path.name}")
    (folder / "._users.json").write_bytes(b"")
    (folder / "._logs.bson").write_bytes(b"\xff\xfe\x00 damaged")
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages") == plain(collections())["messages"]
        told = [notice.detail for notice in backup.notices]
        assert [text for text in told if "._messages" in text and "was taken" in text]


def test_a_second_half_with_data_beside_the_collection_is_not_chosen_between(
    tmp_path: Path,
) -> None:
    folder = write_export(tmp_path / "data", collections())
    shutil.copy(folder / "messages.json", folder / "._messages.json")
    with pytest.raises(CannotStartError, match=r"\._messages\.json"), opened(folder, tmp_path):
        pass


def test_a_hidden_collection_is_named(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", {**collections(), "files": [{"_id": 1}]})
    (folder / "files.json").rename(folder / ".files.json")
    with opened(folder, tmp_path) as backup:
        assert any(".files.json is a hidden" in notice.detail for notice in backup.notices)


def _editors(folder: Path) -> None:
    for name in (
        "users.json~",
        ".users.json.swp",
        "#users.json#",
        "~$users.json",
        "users.json.bak",
    ):
        (folder / name).write_bytes(json_lines([{"_id": "left over"}]))


def _storage(folder: Path) -> None:
    for name in (".snapshot", "@eaDir", "#recycle", "$RECYCLE.BIN", ".AppleDouble", "lost+found"):
        shutil.copytree(folder, folder.parent / name / "old")
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "desktop.ini").write_bytes(b"[.ShellClassInfo]\r\n")


@pytest.mark.parametrize("litter", [_mac, _editors, _storage])
@pytest.mark.parametrize("write", [write_export, write_dump])
def test_litter_is_passed_over(
    tmp_path: Path, write: Callable[[Path, object], Path], litter: Callable[[Path], None]
) -> None:
    folder = write(tmp_path / "b" / "LibreChat", collections())
    litter(folder)
    with opened(tmp_path / "b", tmp_path) as backup:
        assert {name: ids(backup, name) for name in backup.collections} == plain(collections())
        assert len(backup.notices) == 1, backup.notices  # no files


def test_a_dump_with_its_users_and_roles_of_mongodb(tmp_path: Path) -> None:
    folder = write_dump(tmp_path / "dump" / "LibreChat", collections())
    for name in ("$admin.system.users", "$admin.system.roles", "fs.files", "fs.chunks"):
        (folder / f"{name}.bson").write_bytes(bson_bytes([{"_id": name}]))
        (folder / f"{name}.metadata.json").write_text("{}")
    with opened(tmp_path / "dump", tmp_path) as backup:
        assert {*backup.collections} == {*collections(), "fs.files", "fs.chunks"}


@pytest.mark.parametrize("name", ["local", "admin", "config", "temp", "backup"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    for write in (write_dump, write_export):
        root = tmp_path / write.__name__
        write(root / name, collections())
        with opened(root, tmp_path) as backup:
            assert ids(backup, "users") == plain(collections())["users"]


def test_the_kind_that_holds_everything_is_read(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    write_dump(folder, {"users": collections()["users"], "conversations": []})
    with opened(folder, tmp_path) as backup:
        assert str(backup.kind) == "mongoexport"
        assert any("JSON was read" in notice.detail for notice in backup.notices)
    (folder / "users.json").unlink()
    with pytest.raises(CannotStartError, match="some collections as BSON and others as JSON"):
        opened(folder, tmp_path)


def test_an_empty_database_beside_the_full_one_does_not_win(tmp_path: Path) -> None:
    root = tmp_path / "dump"
    write_dump(root / "LibreChat", {name: [] for name in collections()})
    write_dump(root / "test", collections())
    with opened(root, tmp_path) as backup:
        assert backup.database == "test"
        assert any("LibreChat" in notice.detail for notice in backup.notices)


@pytest.mark.parametrize(
    ("small", "large"), [("LibreChat", "chat"), ("librechat", "LibreChat-2025"), ("a", "b")]
)
def test_two_full_databases_whose_name_and_size_disagree_are_listed(
    tmp_path: Path, small: str, large: str
) -> None:
    root = tmp_path / "dump"
    write_dump(root / small, collections(messages=1))
    write_dump(root / large, collections(messages=9))
    with pytest.raises(CannotStartError) as caught:
        opened(root, tmp_path)
    for name in (small, large):
        assert f"{root}/{name} (mongodump with conversations, messages, users" in str(caught.value)


def test_the_larger_one_of_two_full_databases_wins_by_its_name(tmp_path: Path) -> None:
    root = tmp_path / "dump"
    write_dump(root / "LibreChat", collections(messages=9))
    write_dump(root / "librechat-old", collections(messages=2))
    with opened(root, tmp_path) as backup:
        assert backup.database == "LibreChat"
        assert any("librechat-old" in notice.detail for notice in backup.notices)


def test_a_larger_database_without_messages_is_not_left_alone_in_silence(tmp_path: Path) -> None:
    root = tmp_path / "dump"
    many = collections(messages=0)
    many["conversations"] *= 100
    write_dump(root / "LibreChat", many)
    write_dump(root / "trial", collections(messages=1))
    with pytest.raises(CannotStartError, match=r"(?s)LibreChat.*trial"):
        opened(root, tmp_path)


def test_empty_collections_nobody_knows_are_no_oddity(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    for name in ("agent_checkpoints", "agenttriggeruserpurges", "skillsyncstatuses", "novelties"):
        (folder / f"{name}.json").write_bytes(b"")
    (folder / "package.json").write_bytes(b'{"name":"x"}')
    (folder / "agentqueuedturns.json").write_bytes(line({"_id": 1}) + b"\n")
    with opened(folder, tmp_path) as backup:
        assert {"agent_checkpoints", "novelties", "agentqueuedturns"} <= set(backup.collections)
        package, no_files = (notice.detail for notice in backup.notices)
        assert package == "package.json is no collection of LibreChat; it was not read."
        assert "no folder of uploaded files" in no_files
