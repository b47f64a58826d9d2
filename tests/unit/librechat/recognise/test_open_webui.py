"""A backup may lie in Open WebUI's own data folder; the files there are no part of it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator_core.librechat import Backup, BlobError, open_backup
from tests.support.mongo_archive import write_archive
from tests.unit.librechat.building import (
    ALICE,
    collections,
    write_dump,
    write_export,
    write_media,
)
from tests.unit.librechat.recognise.packing import packed_in_zip, tar_bytes

SECRET_ID = "0d6f4c2e-afad-42c1-bc0e-8e98b67d318a"
SECRET = f"{SECRET_ID}_salaries.xlsx"
OTHER = "64ca1db05f9d88c1aa1a2b99"


def _flat_export(data: Path) -> Path:
    return write_export(data, collections())


def _export_in(name: str) -> Callable[[Path], Path]:
    return lambda data: write_export(data / name, collections())


def _dump_in(name: str) -> Callable[[Path], Path]:
    def build(data: Path) -> Path:
        write_dump(data / name / "LibreChat", collections())
        return data / name

    return build


def _database_of_a_dump(data: Path) -> Path:
    return write_dump(data / "dump" / "LibreChat", collections())


def _archive(data: Path) -> Path:
    write_archive(data / "db.archive", {"LibreChat": collections()}, gzip=True, interleave=False)
    return data / "db.archive"


def _tar(data: Path) -> Path:
    folder = write_export(data.parent / "packing" / "data", collections())
    (data / "backup.tar.gz").write_bytes(tar_bytes(folder, "w:gz"))
    return data / "backup.tar.gz"


def _zip(data: Path) -> Path:
    folder = write_export(data.parent / "packing" / "data", collections())
    (data / "backup.zip").write_bytes(packed_in_zip(folder))
    return data / "backup.zip"


FORMS: dict[str, Callable[[Path], Path]] = {
    "files beside the database": _flat_export,
    "a data folder": _export_in("data"),
    "a folder": _export_in("librechat-backup"),
    "a dump": _dump_in("dump"),
    "a dump called backup": _dump_in("backup"),
    "a database of a dump": _database_of_a_dump,
    "an archive": _archive,
    "a tar file": _tar,
    "a zip file": _zip,
}
RECORDS = [
    f"/uploads/{SECRET}",
    f"/uploads/./{SECRET}",
    f"uploads/{SECRET}",
    f"/uploads/{OTHER}/{SECRET}",
    f"/uploads/{OTHER}/{SECRET_ID}",
    f"/app/uploads/{SECRET}",
    f"/images/{SECRET}",
    f"/images/{OTHER}/{SECRET_ID}.png?manual=true",
    f"/uploads/{SECRET.replace('_', '%5F')}",
    "/images/../uploads/" + SECRET,
    f"/app/backend/data/uploads/{OTHER}/{SECRET}",
    "/uploads/../webui.db",
    "/uploads/webui.db",
]


def _open_webuis(tmp_path: Path, *marks: str) -> Path:
    """A data folder of Open WebUI with somebody's files in it, also in folders."""
    data = tmp_path / "data"
    for name in (SECRET, f"{OTHER}/{SECRET}", f"{OTHER}/{SECRET_ID}.png", f"{ALICE}/{SECRET}"):
        path = data / "uploads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"secret")
    for mark in marks:
        (data / mark).write_bytes(b"secret")
    return data


def _assert_nothing_leaks(backup: Backup) -> None:
    for record in RECORDS:
        for user in (ALICE, OTHER, None):
            for file_id in (SECRET_ID, None):
                with pytest.raises(BlobError):
                    backup.blobs.find(record, user=user, file_id=file_id)
    assert not [root for root in backup.blobs.roots if root.kind == "uploads"]


@pytest.mark.parametrize("marks", [(), ("webui.db",)], ids=["it is told", "it is seen"])
@pytest.mark.parametrize("named", ["the backup", "the data folder"])
@pytest.mark.parametrize("build", FORMS.values(), ids=FORMS.keys())
def test_open_webuis_own_files_are_never_the_backups(
    tmp_path: Path, build: Callable[[Path], Path], named: str, marks: tuple[str, ...]
) -> None:
    data = _open_webuis(tmp_path, *marks)
    path = build(data)
    foreign = [] if marks else [data / "uploads"]
    with open_backup(
        path if named == "the backup" else data, workdir=tmp_path / "work", foreign=foreign
    ) as backup:
        assert len(list(backup.documents("users"))) == 1
        _assert_nothing_leaks(backup)


def test_by_another_name_they_are_not_the_backups_either(tmp_path: Path) -> None:
    data = _open_webuis(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "known").symlink_to(data)
    write_export(data, collections())
    with open_backup(
        data, workdir=tmp_path / "work", foreign=[tmp_path / "known" / "uploads"]
    ) as backup:
        _assert_nothing_leaks(backup)
        assert any("Open WebUI's own files" in notice.detail for notice in backup.notices)


def test_a_whole_backup_there_has_its_own_files(tmp_path: Path) -> None:
    data = _open_webuis(tmp_path, "webui.db")
    for place in (data / "librechat-backup", data / "uploads" / "librechat-backup"):
        write_export(place / "data", collections())
        write_media(place / "files")
        with open_backup(place, workdir=tmp_path / "work", foreign=[data / "uploads"]) as backup:
            with backup.blobs.find(f"/uploads/{ALICE}/f1__a.txt").open() as file:
                assert file.read() == b"f1__a.txt"
            with pytest.raises(BlobError):
                backup.blobs.find(f"/uploads/{ALICE}/{SECRET}", user=ALICE, file_id=SECRET_ID)


def test_a_tar_of_them_beside_a_bare_archive_is_not_librechats(tmp_path: Path) -> None:
    write_archive(tmp_path / "dump.archive", {"LibreChat": collections()}, gzip=False,
                  interleave=False)  # fmt: skip
    with tarfile.open(tmp_path / "uploads.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo(f"uploads/{SECRET}")
        info.size = 6
        tar.addfile(info, io.BytesIO(b"secret"))
    with open_backup(tmp_path / "dump.archive", workdir=tmp_path / "work") as backup:
        _assert_nothing_leaks(backup)
    with open_backup(tmp_path, workdir=tmp_path / "more") as backup:
        _assert_nothing_leaks(backup)
