from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator_core.librechat import Backup, Unowned
from migrator_core.librechat.indexed_messages import Untaken
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

ROOT = "00000000-0000-0000-0000-000000000000"
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
        Untaken("m7", "c9", ALICE),
        Untaken("m8", None, ALICE),
        Untaken(f"{9:024x}", None, None),
    ]
    assert list(index.unreadable()) == []


def test_a_message_counts_as_taken_even_if_nobody_reads_it(backup: Backup) -> None:
    index = backup.message_index()
    index.take("c9", ALICE)
    assert "m7" not in [one.source_id for one in index.untaken()]


def _in_c1(message_id: str, parent: str, user: str | None = None) -> dict[str, Any]:
    return {"messageId": message_id, "parentMessageId": parent, "conversationId": "c1",
            "user": user}  # fmt: skip


def test_what_names_no_user_follows_the_only_one_or_the_one_whose_message_it_follows(
    tmp_path: Path,
) -> None:
    messages = [
        _in_c1("first", ROOT),
        _in_c1("theirs", "first", BOB),
        _in_c1("own", ROOT, ALICE),
        _in_c1("second", "first-of-alice"),
        _in_c1("first-of-alice", "own"),
        _in_c1("circle", "circle"),
        _in_c1("twice", "own", ALICE),
        _in_c1("twice", "first", BOB),
        _in_c1("of both", "twice"),
        _in_c1("lost", "nowhere"),
        {**_in_c1("alone", ROOT), "conversationId": "c2"},
    ]
    export = write_export(tmp_path / "data", {**collections(), "messages": messages})
    with opened(export, tmp_path) as backup:
        index = backup.message_index()
        index.add_owners([("c1", ALICE.upper()), ("c1", BOB), ("c2", ALICE), ("c2", None)])
        index.settle()
        assert list(index.take_ids("c1", BOB)) == ["theirs", "twice"]
        assert list(index.take_ids("c1", ALICE)) == ["own", "second", "first-of-alice", "twice"]
        assert list(index.take_ids("c2", ALICE)) == ["alone"]
        rest = [(one.source_id, one.fate) for one in index.untaken()]
        assert rest == [
            (name, Unowned.OWNER_UNKNOWN) for name in ("first", "circle", "of both", "lost")
        ]


def test_what_is_foreign_is_nobodys(tmp_path: Path) -> None:
    messages = [_in_c1("a", ROOT, ALICE), {**_in_c1("b", ROOT, ALICE), "tenantId": "x"}]
    export = write_export(tmp_path / "data", {**collections(), "messages": messages})
    with opened(export, tmp_path) as backup:
        index = backup.message_index(None, lambda data: "tenantId" in data)
        assert list(index.take_ids("c1", ALICE)) == ["a"]
        assert [(one.source_id, one.fate) for one in index.untaken()] == [("b", Unowned.FOREIGN)]


def test_what_is_foreign_stays_so_where_it_follows_somebodys(tmp_path: Path) -> None:
    messages = [
        _in_c1("a", ROOT, ALICE),
        _in_c1("b", ROOT, BOB),
        _in_c1("ours", "a", None),
        {**_in_c1("theirs", "a", None), "tenantId": "x"},
        _in_c1("below", "theirs", None),
    ]
    export = write_export(tmp_path / "data", {**collections(), "messages": messages})
    with opened(export, tmp_path) as backup:
        index = backup.message_index(None, lambda data: "tenantId" in data)
        index.settle()
        assert list(index.take_ids("c1", ALICE)) == ["a", "ours"]
        assert [(one.source_id, one.fate) for one in index.untaken()] == [
            ("b", None), ("theirs", Unowned.FOREIGN), ("below", Unowned.OWNER_UNKNOWN),
        ]  # fmt: skip


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
