"""Texts of files: read once, known afterwards, and never a reason to end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import pytest

from migrator_core.item import Item, Reading
from migrator_core.openwebui.contents.digests import MADE_OF
from migrator_core.openwebui.contents.text import KNOWN, TEXT
from migrator_core.openwebui.texts import reading
from migrator_core.openwebui.texts.reading import FORESEEN, Texts
from migrator_core.outcome import WarningCode
from migrator_core.rows import FileRow
from tests.support.rows import file, item


@pytest.fixture
def texts() -> Iterator[Texts]:
    made = Texts(lambda: False)
    yield made
    made.close()


def _item(reads: Reading = Reading.PLAIN, name: str = "notes.txt") -> Item:
    return replace(item(file(name, "bea")), reads=reads)


def _data(read: reading.Read) -> dict[str, object]:
    assert isinstance(read.item.row, FileRow)
    return read.item.row.data


def plums() -> BinaryIO:
    return io.BytesIO(b"plum,120")


def unexpected() -> BinaryIO:
    raise AssertionError("the bytes are read once more")


async def test_a_text_is_what_an_upload_leaves(texts: Texts) -> None:
    read = await texts.of(_item(), plums, {})
    assert _data(read) == {"status": "completed", "content": "plum,120"}
    assert (read.characters, read.notices) == (8, ())


async def test_the_same_bytes_are_read_once(texts: Texts) -> None:
    first = await texts.of(_item(), plums, {})
    known = {TEXT: "digest", MADE_OF: first.item.source}
    again = await texts.of(_item(), unexpected, known)
    assert _data(again) == {KNOWN: "digest"}
    assert again.characters == 8


async def test_other_bytes_are_read_again(texts: Texts) -> None:
    known = {TEXT: "digest", MADE_OF: "other/8"}
    assert _data(await texts.of(_item(), plums, known))["content"] == "plum,120"


async def test_a_document_without_text_is_tried_once(texts: Texts) -> None:
    empty = await texts.of(_item(), lambda: io.BytesIO(b" \n"), {})
    assert (_data(empty), empty.characters) == ({}, 0)
    assert [notice.code for notice in empty.notices] == [WarningCode.TEXT_NOT_READ]
    again = await texts.of(_item(), unexpected, {MADE_OF: empty.item.source})
    assert (_data(again), again.notices) == ({}, ())


async def test_a_text_that_came_before_stays_where_it_cannot_be_read_now(texts: Texts) -> None:
    read = await texts.of(_item(), lambda: io.BytesIO(bytes(256)), {TEXT: "digest"})
    assert _data(read) == {KNOWN: "digest"}


async def test_nobody_asks_for_it(texts: Texts) -> None:
    known = {TEXT: "digest", MADE_OF: "of/40"}
    read = await texts.of(_item(Reading.UNWANTED), unexpected, known)
    assert (_data(read), read.characters) == ({KNOWN: "digest"}, 40)


async def test_what_librechat_kept_counts(texts: Texts) -> None:
    row = replace(file("notes.txt", "bea"), data={"status": "completed", "content": "kept"})
    kept = replace(item(row), reads=Reading.PLAIN)
    assert (await texts.of(kept, unexpected, {})).item == kept


async def test_a_text_without_end_is_left_out(
    texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PLAIN_BYTES", 4)
    (notice,) = (await texts.of(_item(), plums, {})).notices
    assert "more than 4 bytes" in notice.detail


async def test_a_preview_starts_no_loader() -> None:
    foreseeing = Texts(lambda: False, foresees=True)
    read = await foreseeing.of(_item(Reading.LOADER, "report.pdf"), unexpected, {})
    assert _data(read) == {KNOWN: FORESEEN}
    assert read.characters


async def test_a_stopped_run_tries_again_later() -> None:
    stopped = Texts(lambda: True)
    read = await stopped.of(_item(), lambda: io.BytesIO(b""), {})
    assert (read.notices, read.item.source) == ((), "")
