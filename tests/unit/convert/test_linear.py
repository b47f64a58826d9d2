"""Nobody can stop a migration, or a server, with a text or a conversation that takes for ever.

Times are compared with those of prose of the same length in the same process, generously, and the
best of several attempts counts: what grows with the square of the length is a hundred times beyond.
"""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator_core.convert.library.commands import FreeCommands
from migrator_core.convert.variables import convert_variables
from migrator_core.librechat.documents.message import Message
from tests.unit.convert.shapes import PROSE, TOKENS, WAYS, convert, mixed, repeated

EXAMPLES = int(os.environ.get("LINEAR_EXAMPLES", "60"))
SIZE = 24_000
TIMES_PROSE = 50
SPARE = 0.5
"""Seconds of processor time."""


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@cache
def _prose(way: str, size: int) -> float:
    return max(_seconds(lambda: WAYS[way](repeated(PROSE, size))) for _ in range(3))


def _assert_like_prose(way: str, text: str) -> None:
    limit = TIMES_PROSE * _prose(way, len(text) // 1000 * 1000) + SPARE
    best = limit
    for _ in range(3):
        best = _seconds(lambda: WAYS[way](text))
        if best < limit:
            return
    pytest.fail(f"{way}: {best:.1f} s for {len(text)} characters like {text[:80]!r}")


@pytest.mark.parametrize("way", WAYS)
def test_a_long_run_of_anything_costs_about_what_prose_costs(way: str) -> None:
    for token in TOKENS:
        _assert_like_prose(way, repeated(token, SIZE))


@pytest.mark.parametrize("way", ["answer", "question", "shown"])
def test_a_megabyte_of_it_all_costs_about_what_prose_costs(way: str) -> None:
    each = 1_000_000 // len(TOKENS)
    _assert_like_prose(way, "".join(repeated(token, each) for token in TOKENS))
    blanks = f"[x](data:{' ' * 500_000}" + f"![y](<data:{' ' * 500_000}"
    _assert_like_prose(way, blanks)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
@given(st.sampled_from(sorted(WAYS)), st.integers(0, 2**32))
def test_no_mixture_costs_much_more_than_prose(way: str, number: int) -> None:
    before, unit, after = mixed(number)
    _assert_like_prose(way, repeated(unit, SIZE, before=before, after=after))


def _message(own_id: str, parent: str | None, **fields: Any) -> Message:
    return Message.model_validate(
        {
            "messageId": own_id,
            "parentMessageId": parent,
            "conversationId": "c",
            "isCreatedByUser": False,
            "text": "x",
            **fields,
        }
    )


def _below_one(count: int, **fields: Any) -> list[Message]:
    question = _message("q", None, isCreatedByUser=True)
    return [question, *(_message(f"m{n}", "q", model=f"k{n}", **fields) for n in range(count))]


def _attached(count: int) -> list[dict[str, Any]]:
    return [
        {"filename": f"f{n}", "filepath": f"/uploads/u/f{n}", "file_id": f"i{n}", "toolCallId": "t"}
        for n in range(count)
    ]


def _one(content: object, **fields: Any) -> object:
    return convert([_message("m", None, content=content, **fields)])


def _links(count: int) -> object:
    text = " ".join(f"[a](sandbox:/mnt/data/f{n})" for n in range(count))
    return _one([{"type": "text", "text": text}], attachments=_attached(count))


def _calls(count: int) -> object:
    call = {"id": "t", "name": "execute_code", "args": "{}", "output": "o", "progress": 1}
    return _one([{"type": "tool_call", "tool_call": call}] * count, attachments=_attached(count))


def _citations(count: int) -> object:
    found = [{"link": f"https://x/{n}", "title": "t"} for n in range(count)]
    search = {"type": "web_search", "web_search": {"turn": 0, "organic": found}}
    text = " ".join(f"\ue202turn0search{n}" for n in range(count))
    return _one([{"type": "text", "text": text}], attachments=[search])


def _annotations(count: int) -> object:
    notes = [
        {
            "type": "file_citation",
            "text": f"【{n}†s】",
            "file_citation": {"file_id": "f", "quote": "q"},
        }
        for n in range(count)
    ]
    text = {"value": " ".join(f"【{n}†s】" for n in range(count)), "annotations": notes}
    return _one([{"type": "text", "text": text}])


def _commands(count: int) -> list[str]:
    commands = FreeCommands({f"x-{n}": "another" for n in range(count)})
    return [commands.taker(str(n))("x") for n in range(count)]


STRUCTURES: Mapping[str, tuple[int, Callable[[int], object]]] = {
    "a chain": (500, lambda n: convert([_message(f"m{i}", f"m{i - 1}") for i in range(n)])),
    "siblings": (500, lambda n: convert(_below_one(n))),
    "rated siblings": (1500, lambda n: convert(_below_one(n, feedback={"rating": "thumbsUp"}))),
    "one id": (500, lambda n: convert([_message("m", None, text=str(i)) for i in range(n)])),
    "a large message and its copies": (
        500,
        lambda n: convert(
            [
                _message("m", None, text="x" * (n * 100)),
                *[_message("m", None, text=str(i)) for i in range(n)],
            ]
        ),
    ),
    "a circle": (500, lambda n: convert([_message(f"m{i}", f"m{(i + 1) % n}") for i in range(n)])),
    "links and attachments": (1500, _links),
    "calls and attachments": (500, _calls),
    "citations": (1500, _citations),
    "annotations": (2000, _annotations),
    "tags": (4000, lambda n: convert([_message("m", None)], tags=[f"t{i}" for i in range(n)])),
    "files": (2000, lambda n: convert([_message("m", None, files=_attached(n))])),
    "prompts of one command": (1000, _commands),
    "variables of one name": (
        1000,
        lambda n: convert_variables(" ".join(f"{{{{a b:o{i}|p}}}}" for i in range(n))),
    ),
}


@pytest.mark.parametrize(("count", "work"), STRUCTURES.values(), ids=STRUCTURES.keys())
def test_four_times_as_many_cost_about_four_times_as_much(
    count: int, work: Callable[[int], object]
) -> None:
    for _ in range(3):
        few = _seconds(lambda: work(count))
        many = _seconds(lambda: work(4 * count))
        if many < 9 * few + 0.1:
            return
    pytest.fail(f"{few:.2f} s for {count}, {many:.2f} s for {4 * count}")


@pytest.mark.parametrize("unit", [PROSE, "[x](y) ", "```\nx\n```\n", "\x1b", "a\x00", "日本語"])
def test_a_long_text_takes_memory_in_proportion(unit: str) -> None:
    text = repeated(unit, 5_200_000)
    WAYS["answer"](text[:1_000])  # what is kept for good is kept by now
    tracemalloc.start()
    WAYS["answer"](text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * len(text.encode())
