from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from migrator_core.chat_document import ChatDocument
from migrator_core.fingerprint import fingerprint, is_of
from migrator_core.rows import ChatRow, Grant, ModelRow, ModelVersion, PromptRow, TagRow

CHAT: ChatDocument = {
    "id": "i",
    "title": "t",
    "models": [],
    "params": {},
    "files": [],
    "history": {"currentId": "m", "messages": {}},
    "messages": [],
    "tags": [],
    "timestamp": 1000,
}
TAG = TagRow("é", "É", "u")
NOW = "2:d98b10ba65fedf8f222cc8fd989a44bd815d6a62dc81038bf9a11199ed8be409"
BEFORE = "218a1c4895083014b2e2b0d45e9502852a136d447202de7330c4bc30acf9aa1a"
"""What earlier versions noted of it."""
PROMPT = PromptRow("id", "cmd", "u", "name", "text", (), {"a": 1, "b": {"c": 2}}, 1, 2)


def test_the_value_is_the_same_on_every_machine() -> None:
    assert fingerprint(TAG) == NOW


def test_a_ledger_of_an_earlier_version_is_understood() -> None:
    assert is_of(BEFORE, TAG, fingerprint(TAG))
    assert is_of(NOW, TAG, fingerprint(TAG))
    other = TagRow("e", "É", "u")
    assert not is_of(BEFORE, other, fingerprint(other))
    assert not is_of(NOW, other, fingerprint(other))


def test_a_field_that_came_since_counts_where_it_holds_something() -> None:
    model = ModelRow("m", "u", "gpt", "Name", {}, {}, 1, 2)
    text = (
        '["ModelRow",{"base_model_id":"gpt","created_at":1,"grants":[],"id":"m","meta":{},'
        '"name":"Name","params":{},"updated_at":2,"user_id":"u"}]'
    )
    before = hashlib.sha256(text.encode()).hexdigest()
    assert is_of(before, model, fingerprint(model))
    version = ModelVersion("Name", "gpt", {}, {}, "u", "Version 1", 1)
    later = replace(model, earlier=(version,))
    assert not is_of(before, later, fingerprint(later))


@pytest.mark.parametrize("odd", ["half \ud83d", 2**70])
def test_what_the_faster_encoder_refuses_has_one_all_the_same(odd: object) -> None:
    row = replace(PROMPT, meta={"a": odd})
    assert fingerprint(row) == fingerprint(replace(PROMPT, meta={"a": odd})) != fingerprint(PROMPT)


def test_the_order_of_keys_does_not_count_but_every_value_does() -> None:
    same = replace(PROMPT, meta={"b": {"c": 2}, "a": 1})
    assert fingerprint(same) == fingerprint(PROMPT)
    others = [
        replace(PROMPT, meta={"a": 1, "b": {"c": 3}}),
        replace(PROMPT, content="text "),
        replace(PROMPT, updated_at=3),
        replace(PROMPT, grants=(Grant("user", "*", "read"),)),
    ]
    assert len({fingerprint(row) for row in [PROMPT, *others]}) == 5


def test_rows_within_rows_count() -> None:
    tags = (TagRow("a", "a", "u"),)
    chat = ChatRow("i", "u", "t", CHAT, 1, 2, False, False, {}, "m", tags=tags)
    other = replace(chat, tags=(TagRow("b", "b", "u"),))
    assert fingerprint(chat) != fingerprint(other)


def test_what_no_database_holds_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="set"):
        fingerprint(replace(PROMPT, meta={"a": {1, 2}}))
