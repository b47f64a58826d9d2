"""Steps come in their order, whoever makes them and whatever becomes of the others."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from migrator_core.convert.free_ids import FreeIds
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.librechat.containers.bson_documents import BsonDecoder
from migrator_core.librechat.containers.extended_json import decode_json
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.runs.converting.ahead import Ahead
from migrator_core.runs.converting.job import Answer, Job, Setup
from migrator_core.runs.scratch import Scratch
from migrator_core.runs.steps import Found, Pending, Step

MESSAGE = (
    b'{"messageId":"m","conversationId":"c","user":"u","isCreatedByUser":true,"text":"hello %d"}'
)


class Broken(Executor):
    """Takes some jobs, and answers none."""

    def __init__(self, takes: int) -> None:
        self.takes = takes

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        if not self.takes:
            raise BrokenProcessPool
        self.takes -= 1
        lost: Future[Any] = Future()
        lost.set_exception(BrokenProcessPool())
        return lost


def setup(place: Path) -> Setup:
    scratch = Scratch(place)
    copied = scratch.copied()
    scratch.close()
    models = ModelMapper({}, "gpt", frozenset())
    return Setup(copied, decode_json, models, FreeIds(), 1_760_000_000, None)


def steps(raws: list[bytes], told: list[Answer | None]) -> Iterator[Step]:
    for number, raw in enumerate(raws):
        conversation = Conversation.model_validate({"conversationId": f"c{number}", "user": "u"})

        def finish(answer: Answer | None, number: int = number) -> Iterator[Step]:
            told.append(answer)
            yield Found("finished", number)

        yield Found("before", number)
        yield Pending(Job(conversation, "u", "account", None, True, [(f"m{number}", raw)]), finish)


def in_order(pool: Executor, place: Path, raws: list[bytes]) -> list[Answer | None]:
    told: list[Answer | None] = []
    found = list(Ahead.begin(pool, setup(place)).in_order(steps(raws, told)))
    assert found == [
        Found(name, number) for number in range(len(raws)) for name in ("before", "finished")
    ]
    return told


def test_conversations_are_converted_elsewhere_and_come_in_order(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        told = in_order(pool, tmp_path, [MESSAGE % number for number in range(40)])
    texts = [
        next(iter(answer.converted.row.chat["history"]["messages"].values()))["content"]
        for answer in told
        if answer is not None
    ]
    assert texts == [f"hello {number}" for number in range(40)]
    assert all(
        answer is not None and answer.converted.weight and answer.fingerprint for answer in told
    )


def test_large_ones_are_waited_for_before_more_are_handed_over(tmp_path: Path) -> None:
    large = MESSAGE.replace(b"hello", b"x" * 3_000_000)
    told: list[Answer | None] = []
    with ThreadPoolExecutor(1) as pool:
        ahead = Ahead.begin(pool, setup(tmp_path)).in_order(
            steps([large % number for number in range(6)], told)
        )
        while not told:
            next(ahead)
        assert len(told) == 1
        assert sum(isinstance(step, Found) for step in ahead) >= 5


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        MESSAGE.replace(b"hello %d", b"![](/images/u/gone.png) %d"),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_caller(tmp_path: Path, raw: bytes) -> None:
    with ThreadPoolExecutor(1) as pool:
        told = in_order(pool, tmp_path, [MESSAGE % 1, raw.replace(b"%d", b"2"), MESSAGE % 3])
    assert [answer is None for answer in told] == [False, True, False]


@pytest.mark.parametrize("takes", [0, 1])
def test_where_the_processes_are_gone_everything_is_left_to_the_caller(
    tmp_path: Path, takes: int
) -> None:
    assert in_order(Broken(takes), tmp_path, [MESSAGE % number for number in range(40)]) == (
        [None] * 40
    )


def test_what_reads_documents_travels_to_other_processes() -> None:
    for decode in (decode_json, BsonDecoder().decode):
        again = pickle.loads(pickle.dumps(decode))
        raw = b"{}" if decode is decode_json else bytes([5, 0, 0, 0, 0])
        assert again(raw) == {}
