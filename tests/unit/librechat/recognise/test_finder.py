from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator_core.errors import CannotStartError
from migrator_core.librechat import BackupKind, BlobError, Limits
from tests.support.mongo_archive import write_archive
from tests.unit.librechat.building import (
    ALICE,
    JSON_FORMS,
    collections,
    ids,
    message,
    opened,
    plain,
    write_dump,
    write_export,
    write_media,
)

NOBODY = 65534
Builder = Callable[[Path], Path]


def _script(root: Path) -> Path:
    backup = root / "librechat-backup-20260113-140000"
    write_export(backup / "data", collections())
    write_media(backup / "files")
    return backup


def _flat_export(root: Path) -> Path:
    write_media(root)
    return write_export(root, collections())


def _docker_cp(root: Path) -> Path:
    write_dump(root / "backup" / "data" / "backup" / "LibreChat", collections())
    write_dump(root / "backup" / "data" / "backup" / "admin", {"users": [{"_id": 1}]})
    write_media(root / "app-data")
    return root


def _gzip_dump(root: Path) -> Path:
    folder = write_dump(root / "dump" / "LibreChat", collections())
    for path in sorted(folder.iterdir()):
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    write_media(root / "files")
    return root


def _archive(root: Path) -> Path:
    write_archive(root / "db", {"LibreChat": collections()}, gzip=True, interleave=True)
    write_media(root / "files")
    return root


def _packed_media(root: Path) -> Path:
    write_dump(root / "dump" / "LibreChat", collections())
    write_media(root / "x")
    for kind in ("uploads", "images"):
        with tarfile.open(root / f"{kind}-backup.tar.gz", "w:gz") as tar:
            top = kind == "uploads"  # one packed as a folder, one from inside it
            tar.add(root / "x" / kind, arcname="app/uploads" if top else ".")
    for path in sorted((root / "x").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / "x").rmdir()
    return root


def _compass(root: Path) -> Path:
    form = JSON_FORMS["pretty array (Compass)"]
    for name, documents in collections().items():
        (root / f"LibreChat.{name}.json").write_bytes(form(documents))
    write_media(root)
    return root


def _inside(builder: Builder, inner: Callable[[Path], Path]) -> Builder:
    return lambda root: inner(builder(root))


def _packed(builder: Builder, pack: Callable[[Path, Path], Path]) -> Builder:
    def build(root: Path) -> Path:
        content = root / "content"
        content.mkdir()
        builder(content)
        target = root / "packed"
        target.mkdir()
        return pack(content, target)

    return build


def _tar(mode: str, name: str) -> Callable[[Path, Path], Path]:
    def pack(content: Path, target: Path) -> Path:
        with tarfile.open(target / name, mode) as tar:  # type: ignore[call-overload]
            tar.add(content, arcname="./")
        return target / name

    return pack


def _zip(content: Path, target: Path) -> Path:
    with zipfile.ZipFile(target / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(content.rglob("*")):
            archive.write(path, path.relative_to(content))
    return target / "b.zip"


LAYOUTS: dict[str, tuple[Builder, BackupKind, str | None]] = {
    "the script's folder": (_script, BackupKind.MONGOEXPORT, None),
    "its parent": (_inside(_script, lambda path: path.parent), BackupKind.MONGOEXPORT, None),
    "its data folder": (_inside(_script, lambda path: path / "data"), BackupKind.MONGOEXPORT, None),
    "flat": (_flat_export, BackupKind.MONGOEXPORT, None),
    "Compass": (_compass, BackupKind.MONGOEXPORT, None),
    "docker cp": (_docker_cp, BackupKind.MONGODUMP, None),
    "dump with gzip": (_gzip_dump, BackupKind.MONGODUMP, None),
    "its dump folder": (_inside(_gzip_dump, lambda p: p / "dump"), BackupKind.MONGODUMP, None),
    "its database folder": (
        _inside(_gzip_dump, lambda path: path / "dump" / "LibreChat"),
        BackupKind.MONGODUMP,
        None,
    ),
    "archive": (_archive, BackupKind.MONGODUMP_ARCHIVE, None),
    "the archive itself": (
        _inside(_archive, lambda path: path / "db"),
        BackupKind.MONGODUMP_ARCHIVE,
        None,
    ),
    "packed uploads": (_packed_media, BackupKind.MONGODUMP, None),
    "tar.gz": (_packed(_script, _tar("w:gz", "b.tgz")), BackupKind.MONGOEXPORT, "tar.gz"),
    "tar without a name": (_packed(_gzip_dump, _tar("w", "b")), BackupKind.MONGODUMP, "tar"),
    "tar.xz": (_packed(_flat_export, _tar("w:xz", "b")), BackupKind.MONGOEXPORT, "tar.xz"),
    "folder with a tar.gz": (
        _inside(_packed(_archive, _tar("w:gz", "b.tar.gz")), lambda path: path.parent),
        BackupKind.MONGODUMP_ARCHIVE,
        "tar.gz",
    ),
    "zip": (_packed(_script, _zip), BackupKind.MONGOEXPORT, "zip"),
    "tar.gz with packed uploads": (
        _packed(_packed_media, _tar("w:gz", "b.tar.gz")),
        BackupKind.MONGODUMP,
        "tar.gz",
    ),
}


@pytest.mark.parametrize(("build", "kind", "container"), LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_is_recognised(
    tmp_path: Path, build: Builder, kind: BackupKind, container: str | None
) -> None:
    root = tmp_path / "b"
    root.mkdir()
    path = build(root)
    before = _state(root)
    with opened(path, tmp_path) as backup:
        assert (backup.kind, backup.container) == (kind, container)
        content = collections()
        assert backup.collections == tuple(sorted(content))
        assert {name: ids(backup, name) for name in content} == plain(content)
        assert len(list(backup.message_index().take("c1", ALICE))) == 5
        for filepath in (f"/uploads/{ALICE}/f1__a.txt", f"/images/{ALICE}/f2__b.png"):
            with backup.blobs.find(filepath).open() as file:
                assert file.read().decode() == filepath.rpartition("/")[2]
        fingerprint = backup.fingerprint
    with opened(path, tmp_path) as again:
        assert again.fingerprint == fingerprint
    assert _state(root) == before
    assert list((tmp_path / "work").iterdir()) == []


def _state(root: Path) -> list[tuple[str, int, int]]:
    return [
        (str(path), path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
    ]


def test_another_content_has_another_fingerprint(tmp_path: Path) -> None:
    paths = [
        write_export(tmp_path / name / "data", collections(messages=count))
        for name, count in (("a", 5), ("b", 6), ("c", 5))
    ]
    prints = []
    for path in paths:
        with opened(path, tmp_path) as backup:
            prints.append(backup.fingerprint)
    assert prints[0] != prints[1]
    assert prints[0] == prints[2]


def test_only_one_complete_backup_is_meant(tmp_path: Path) -> None:
    root = tmp_path / "backups"
    write_export(root / "librechat-backup-1" / "data", collections(messages=3))
    write_export(root / "librechat-backup-2" / "data", {"users": collections()["users"]})
    write_media(root / "librechat-backup-2" / "files")
    with opened(root, tmp_path) as backup:
        assert len(ids(backup, "messages")) == 3
        assert any("librechat-backup-2" in notice.detail for notice in backup.notices)
        with pytest.raises(BlobError):  # the other backup's files are not this one's
            backup.blobs.find(f"/uploads/{ALICE}/f1__a.txt")


def test_several_backups_are_listed_and_refused(tmp_path: Path) -> None:
    root = tmp_path / "backups"
    for name in ("librechat-backup-1", "librechat-backup-2"):
        write_export(root / name / "data", collections())
    with pytest.raises(CannotStartError, match=r"(?s)librechat-backup-1.*librechat-backup-2"):
        opened(root, tmp_path)
    for name in ("c.tar.gz", "d.tar.gz"):
        with tarfile.open(tmp_path / name, "w:gz") as tar:
            tar.add(root / "librechat-backup-1", arcname="b")
    packed = tmp_path / "packed"
    packed.mkdir()
    for name in ("c.tar.gz", "d.tar.gz"):
        (tmp_path / name).rename(packed / name)
    with pytest.raises(CannotStartError, match=r"(?s)c\.tar\.gz.*d\.tar\.gz"):
        opened(packed, tmp_path)


def test_the_database_with_chats_is_librechats(tmp_path: Path) -> None:
    users = {"users": collections()["users"]}
    write_dump(tmp_path / "dump" / "LibreChat", users)
    write_dump(tmp_path / "dump" / "my_chat", collections())
    with opened(tmp_path / "dump", tmp_path) as backup:
        assert backup.database == "my_chat"


def test_names_are_unescaped_and_their_case_ignored(tmp_path: Path) -> None:
    folder = write_dump(tmp_path / "d", collections())
    (folder / "messages.bson").rename(folder / "Messages.bson")
    (folder / "conversations.bson").rename(folder / "conversation%73.bson")
    (folder / "system.indexes.bson").write_bytes((folder / "users.bson").read_bytes())
    (folder / "oplog.bson").write_bytes((folder / "users.bson").read_bytes())
    with opened(folder, tmp_path) as backup:
        assert backup.collections == ("conversations", "logs", "messages", "users")
        assert len(ids(backup, "messages")) == 5


def test_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere = write_export(tmp_path / "elsewhere", collections())
    folder = write_export(tmp_path / "b" / "data", collections())
    (folder / "messages.json").unlink()
    (folder / "messages.json").symlink_to(elsewhere / "messages.json")
    (tmp_path / "b" / "files").symlink_to(tmp_path)
    with pytest.raises(CannotStartError, match=r"data/messages\.json .* symbolic link"):
        opened(tmp_path / "b", tmp_path)
    with opened(tmp_path / "b", tmp_path, allow_incomplete=True) as backup:
        assert "messages" not in backup.collections
        assert backup.blobs.roots == ()
        details = " ".join(notice.detail for notice in backup.notices)
        assert "data/messages.json is a symbolic link" in details
        assert "files is a symbolic link" in details


def _wiredtiger(root: Path) -> None:
    (root / "data-node").mkdir(parents=True)
    (root / "data-node" / "WiredTiger").write_text("WiredTiger\nWiredTiger 12.0.0\n")
    (root / "data-node" / "collection-0.wt").write_bytes(b"\x41\xd8\x01\x00" * 100)


def _chat_export(root: Path) -> None:
    text = '{"conversationId":"c","endpoint":"openAI","recursive":true,"messages":[{"_id":"x"}]}'
    (root / "My chat.json").write_text(text)


def _chatgpt_export(root: Path) -> None:
    text = '[{"title":"t","create_time":1,"mapping":{}}]'
    (root / "conversations.json").write_text(text)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (_wiredtiger, "mongodump"),
        (_chat_export, "single chat"),
        (_chatgpt_export, "ChatGPT"),
        (lambda root: (root / "notes.txt").write_text("hello"), "notes.txt"),
        (lambda root: (root / "uploads").mkdir(), "uploads"),
        (lambda _: None, "empty"),
        (lambda root: (root / "b.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(50)), "zstd"),
        (lambda root: (root / "loop").symlink_to(root), "No backup"),
        (lambda root: (root / "package.json").write_text('{"name":"x"}'), "No backup"),
    ],
)  # fmt: skip
def test_what_is_no_backup_is_explained(
    tmp_path: Path, build: Callable[[Path], object], says: str
) -> None:
    root = tmp_path / "b"
    root.mkdir()
    build(root)
    with pytest.raises(CannotStartError, match=says):
        opened(root, tmp_path)
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("users.bson", b"\x05\x00\x00\x00\x00", "Name the folder"),
        ("users.json", b'{"_id":1}\n', "Name the folder"),
        ("chat.json", b'{"conversationId":"c","recursive":true,"messages":[]}', "single chat"),
        ("text", b"hello", "no backup of LibreChat"),
        ("empty", b"", "no backup of LibreChat"),
        ("broken.tar.gz", gzip.compress(bytes(10_000), mtime=0)[:40], "no backup|damaged"),
    ],
)
def test_a_file_that_is_no_backup_is_explained(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CannotStartError, match=says):
        opened(tmp_path / name, tmp_path)


def test_a_missing_path_is_told(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("nowhere", "dangling", "a\x00b", "x" * 300):
        with pytest.raises(CannotStartError, match="Backup directory not found"):
            opened(tmp_path / name, tmp_path)


@contextmanager
def ordinary_user() -> Iterator[Path]:
    """A folder of somebody who may not read everything, as root may."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        if os.geteuid() != 0:
            yield home
            return
        os.chown(home, NOBODY, -1)
        os.seteuid(NOBODY)
        try:
            yield home
        finally:
            os.seteuid(0)


def test_what_may_not_be_read_is_told() -> None:
    with ordinary_user() as home:
        folder = write_export(home / "b" / "data", collections())
        (folder / "messages.json").chmod(0)
        with pytest.raises(CannotStartError, match="permission denied"):
            opened(home / "b", home)
        folder.chmod(0)
        with pytest.raises(CannotStartError, match="permission denied"):
            opened(home / "b", home)
        folder.chmod(0o700)


def test_nothing_is_written_into_the_backup(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    with pytest.raises(CannotStartError, match="inside the backup"):
        opened(folder, folder)


def test_many_files_beside_the_backup_do_not_hide_it(tmp_path: Path) -> None:
    write_export(tmp_path / "b" / "data", collections())
    for number in range(50):
        (tmp_path / "b" / f"z{number}").mkdir()
        (tmp_path / "b" / f"z{number}" / "x").write_text("x")
    with opened(tmp_path / "b", tmp_path, Limits(scan_opened=20, scan_entries=70)) as backup:
        assert len(ids(backup, "messages")) == 5
        assert any("not all were looked at" in notice.detail for notice in backup.notices)


def test_without_pymongo_a_dump_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = write_dump(tmp_path / "dump" / "LibreChat", collections())
    export = write_export(tmp_path / "data", collections())
    write_archive(tmp_path / "db", {"LibreChat": collections()}, gzip=False, interleave=False)
    monkeypatch.setitem(__import__("sys").modules, "bson", None)
    for path in (dump, tmp_path / "db"):
        with pytest.raises(CannotStartError, match="pip install pymongo"):
            opened(path, tmp_path)
    with opened(export, tmp_path) as backup:
        assert len(ids(backup, "messages")) == 5


def test_a_truncated_compressed_collection_keeps_what_came_before(tmp_path: Path) -> None:
    content = collections()
    content["messages"] = [{**message(n), "noise": os.urandom(50).hex()} for n in range(2000)]
    root = tmp_path / "b"
    root.mkdir()
    folder = write_dump(root / "LibreChat", content)
    packed = gzip.compress((folder / "messages.bson").read_bytes())
    (folder / "messages.bson").unlink()
    (folder / "messages.bson.gz").write_bytes(packed[: len(packed) // 2])
    with opened(root, tmp_path) as backup:
        found = ids(backup, "messages")
        assert 500 < len(found) < 1500
        assert [name[0] for name in found].count("!") <= 1
        assert any("messages.bson.gz is damaged" in notice.detail for notice in backup.notices)


def test_a_tar_in_a_stream_of_bytes_needs_no_name(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as tar:
        tar.add(write_export(tmp_path / "x" / "data", collections()), arcname="data")
    (tmp_path / "backup.bin").write_bytes(inner.getvalue())
    with opened(tmp_path / "backup.bin", tmp_path) as backup:
        assert backup.container == "tar"
