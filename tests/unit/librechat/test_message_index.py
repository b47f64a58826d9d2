from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrator_core.librechat import Backup
from tests.support.mongo_archive import write_archive
from tests.unit.librechat.building import (
    ALICE,
    BOB,
    JSON_FORMS,
    collections,
    message,
    oid,
    opened,
    write_dump,
    write_export,
)

MESSAGES = [
    message(1, "c1", ALICE),
    message(2, "c2", ALICE),
    message(3, "c1", BOB),
    {**message(4, "c1"), "user": oid(int(ALICE, 16))},
    message(5, "c1", None),
    {"_id": oid(6), "conversationId": "c1", "user": ALICE.upper(), "messageId": ""},
    message(7, "c9", ALICE),
    {"_id": oid(8), "messageId": "m8", "user": ALICE},
    {"_id": oid(9), "messageId": 9, "conversationId": ["c1"], "user": {"a": 1}},
    {**message(10, "c1"), "messageId": "m\x001"},
]


def _export(form: str) -> Callable[[Path], Path]:
    def build(root: Path) -> Path:
        content = {**collections(), "messages": MESSAGES}
        return write_export(root / "data", content, JSON_FORMS[form])

    return build


def _dump(root: Path) -> Path:
    return write_dump(root / "LibreChat", {**collections(), "messages": MESSAGES})


def _archive(root: Path) -> Path:
    content = {"LibreChat": {**collections(), "messages": MESSAGES}}
    write_archive(root / "dump.gz", content, gzip=True, interleave=True)
    return root / "dump.gz"


FORMS = {
    "lines": _export("lines"),
    "array": _export("array"),
    "pretty": _export("pretty"),
    "UTF-16": _export("UTF-16 with mark"),
    "BSON": _dump,
    "archive": _archive,
}


@pytest.fixture(params=FORMS)
def backup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backup]:
    with opened(FORMS[request.param](tmp_path), tmp_path) as backup:
        yield backup


def test_messages_go_to_the_conversation_of_their_user(backup: Backup) -> None:
    steps: list[int] = []
    index = backup.message_index(steps.append)
    assert index.total == sum(steps) == len(MESSAGES)
    taken = list(index.take("c1", ALICE))
    mine = ["m1", "m4", "m5", f"{6:024x}", "m\x001"]
    assert [document.source_id for document in taken] == mine
    assert taken[0].data == next(backup.documents("messages")).data
    assert list(index.take("c1", ALICE)) == []
    assert list(index.take_ids("c1", BOB.upper())) == ["m3"]
    assert list(index.take_ids("c2", ALICE)) == ["m2"]
    assert list(index.take("c3", ALICE)) == []
    assert list(index.untaken()) == [
        ("m7", "c9", ALICE),
        ("m8", None, ALICE),
        (f"{9:024x}", None, None),
    ]
    assert list(index.unreadable()) == []


def test_a_message_counts_as_taken_even_if_nobody_reads_it(backup: Backup) -> None:
    index = backup.message_index()
    index.take("c9", ALICE)
    assert "m7" not in [source for source, _, _ in index.untaken()]


def test_it_can_be_used_from_another_thread(backup: Backup) -> None:
    found: list[str] = []
    index = backup.message_index()
    thread = threading.Thread(target=lambda: found.extend(index.take_ids("c2", ALICE)))
    thread.start()
    thread.join()
    assert found == ["m2"]


def test_a_backup_without_messages_has_an_empty_index(tmp_path: Path) -> None:
    content = {name: docs for name, docs in collections().items() if name != "messages"}
    export = write_export(tmp_path / "data", content)
    with opened(export, tmp_path, allow_incomplete=True) as backup:
        index = backup.message_index()
        assert index.total == 0
        assert list(index.take("c1", ALICE)) == []
        assert list(backup.documents("messages")) == []
        assert backup.size("messages") == 0
