"""Digests lie in ledgers: another value for the same thing would make it look changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.openwebui.contents.digests import digest, digest_of_texts
from migrator_core.openwebui.contents.messages import Message, said

TEXTS = st.text(st.characters(), max_size=20)


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ({"b": "é", "a": [1, None]}, "TYTavBeU"),
        ("", "33WhJiPL"),
        (None, "33WhJiPL"),
        ("x", "79c2HppP"),
    ],
)
def test_a_digest_stays_what_it_was(value: object, known: str) -> None:
    assert digest(value) == known


@pytest.mark.parametrize(
    ("message", "known"),
    [
        ({"id": "1", "role": "user", "content": 'Größe 🚀"'}, "ozZeDNXh"),
        ({"role": "assistant", "content": "", "output": [{"type": "message"}]}, "7NPQqKIt"),
    ],
)
def test_so_does_that_of_what_a_message_says(message: Message, known: str) -> None:
    assert said(message) == known


@given(content=TEXTS, role=TEXTS)
def test_the_faster_way_gives_the_same(content: str, role: str) -> None:
    texts = {"content": content, "role": role}
    assert digest_of_texts(texts) == digest(texts)
