"""What people and models really write, as the second profile of generated backups.

Sizes have a long tail, a few of a thousand people have most of the conversations, questions are
edited and answers made again, some answers think, search, cite and run code, some questions bring
files. The shapes are those of LibreChat 0.7 to 0.8.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from benchmarks.layout import Layout, date, oid, person
from benchmarks.realistic_texts import code_block, prose

PEOPLE = 1000
START = 1_704_067_200_000  # 2024-01-01, in milliseconds
NO_PARENT = "00000000-0000-0000-0000-000000000000"
_MODELS = (
    ("openAI", "gpt-4o", "GPT-4o"),
    ("anthropic", "claude-3-7-sonnet-latest", "Claude"),
    ("google", "gemini-2.0-flash", "Gemini"),
    ("Ollama", "llama3.1:8b", "Ollama"),
)
_SMALL_FILE, _LARGE_FILE = 20_000, 3_000_000
_MOST_LARGE_FILES = 20


@dataclass(slots=True)
class _Conversation:
    """What the messages of one conversation have in common, and the time that passes."""

    id: str
    owner: str
    model: tuple[str, str, str]
    language: int
    now: int
    tokens: bool
    written: int = 0
    leaves: list[str] = field(default_factory=list)


class _Realist:
    """Writes people, conversations, messages and files, all out of one source of chance."""

    def __init__(self, layout: Layout, seed: int) -> None:
        self._layout = layout
        self._chance = random.Random(seed)
        self._large_files = 0

    def write(self, messages: int) -> None:
        """Everything, until there are so many messages."""
        people = [f"{0x64CA1DB0_00000000_00000000 + number:024x}" for number in range(PEOPLE)]
        for number, owner in enumerate(people):
            self._layout.add("users", person(owner, number, START))
        shares = [1 / (rank + 1) for rank in range(PEOPLE)]
        number = written = 0
        while written < messages:
            (owner,) = self._chance.choices(people, shares)
            written += self._conversation(number, owner, messages - written)
            number += 1

    def _conversation(self, number: int, owner: str, most: int) -> int:
        chance = self._chance
        one = _Conversation(
            id=self._uuid(),
            owner=owner,
            model=chance.choice(_MODELS),
            language=chance.choices(range(5), (8, 3, 1, 1, 1))[0],
            now=START + number * 3_600_000 + chance.randrange(3_600_000),
            tokens=chance.random() < 0.7,
        )
        began = one.now
        turns = max(1, min(int(chance.lognormvariate(1.4, 1.0)), 300, most))
        parent = NO_PARENT
        for _ in range(turns):
            parent = self._turn(one, parent)
            if one.written >= most:
                break
        self._layout.add(
            "conversations",
            {
                "_id": oid(f"{0x65000000_00000000_00000000 + number:024x}"),
                "conversationId": one.id,
                "user": owner,
                "title": prose(chance, 40, one.language)[:80].replace("\n", " "),
                "endpoint": one.model[0],
                "model": one.model[1],
                "tags": ["work"] if chance.random() < 0.05 else [],
                "isArchived": chance.random() < 0.05,
                "createdAt": date(began),
                "updatedAt": date(one.now),
            },
        )
        return one.written

    def _turn(self, one: _Conversation, parent: str) -> str:
        """A question and its answer, sometimes asked or answered once more; where it goes on."""
        chance = self._chance
        asked = [self._question(one, parent) for _ in range(1 + (chance.random() < 0.06))]
        again = 1 + (chance.random() < 0.08)
        answers = [self._answer(one, asked[-1]) for _ in range(again)]
        return chance.choice(answers)

    def _question(self, one: _Conversation, parent: str) -> str:
        chance = self._chance
        text = prose(chance, self._size(120, 1.2, 30_000), one.language)
        if chance.random() < 0.08:
            text += f"\n\n{code_block(chance, self._size(600, 1.0, 20_000))}"
        message = self._message(one, parent, asks=True)
        message["text"] = text
        if chance.random() < 0.05:
            message["files"] = [self._file(one, message["messageId"])]
        self._layout.add("messages", message)
        return str(message["messageId"])

    def _answer(self, one: _Conversation, parent: str) -> str:
        chance = self._chance
        message = self._message(one, parent, asks=False)
        text = self._told(one)
        kind = chance.random()
        if kind < 0.15:  # as older versions stored it
            message["text"] = text
        else:
            parts = self._parts(one, message, text, kind)
            message |= {"text": "", "content": parts}
        if chance.random() < 0.02:
            message["feedback"] = {"rating": "thumbsUp" if chance.random() < 0.7 else "thumbsDown"}
        if chance.random() < 0.01:
            message["unfinished"] = True
        self._layout.add("messages", message)
        return str(message["messageId"])

    def _told(self, one: _Conversation) -> str:
        chance = self._chance
        text = prose(chance, self._size(900, 1.0, 200_000), one.language, formatted=True)
        while chance.random() < 0.25:
            text += f"\n\n{code_block(chance, self._size(900, 0.9, 50_000))}\n\n"
            text += prose(chance, 200, one.language, formatted=True)
        return text

    def _parts(
        self, one: _Conversation, message: dict[str, Any], text: str, kind: float
    ) -> list[dict[str, Any]]:
        chance = self._chance
        parts: list[dict[str, Any]] = []
        if kind < 0.27:
            thought = prose(chance, self._size(1500, 0.8, 60_000), one.language)
            parts.append({"type": "think", "think": thought})
        if 0.27 <= kind < 0.34:
            parts.append(self._search(one, message))
            text = text.replace(". ", ". \ue202turn0search0 ", 1)
        elif 0.34 <= kind < 0.42:
            parts += [self._call(one) for _ in range(chance.randint(1, 4))]
        parts.append({"type": "text", "text": text})
        return parts

    def _search(self, one: _Conversation, message: dict[str, Any]) -> dict[str, Any]:
        chance = self._chance
        call = f"call_{chance.getrandbits(96):024x}"
        found = [
            {
                "title": prose(chance, 50, one.language)[:60],
                "link": f"https://site{chance.randrange(500)}.example/page/{place}",
                "snippet": prose(chance, 200, one.language),
            }
            for place in range(chance.randint(3, 8))
        ]
        results = {"turn": 0, "organic": found, "topStories": [], "images": []}
        message["attachments"] = [
            {
                "type": "web_search",
                "toolCallId": call,
                "messageId": message["messageId"],
                "web_search": results,
            }
        ]
        return _tool_call(call, "web_search", {"query": prose(chance, 30, one.language)}, "found")

    def _call(self, one: _Conversation) -> dict[str, Any]:
        chance = self._chance
        call = f"call_{chance.getrandbits(96):024x}"
        result = prose(chance, self._size(800, 1.2, 100_000), one.language)
        if chance.random() < 0.4:
            asked = {"lang": "py", "code": code_block(chance, 400)}
            return _tool_call(call, "execute_code", asked, f"stdout:\n{result}")
        read = {"path": f"/srv/{chance.randrange(900)}.txt", "depth": chance.randrange(4)}
        return _tool_call(call, "read_file_mcp_files", read, result)

    def _file(self, one: _Conversation, message_id: str) -> dict[str, Any]:
        """A record among ``files``, its bytes, and the copy that the question has."""
        chance = self._chance
        file_id = self._uuid()
        large = chance.random() < 0.1 and self._large_files < _MOST_LARGE_FILES
        self._large_files += large
        size = chance.randrange(*((_LARGE_FILE // 2, _LARGE_FILE) if large else (50, _SMALL_FILE)))
        name = f"notes {chance.randrange(1000)}.txt"
        path = f"/uploads/{one.owner}/{file_id}__{name.replace(' ', '_')}"
        self._layout.store(path, chance.randbytes(size // 2).hex().encode())
        record = {
            "file_id": file_id,
            "filename": name,
            "filepath": path,
            "bytes": size // 2 * 2,
            "type": "text/plain",
            "object": "file",
            "source": "local",
            "context": "message_attachment",
        }
        self._layout.add(
            "files",
            {
                "_id": oid(f"{chance.getrandbits(96):024x}"),
                "user": oid(one.owner),
                "messageId": message_id,
                "createdAt": date(one.now),
                "updatedAt": date(one.now),
                **record,
            },
        )
        return record

    def _message(self, one: _Conversation, parent: str, *, asks: bool) -> dict[str, Any]:
        chance = self._chance
        one.now += chance.randrange(1000, 120_000)
        one.written += 1
        endpoint, model, sender = one.model
        message: dict[str, Any] = {
            "_id": oid(f"{chance.getrandbits(96):024x}"),
            "messageId": self._uuid(),
            "conversationId": one.id,
            "user": one.owner,
            "parentMessageId": parent,
            "sender": "User" if asks else sender,
            "isCreatedByUser": asks,
            "model": None if asks else model,
            "endpoint": endpoint,
            "error": False,
            "unfinished": False,
            "createdAt": date(one.now),
            "updatedAt": date(one.now + 500),
            "__v": 0,
        }
        if one.tokens:
            message["tokenCount"] = chance.randrange(10, 2000)
        return message

    def _size(self, median: int, spread: float, most: int) -> int:
        """Characters: half of all sizes lie below the median, a few far above it."""
        return min(int(median * self._chance.lognormvariate(0, spread)) + 1, most)

    def _uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))


def _tool_call(call: str, name: str, arguments: dict[str, Any], output: str) -> dict[str, Any]:
    return {
        "type": "tool_call",
        "tool_call": {
            "id": call,
            "name": name,
            "args": json.dumps(arguments, ensure_ascii=False),
            "type": "tool_call",
            "progress": 1,
            "output": output,
        },
    }


def generate_realistic(layout: Layout, messages: int, seed: int) -> None:
    """Write about ``messages`` messages of a thousand people, and all that belongs to them."""
    _Realist(layout, seed).write(messages)
