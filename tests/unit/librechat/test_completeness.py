"""Backups in which something essential is missing are refused before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator_core.errors import CannotStartError
from tests.support.mongo_archive import write_archive
from tests.unit.librechat.building import (
    JSON_FORMS,
    Collections,
    collections,
    ids,
    opened,
    write_dump,
    write_export,
)


def _archive(folder: Path, content: Collections) -> Path:
    folder.mkdir()
    write_archive(folder / "dump.gz", {"LibreChat": content}, gzip=True, interleave=True)
    return folder


FORMS: dict[str, Callable[[Path, Collections], Path]] = {
    "export": write_export,
    "dump": write_dump,
    "archive": _archive,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("essential", ["users", "conversations", "messages"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_without_an_essential_collection_it_is_refused(
    tmp_path: Path, form: Callable[[Path, Collections], Path], essential: str, how: str
) -> None:
    content = dict(collections())
    if how == "missing":
        del content[essential]
    else:
        content[essential] = []
    backup = form(tmp_path / "b", content)
    with pytest.raises(CannotStartError, match=f"{essential} is {how}.*--allow-incomplete"):
        opened(backup, tmp_path)
    assert list((tmp_path / "work").iterdir()) == []
    with opened(backup, tmp_path, allow_incomplete=True) as allowed:
        assert ids(allowed, essential) == []
        assert any(f"{essential} is {how}" in notice.detail for notice in allowed.notices)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_backup_of_empty_collections_says_so(
    tmp_path: Path, form: Callable[[Path, Collections], Path]
) -> None:
    backup = form(tmp_path / "b", {**{name: [] for name in collections()}, "roles": [{"_id": 1}]})
    says = "users is empty.*conversations is empty.*messages is empty"
    with pytest.raises(CannotStartError, match=says):
        opened(backup, tmp_path)


LOG = b"2026-03-01T12:00:00.000+0000\tconnected to: mongodb://localhost/\n"


@pytest.mark.parametrize(
    "nothing",
    [
        b"[]", b"[\n]\n", b"\xef\xbb\xbf\r\n", "[ ]".encode("utf-16"),
        LOG + b"2026-03-01T12:00:00.100+0000\texported 0 records\n",
    ],
)  # fmt: skip
def test_an_export_of_no_document_is_empty_however_it_is_written(
    tmp_path: Path, nothing: bytes
) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_bytes(nothing)
    with pytest.raises(CannotStartError, match="messages is empty"):
        opened(folder, tmp_path)


def test_data_that_was_dumped_and_is_gone_is_missing(tmp_path: Path) -> None:
    folder = write_dump(tmp_path / "dump" / "LibreChat", {**collections(), "agents": [{"_id": 1}]})
    (folder / "agents.bson").unlink()
    (folder / "somebodys_view.metadata.json").write_text('{"type":"view","indexes":[]}')
    with opened(tmp_path / "dump", tmp_path) as backup:
        assert ids(backup, "agents") == ["!LibreChat/agents.metadata.json"]
        assert "somebodys_view" not in backup.collections
    (folder / "users.bson").unlink()
    with pytest.raises(CannotStartError, match=r"users is missing \(.*users\.metadata\.json says"):
        opened(tmp_path / "dump", tmp_path)


def test_thousands_of_unreadable_documents_are_one_sentence(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_text("- text: YAML\n  user: somebody\n" * 500)
    with pytest.raises(CannotStartError, match="messages holds nothing that can be read"):
        opened(folder, tmp_path)


def test_the_way_out_names_what_lies_there_unread(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").unlink()
    (folder / "messages.csv").write_text("_id,text\n1,hello\n")
    (folder / "backup.json").write_bytes(b'{"messages":' + JSON_FORMS["array"]([{"_id": 1}]) + b"}")
    with pytest.raises(CannotStartError, match=r"(?s)messages is missing.*messages\.csv") as caught:
        opened(folder, tmp_path)
    assert "mongoexport" in str(caught.value)
    assert "backup.json" in str(caught.value)


def test_a_known_collection_in_an_unreadable_form_is_not_left_out_in_silence(
    tmp_path: Path,
) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "agents.csv").write_text("_id,name\n1,Quince\n")
    with pytest.raises(CannotStartError, match=r"agents\.csv was not read"):
        opened(folder, tmp_path)
    with opened(folder, tmp_path, allow_incomplete=True) as backup:
        assert any("agents.csv" in notice.detail for notice in backup.notices)
    (folder / "agents.json").write_bytes(JSON_FORMS["lines"]([{"_id": 1}]))
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "agents") == ["1"]
