"""Answers come in pieces, and the longest text there is comes through."""

from __future__ import annotations

import io
import json

import pytest

from migrator_core.openwebui.texts import worker
from migrator_core.openwebui.texts.answers import Answer, BadAnswerError


def _said(answer: dict[str, object]) -> bytes:
    written = io.BytesIO()
    worker._say(written, answer)
    return written.getvalue()


@pytest.mark.parametrize("text", ["", "Kirschen\nund Pflaumen", "🍒 {}\n\n"])
def test_a_text_comes_as_it_is_however_it_is_cut(text: str) -> None:
    said = _said({"text": text})
    for size in (1, 7, len(said)):
        answer = Answer()
        taken = [answer.take(said[at : at + size]) for at in range(0, len(said), size)]
        assert taken[-1] is not None
        assert taken[-1]["text"] == text
        assert set(map(type, taken[:-1])) <= {type(None)}


def test_a_problem_is_no_text() -> None:
    assert Answer().take(_said({"problem": "it is broken"})) == {"problem": "it is broken"}


def test_the_longest_text_of_the_longest_characters_comes_through() -> None:
    text = "🍒" * worker.CHARACTERS
    said, answer = _said({"text": text}), Answer()
    pieces = (said[at : at + 65536] for at in range(0, len(said), 65536))
    (found,) = [taken for piece in pieces if (taken := answer.take(piece)) is not None]
    assert found["text"] == text


@pytest.mark.parametrize(
    "said",
    [
        json.dumps({"bytes": 4 * worker.CHARACTERS + 1}).encode() + b"\n",
        b"x" * 100_000,
        b"no JSON\n",
        b"[]\n",
        b'{"bytes": null}\n',
    ],
)
def test_what_is_no_answer_is_refused(said: bytes) -> None:
    with pytest.raises(BadAnswerError):
        Answer().take(said)
