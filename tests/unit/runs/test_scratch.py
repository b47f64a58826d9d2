"""Notes on disk take whatever a backup can hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.files.file_link import FileLink
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.prompt import Prompt
from migrator_core.librechat.values import Millis
from migrator_core.runs.scratch import Scratch

ANYTHING = st.text(st.characters()) | st.sampled_from(["\x00", "a\x00b", "\ud83d", "x" * 1_000_000])
_KINDS = itertools.count()
LINK = FileLink("id", "name \ud83d\x00", "text/plain", 7)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    notes = Scratch(tmp_path_factory.mktemp("scratch"))
    yield notes
    notes.close()


@given(one=ANYTHING, other=ANYTHING)
def test_a_key_is_new_once(scratch: Scratch, one: str, other: str) -> None:
    kind = f"kind {next(_KINDS)}"
    assert scratch.first_time(kind, one)
    assert not scratch.first_time(kind, one)
    assert scratch.first_time(kind, other) is (one != other)


@given(one=st.tuples(ANYTHING, ANYTHING), other=st.tuples(ANYTHING, ANYTHING))
def test_two_texts_are_one_key_only_if_they_are_the_same(
    scratch: Scratch, one: tuple[str, str], other: tuple[str, str]
) -> None:
    kind = f"kind {next(_KINDS)}"
    assert scratch.first_time(kind, *one)
    assert scratch.first_time(kind, *other) is (one != other)


@given(user=ANYTHING, file_id=ANYTHING, path=ANYTHING)
def test_files_are_found_by_id_and_by_path(
    scratch: Scratch, user: str, file_id: str, path: str
) -> None:
    scratch.add_path(user, path, file_id)
    scratch.add_link(user, file_id, LINK)
    assert scratch.links(user, [file_id]) == {file_id: LINK}
    assert scratch.links_by_path(user, [path]) == {path: LINK}


@given(key=ANYTHING, name=ANYTHING)
def test_names_come_back(scratch: Scratch, key: str, name: str) -> None:
    scratch.add_name("agents", key, name)
    assert scratch.names("agents", [key]) == {key: name}


def test_a_file_that_was_not_migrated_is_known_by_its_path(scratch: Scratch) -> None:
    scratch.add_path("somebody", "/images/a.png", "gone")
    assert scratch.links_by_path("somebody", ["/images/a.png", "/images/b.png"]) == {
        "/images/a.png": None
    }


@given(key=st.tuples(ANYTHING, ANYTHING), source_id=ANYTHING, text=ANYTHING)
def test_documents_come_back_once_and_in_their_order(
    scratch: Scratch, key: tuple[str, str], source_id: str, text: str
) -> None:
    kind = f"kind {next(_KINDS)}"
    notes = scratch.notes(kind, Prompt)
    first = parse(Prompt, {"_id": "a", "prompt": text, "createdAt": Millis(5)})
    second = parse(Prompt, {"_id": "b"})
    notes.add(key, source_id, first)
    notes.add(key, "second", second)
    assert [noted.source_id for noted in notes.remaining()] == [source_id, "second"]
    assert [noted.document for noted in notes.take(*key)] == [first, second]
    assert notes.take(*key) == []


def test_a_date_before_1973_stays_what_it_is(scratch: Scratch) -> None:
    notes = scratch.notes("acl", AclEntry)
    entry = parse(AclEntry, {"_id": "a", "expiredAt": Millis(1000)})
    notes.add(("agent", "a"), "a", entry)
    (noted,) = notes.take("agent", "a")
    assert noted.document.expired_at == 1000
