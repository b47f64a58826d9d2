"""Documents made to hang or to fill their reader, read by Open WebUI's own loaders."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator_core.item import Reading
from migrator_core.openwebui.texts.child import NoTextError
from migrator_core.openwebui.texts.loaders import Limits, Loaders
from migrator_core.openwebui.texts.reading import Texts
from migrator_core.outcome import WarningCode
from tests.support import hostile_documents
from tests.support.documents import docx, greedy_docx
from tests.support.rows import file, item

pytestmark = pytest.mark.openwebui

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.docx": (greedy_docx, "unpacks to"),
    "bomb.xlsx": (hostile_documents.greedy_xlsx, "unpacks to"),
    "lies.docx": (hostile_documents.lying_docx, "BadZipFile"),
    "cells.xlsx": (hostile_documents.endless_xlsx, "processor time"),
    "laughs.docx": (hostile_documents.laughing_docx, "ParseError"),
    "laughs.xlsx": (hostile_documents.laughing_xlsx, "invalid XML"),
    "endless.pdf": (hostile_documents.endless_pdf, "processor time"),
    "deep.html": (hostile_documents.deep_html, "processor time|nested|memory"),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Loaders]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FROM_INIT_PY", "true")
        loaders = Loaders(lambda: False, Limits(processor=3))
        yield loaders
        loaders.close()


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_for_good_and_the_next_one_is_read(
    reader: Loaders, tmp_path: Path, name: str
) -> None:
    make, why = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(NoTextError, match=why) as refused:
        reader.read(path, name, "")
    assert refused.value.lasts
    path = tmp_path / "letter.docx"
    path.write_bytes(docx("Cherries in June"))
    assert reader.read(path, "letter.docx", "").strip() == "Cherries in June"


async def test_a_table_without_end_is_not_even_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, room: Any) -> int:
            self.given += len(room)
            room[:] = b"1" * len(room)
            return len(room)

    endless = Endless()
    texts = Texts(lambda: False)
    table = replace(item(file("harvest.csv", "bea")), reads=Reading.PLAIN)
    read = await texts.of(table, lambda: io.BufferedReader(endless), {})
    assert [notice.code for notice in read.notices] == [WarningCode.TEXT_NOT_READ]
    assert "more than 10,000,000 bytes" in read.notices[0].detail
    assert endless.given < 12_000_000
