from __future__ import annotations

from pathlib import Path

import pytest

from migrator_core.librechat import Limits
from migrator_core.outcome import WarningCode
from tests.unit.librechat.building import (
    JSON_FORMS,
    collections,
    ids,
    json_lines,
    line,
    message,
    opened,
    plain,
    write_export,
)


@pytest.mark.parametrize("form", JSON_FORMS.values(), ids=JSON_FORMS.keys())
def test_every_form_of_json_gives_the_same_documents(tmp_path: Path, form: object) -> None:
    content = collections()
    content["messages"].append({**message(200), "text": "Grüße 🚀 \u2028"})
    lines = write_export(tmp_path / "lines" / "data", content)
    other = write_export(tmp_path / "other" / "data", content, form)  # type: ignore[arg-type]
    with opened(lines, tmp_path) as expected, opened(other, tmp_path) as found:
        assert found.collections == expected.collections
        for name in expected.collections:
            assert list(found.documents(name)) == list(expected.documents(name))
            assert list(found.documents(name)) == list(found.documents(name))
        assert ids(found, "messages") == plain(content)["messages"]
        assert [notice.code for notice in found.notices] == [WarningCode.BACKUP_ODDITY]  # no files


def test_a_damaged_line_does_not_touch_its_neighbours(tmp_path: Path) -> None:
    content = collections()
    folder = write_export(tmp_path / "data", content)
    good = [line(message(number)) for number in (1, 2, 3)]
    bad = [b'{"_id":{"$oid":"64ca1db05f9d88c1aa1a2b09"},"text":', b"\x00" * 50, b"[1,2]", b"oops"]
    rows = [good[0], bad[0], bad[1], good[1], bad[2], bad[3], b"", b"  ", good[2]]
    (folder / "messages.json").write_bytes(b"\n".join(rows) + b"\n")
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages") == [
            f"{1:024x}",
            "!64ca1db05f9d88c1aa1a2b09",
            "!document 3",
            f"{2:024x}",
            "!document 5",
            "!document 6",
            f"{3:024x}",
        ]


def test_a_damaged_first_line_makes_no_pretty_file(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_bytes(b'{"a": tru\n' + json_lines([message(1), message(2)]))
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages") == ["!document 1", f"{1:024x}", f"{2:024x}"]


def test_a_line_beyond_the_limit_is_one_unreadable_document(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    huge = {**message(2), "text": "x" * 50_000}
    (folder / "messages.json").write_bytes(json_lines([message(1), huge, message(3)]))
    limits = Limits(json_document=10_000)
    with opened(folder, tmp_path, limits) as backup:
        expected = [f"{1:024x}", f"!{2:024x}", f"{3:024x}"]
        assert ids(backup, "messages") == expected
        index = backup.message_index()
        assert index.total == 3
        assert [document.source_id for document in index.unreadable()] == [f"{2:024x}"]


def test_a_cut_off_export_is_told(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_bytes(json_lines([message(1), message(2)])[:-40])
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages") == [f"{1:024x}", f"!{2:024x}"]
        list(backup.documents("messages"))
        damaged = [n for n in backup.notices if n.code is WarningCode.COLLECTION_DAMAGED]
        assert len(damaged) == 1


def test_messages_of_mongoexport_itself_are_no_documents(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    log = b"2026-01-13T14:00:00.123+0000\tconnected to: mongodb://localhost/\n"
    end = b"2026-01-13T14:00:01.123+0000\texported 2 records\n"
    body = json_lines([message(1), message(2)])
    (folder / "messages.json").write_bytes(log + body + end)
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages") == [f"{1:024x}", f"{2:024x}"]
        assert any("mongoexport itself" in notice.detail for notice in backup.notices)


@pytest.mark.parametrize("form", ["array", "array over lines", "pretty", "pretty array (Compass)"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"m2"', b'"m2'),  # a lost quotation mark: everything behind it seems to be a string
        (b'"m2"', b'{"m2"'),  # a brace too many
        (b'"m2"', b'"m2"}'),  # one that closes too early
        (b'"m2"', b"nothing"),
    ],
)
def test_damage_in_an_array_or_pretty_file_costs_one_document(
    tmp_path: Path, form: str, before: bytes, after: bytes
) -> None:
    data = JSON_FORMS[form]([message(number) for number in range(1, 6)])
    assert data.count(before) == 1
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_bytes(data.replace(before, after))
    with opened(folder, tmp_path) as backup:
        found = ids(backup, "messages")
        good = [f"{number:024x}" for number in (1, 3, 4, 5)]
        assert [name for name in found if name in good] == good
        assert any(name.startswith("!") for name in found)
        assert any(n.code is WarningCode.COLLECTION_DAMAGED for n in backup.notices)


@pytest.mark.parametrize("form", ["array", "pretty"])
def test_a_cut_off_array_keeps_what_came_before(tmp_path: Path, form: str) -> None:
    folder = write_export(tmp_path / "data", collections())
    data = JSON_FORMS[form]([message(number) for number in range(1, 4)])
    (folder / "messages.json").write_bytes(data[:-60])
    with opened(folder, tmp_path) as backup:
        found = ids(backup, "messages")
        assert found[:2] == [f"{1:024x}", f"{2:024x}"]
        assert [name[0] for name in found[2:]] == ["!"]
        assert any(n.code is WarningCode.COLLECTION_DAMAGED for n in backup.notices)


def test_an_array_longer_than_any_buffer_is_cut_into_documents(tmp_path: Path) -> None:
    documents = [{**message(number), "text": 'x{[\\"' * 40_000} for number in range(12)]
    documents.append({**message(99), "text": "small"})
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_bytes(JSON_FORMS["array"](documents))
    with opened(folder, tmp_path) as backup:
        read = list(backup.documents("messages"))
        assert [d.data and d.data["text"] for d in read] == [d["text"] for d in documents]


ARRAY, LINES = JSON_FORMS["array"], JSON_FORMS["lines"]
PRETTY, COMPASS = JSON_FORMS["pretty"], JSON_FORMS["pretty array (Compass)"]
LOG = b"2026-01-13T14:00:00.123+0000\t%s\n"
KUBECTL = b'Defaulted container "mongodb" out of: mongodb, init (init)\n'
POWERSHELL = (
    b"mongoexport.exe : 2026-03-01T12:00:00.000+0100\tconnected to: mongodb://localhost/\r\n"
    b"At line:1 char:1\r\n+ mongoexport --db LibreChat -c messages\r\n"
    b"    + CategoryInfo          : NotSpecified: (:String) [], RemoteException\r\n\r\n"
)
ONE, TWO = [message(1), message(2)], [message(3), message(4)]
WRITTEN: dict[str, bytes] = {
    "two arrays": ARRAY(ONE) + ARRAY(TWO),
    "two arrays on one line": ARRAY(ONE).strip() + ARRAY(TWO),
    "an array, then lines": ARRAY(ONE) + LINES(TWO),
    "lines, then an array": LINES(ONE) + ARRAY(TWO),
    "lines, then pretty": LINES(ONE) + PRETTY(TWO),
    "lines, then a pretty array": LINES(ONE) + COMPASS(TWO),
    "pretty, then lines": PRETTY(ONE) + LINES(TWO),
    "commas between lines": LINES(ONE + TWO).replace(b"}\n{", b"},\n{"),
    "a comma behind every line": LINES(ONE + TWO).replace(b"}\n", b"},\n"),
    "an array with a last comma": b"[" + LINES(ONE + TWO).replace(b"}\n", b"},\n") + b"]",
    "several documents a line": LINES(ONE + TWO).replace(b"}\n{", b"} {"),
    "blank lines and blanks": b"\n\n  " + LINES(ONE + TWO).replace(b"\n", b"\n \n\t"),
    "record separators": b"\x1e" + LINES(ONE + TWO).replace(b"}\n{", b"}\n\x1e{"),
    "joined with marks": b"\xef\xbb\xbf" + LINES(ONE) + b"\xef\xbb\xbf" + LINES(TWO),
    "kubectl in front": KUBECTL + LINES(ONE + TWO),
    "kubectl in front of an array": KUBECTL + ARRAY(ONE + TWO),
    "logs around an array": LOG % b"connected to: m" + COMPASS(ONE + TWO) + LOG % b"exported 4",
    "a progress line within": LINES(ONE) + LOG % b"[##....]  LibreChat.messages  2/4" + LINES(TWO),
    "PowerShell's error in front": (POWERSHELL + LINES(ONE + TWO)).decode().encode("utf-16"),
    "UTF-16 without a mark": (KUBECTL + ARRAY(ONE + TWO)).decode().encode("utf-16-le"),
    "UTF-16, appended to": LINES(ONE).decode().encode("utf-16")
    + LINES(TWO).decode().encode("utf-16"),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN.keys())
def test_joined_and_commented_exports_are_read_in_full(tmp_path: Path, written: bytes) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_bytes(written)
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages") == [f"{number:024x}" for number in (1, 2, 3, 4)]
        assert not [n for n in backup.notices if n.code is WarningCode.COLLECTION_DAMAGED]


CUT = {
    "an array between two documents": ARRAY(ONE + TWO).partition(b"," + line(message(3)))[0],
    "a pretty array between two": COMPASS(ONE + TWO).partition(b",\n{")[0],
    "an array behind a comma": ARRAY(ONE).rstrip(b"]\n") + b",\n",
    "lines, then an array": LINES(ONE) + ARRAY(TWO).rstrip(b"]\n"),
    "an array without its beginning": ARRAY(ONE)[1:],
    "only a bracket": b"[" + LINES(ONE),
}


@pytest.mark.parametrize("written", CUT.values(), ids=CUT.keys())
def test_an_array_without_one_of_its_ends_has_a_gap(tmp_path: Path, written: bytes) -> None:
    folder = write_export(tmp_path / "data", collections())
    (folder / "messages.json").write_bytes(written)
    with opened(folder, tmp_path) as backup:
        *found, last = backup.documents("messages")
        assert found
        assert all(document.data is not None for document in found)
        assert (last.gap, last.source_id) == (True, "messages.json")
        index = backup.message_index()
        assert [document.gap for document in index.unreadable()] == [True]
        assert any(n.code is WarningCode.COLLECTION_DAMAGED for n in backup.notices)


def test_the_first_document_of_an_array_may_be_the_damaged_one(tmp_path: Path) -> None:
    content = collections()
    folder = write_export(tmp_path / "data", content, JSON_FORMS["pretty array (Compass)"])
    file = folder / "messages.json"
    file.write_bytes(file.read_bytes().replace(b'"messageId": "m100"', b'"messageId" m100"', 1))
    with opened(folder, tmp_path) as backup:
        first, *rest = ids(backup, "messages")
        assert first.startswith("!"), "a document that cannot be read, and no noise in front"
        assert rest == plain(content)["messages"][1:]


def test_a_hole_that_swallowed_documents_is_damage(tmp_path: Path) -> None:
    """Zeros within a string are read leniently, and this one reaches into the next document."""
    content = collections()
    folder = write_export(tmp_path / "data", content)
    file = folder / "messages.json"
    text = file.read_bytes()
    start, end = text.index(b"text 101") + 3, text.index(b"text 103") + 3
    file.write_bytes(text[:start] + bytes(end - start) + text[end:])
    with opened(folder, tmp_path) as backup:
        assert [name for name in ids(backup, "messages") if name.startswith("!")]


def test_deeply_nested_damage_is_given_up_in_time(tmp_path: Path) -> None:
    content = collections()
    folder = write_export(tmp_path / "data", content, JSON_FORMS["array"])
    file = folder / "messages.json"
    file.write_bytes(file.read_bytes() + b'{"_id":1,"a":' * 20_000 + b"1" + b"}" * 19_999)
    with opened(folder, tmp_path) as backup:
        found = ids(backup, "messages")
    assert found[:-1] == plain(content)["messages"]
    assert found[-1].startswith("!")


def test_texts_that_are_no_utf_8_are_told(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "data", collections())
    file = folder / "messages.json"
    file.write_bytes(file.read_bytes().replace(b"text 101", "Grüße".encode("latin-1")))
    with opened(folder, tmp_path) as backup:
        assert ids(backup, "messages") == plain(collections())["messages"]
        assert [notice for notice in backup.notices if "no UTF-8" in notice.detail]
