"""Finding the backups below a folder, for a person who chooses one."""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator_core.librechat import open_backup
from migrator_core.librechat.recognise.discovery import find_backups
from tests.unit.librechat.building import collections, write_dump, write_export, write_media


def _export(folder: Path) -> Path:
    write_export(folder / "data", collections())
    write_media(folder / "files")
    return folder


def _flat(folder: Path) -> Path:
    return write_export(folder, collections())


def _dump(folder: Path) -> Path:
    write_dump(folder / "dump" / "LibreChat", collections())
    write_media(folder / "files")
    return folder


def _bare_dump(folder: Path) -> Path:
    write_dump(folder / "LibreChat", collections())
    return folder


def _tar(folder: Path) -> Path:
    made, path = _export(folder), folder.with_name(f"{folder.name}.tar.gz")
    with tarfile.open(path, "w:gz") as out:
        out.add(made, arcname=folder.name)
    _remove(made)
    return path


def _zip(folder: Path) -> Path:
    made, path = _dump(folder), folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(path, "w") as out:
        for file in sorted(made.rglob("*")):
            out.write(file, Path(folder.name) / file.relative_to(made))
    _remove(made)
    return path


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


FORMS: dict[str, tuple[Callable[[Path], Path], str, bool]] = {
    "export": (_export, "mongoexport", False),
    "export without a folder": (_flat, "mongoexport", False),
    "dump": (_dump, "mongodump", False),
    "dump without a folder": (_bare_dump, "mongodump", False),
    "tar": (_tar, "tar.gz", True),
    "zip": (_zip, "zip", True),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("named", ["itself", "the folder that holds it"])
def test_one_backup_is_found_in_every_form(tmp_path: Path, form: str, named: str) -> None:
    build, kind, packed = FORMS[form]
    place = tmp_path / "place"
    place.mkdir()
    made = build(place / "backup")
    (offer,) = find_backups(made if named == "itself" else place)
    assert (offer.kind, offer.packed) == (kind, packed)
    assert offer.size > 0
    with open_backup(offer.path, workdir=tmp_path / "work") as backup:  # what is offered opens
        assert "users" in backup.collections


def test_several_backups_are_all_found_the_newest_first(tmp_path: Path) -> None:
    made = [
        _export(tmp_path / "b-export"),
        _dump(tmp_path / "a-dump"),
        _tar(tmp_path / "c-packed"),
        _zip(tmp_path / "d-packed"),
    ]
    for age, path in enumerate(made):
        for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
            os.utime(file, (1_700_000_000 - age * 60, 1_700_000_000 - age * 60))
    offers = find_backups(tmp_path)
    assert [offer.path for offer in offers] == made
    assert [offer.modified for offer in offers] == [1_700_000_000 - age * 60 for age in range(4)]


def test_a_backup_beside_what_it_was_unpacked_from_is_offered_as_both(tmp_path: Path) -> None:
    packed = _tar(tmp_path / "monday")
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path, filter="data")
    assert {offer.path for offer in find_backups(tmp_path)} == {packed, tmp_path / "monday"}


def test_what_people_uploaded_is_no_backup(tmp_path: Path) -> None:
    backup = _export(tmp_path / "backup")
    with zipfile.ZipFile(backup / "files" / "uploads" / "thesis.zip", "w") as out:
        out.writestr("data/users.json", '{"_id": 1}\n')
    (offer,) = find_backups(tmp_path)
    assert offer.path == backup
    (offer,) = find_backups(backup)
    assert offer.path == backup


def _nothing(place: Path) -> None:
    place.mkdir()


def _other_things(place: Path) -> None:
    place.mkdir()
    (place / "notes.txt").write_text("hello")
    (place / "config.json").write_text("{}")
    (place / "broken.tar.gz").write_bytes(b"\x1f\x8b" + b"\0" * 40)
    with zipfile.ZipFile(place / "photos.zip", "w") as out:
        out.writestr("a.jpg", b"\xff\xd8")


def _a_file(place: Path) -> None:
    place.write_text('{"_id": 1}\n')


@pytest.mark.parametrize("build", [_nothing, _other_things, _a_file])
def test_where_no_backup_is_none_is_offered(tmp_path: Path, build: Callable[[Path], None]) -> None:
    build(tmp_path / "place")
    assert find_backups(tmp_path / "place") == []


def test_a_place_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        find_backups(tmp_path / "nowhere")


def test_looking_changes_nothing(tmp_path: Path) -> None:
    for name, (build, _, _) in FORMS.items():
        build(tmp_path / name)
    before = {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}
    assert len(find_backups(tmp_path)) == len(FORMS)
    assert {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))} == before


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    _export(tmp_path / "elsewhere")
    place = tmp_path / "place"
    place.mkdir()
    (place / "link").symlink_to(tmp_path / "elsewhere")
    assert find_backups(place) == []
