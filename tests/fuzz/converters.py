"""Documents with values of any type anywhere, for what converts them: in this process."""

from __future__ import annotations

import copy
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from migrator_core.convert.chats.chat import ChatContext, ConvertedChat, convert_conversation
from migrator_core.convert.chats.references import find_references
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.result import Converted
from migrator_core.librechat import open_backup
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from tests.fuzz.attempts import Attempt, Bounds
from tests.support.sample import SAMPLE
from tests.unit.convert.storable import assert_storable
from tests.unit.convert.test_damage import CONVERTERS

NOW = 1_760_000_000
_CONTEXT = ChatContext("owner", {}, ModelMapper({}, "gpt-4o", frozenset()), NOW)
_TEXTS = (
    *("", " ", "\x00", "half \ud83d", "x" * 5000, "\ue202turn0search0", "](/images/u/x.png)"),
    *("<think>", ":::artifact{", "data:image/png;base64,AAAA", "2999-13-45", "../../etc/passwd"),
    *("```\n" * 40, "tool_call", "user", "00000000-0000-0000-0000-000000000000", "NaN"),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**400, 1.5, float("nan"), float("inf"), b"\xff\x00"),
    *([], {}, [[]], [None, {}], {"a": {"b": []}}, {"value": "x"}, {"$date": "x"}, ["text"] * 50),
)

Work = Callable[[random.Random], str]


class Converters:
    """Takes documents of the sample, puts something else somewhere into them, converts them."""

    def __init__(self) -> None:
        """The sample is read once."""
        self._chats = _chats()
        self._bounds = Bounds()
        self._kinds: dict[str, Work] = {"conversations": self._conversation}
        for document, convert in CONVERTERS:
            name = convert.__name__.strip("_").replace("_", " ") + "s"
            self._kinds[name] = _work(document, convert)

    def run(self, seed: int) -> Attempt:
        """The input of one seed."""
        rng = random.Random(seed)
        names = sorted(self._kinds)
        # Chats are what most of the code is about.
        kind = "conversations" if rng.random() < 0.5 else names[seed % len(names)]
        told = ""

        def work() -> tuple[str, str | None]:
            nonlocal told
            told = self._kinds[kind](rng)
            return told, None

        ended, wrong = self._bounds.within(work)
        return Attempt(seed, kind, "values swapped", ended, wrong)

    def _conversation(self, rng: random.Random) -> str:
        conversation, messages = copy.deepcopy(rng.choice(self._chats))
        for _ in range(rng.randrange(1, 5)):
            swap(rng.choice([conversation, *messages, *messages]), rng)
        if rng.random() < 0.2:
            messages.insert(rng.randrange(len(messages) + 1), copy.deepcopy(rng.choice(messages)))
        try:
            chat = parse(Conversation, conversation)
        except InvalidDocumentError:
            return "refused"
        given = []
        for data in messages:
            try:
                given.append(parse(Message, data))
            except InvalidDocumentError:
                continue
        find_references(given, chat.user or "")
        result = convert_conversation(chat, given, _CONTEXT)
        if not isinstance(result, ConvertedChat):
            return "skipped"
        assert len(result.message_ids) + len(result.message_outcomes) == len(given)
        _check_chat(result)
        return "converted"


def _chats() -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    with tempfile.TemporaryDirectory() as work, open_backup(SAMPLE, workdir=Path(work)) as backup:
        messages: defaultdict[object, list[dict[str, Any]]] = defaultdict(list)
        for document in backup.documents("messages"):
            if document.data is not None:
                messages[document.data.get("conversationId")].append(dict(document.data))
        conversations = [dict(d.data) for d in backup.documents("conversations") if d.data]
    found = [(each, messages[each.get("conversationId")][:20]) for each in conversations]
    return [(each, those) for each, those in found if those]


def _work(document: Mapping[str, Any], convert: Callable[[dict[str, Any]], object]) -> Work:
    def work(rng: random.Random) -> str:
        data = copy.deepcopy(dict(document))
        for _ in range(rng.randrange(1, 4)):
            swap(data, rng)
        try:
            result = convert(data)
        except InvalidDocumentError:
            return "refused"
        if not isinstance(result, Converted):
            return "skipped"
        assert_storable(result.row)
        return "converted"

    return work


def _check_chat(result: ConvertedChat) -> None:
    assert_storable(result.row)
    history = result.row.chat["history"]
    messages = history["messages"]
    assert history["currentId"] in messages
    assert len(messages) >= len(result.target_ids) > 0
    for own_id, message in messages.items():
        parent = message["parentId"]
        assert parent is None or own_id in messages[parent]["childrenIds"]


def swap(document: dict[str, Any], rng: random.Random) -> None:
    """Put another value, a copy of a neighbour's or a deep one at any place of a document."""
    inside: Any = document
    while True:
        keys = sorted(inside, key=str) if isinstance(inside, dict) else list(range(len(inside)))
        if not keys:
            return
        key = rng.choice(keys)
        deeper = inside[key]
        if not (isinstance(deeper, dict | list) and deeper and rng.random() < 0.75):
            inside[key] = _value(rng, inside, keys)
            return
        inside = deeper


def _value(rng: random.Random, inside: Any, keys: list[Any]) -> Any:
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(_TEXTS)
    if kind < 0.5:
        return copy.deepcopy(inside[rng.choice(keys)])
    if kind < 0.6:
        value: Any = rng.choice(_VALUES)
        for _ in range(rng.choice((3, 30, 100, 190))):
            value = [value] if rng.random() < 0.5 else {"content": value}
        return value
    return copy.deepcopy(rng.choice(_VALUES))
