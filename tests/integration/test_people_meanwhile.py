"""Somebody goes on with the very chats that a catch-up is adding messages to."""

from __future__ import annotations

import copy
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest

from tests.integration.test_running_again import ADA, FIRST, a_day, a_message
from tests.support.backups import write
from tests.support.databases import Database
from tests.support.openwebui import OpenWebUIServer, Person, signed_in
from tests.support.run import migrate

pytestmark = pytest.mark.openwebui

CHATS = [f"chat-{number:03}" for number in range(80)]


def _backup(*days: int) -> dict[str, Any]:
    """Every chat with a question and an answer a day."""
    backup = copy.deepcopy(FIRST)
    backup["conversations"] = [
        {"conversationId": chat, "user": ADA, "title": chat, "endpoint": "openAI",
         "model": "gpt-4o", "createdAt": a_day(2), "updatedAt": a_day(days[-1])}
        for chat in CHATS
    ]  # fmt: skip
    backup["messages"] = [
        a_message(chat, f"{kind}{number}", parent, number)
        for chat in CHATS
        for number in days
        for kind, parent in (("q", f"a{number - 1}" if number > days[0] else None),
                             ("a", f"q{number}"))
    ]  # fmt: skip
    return backup


class _AtWork:
    """Ada, who asks something in one chat after the other, as a page does, until she is stopped."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.said: Counter[str] = Counter()
        self.chats = {chat["title"]: chat["id"] for chat in person.chats()}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            for name in CHATS:
                self._say_in(name)
                if self._stop.is_set():
                    return

    def _say_in(self, name: str) -> None:
        own = str(uuid4())
        place = f"/api/v1/chats/{self.chats[name]}"
        history = self._person.http.get(place).raise_for_status().json()["chat"]["history"]
        leaf = history["currentId"]
        history["messages"][leaf]["childrenIds"].append(own)
        history["messages"][own] = {
            "id": own, "parentId": leaf, "childrenIds": [], "role": "user", "content": "Mine",
            "timestamp": int(time.time()), "models": ["gpt-4o"],
        }  # fmt: skip
        answer = self._person.http.post(
            place, json={"chat": {"history": {**history, "currentId": own}}}
        )
        if answer.status_code == 200:  # what the page was told is saved
            self.said[name] += 1


def test_neither_loses_a_message_to_the_other(sqlite_database: Database, tmp_path: Path) -> None:
    place = sqlite_database.deployment
    run = migrate(place, write(tmp_path / "first", _backup(2)), tmp_path / "run")
    assert run.status == 0, run.output
    with (
        OpenWebUIServer(place) as server,
        signed_in(server.url, "ada@again.example", "Password-1") as ada,
    ):
        newer = write(tmp_path / "newer", _backup(2, 3, 4))
        with _AtWork(ada) as at_work:
            again = migrate(place, newer, tmp_path / "again")
        assert again.status == 0, again.output
        assert again.collections["messages"]["migrated"] == 4 * len(CHATS)
        assert at_work.said.total() > 10
        for name, chat_id in at_work.chats.items():
            messages = ada.chat(chat_id)["chat"]["history"]["messages"]
            texts = Counter(each["content"] for each in messages.values())
            assert texts.pop("Mine", 0) == at_work.said[name], name
            assert texts == Counter(f"Text {each}" for each in ("q2", "a2", "q3", "a3", "q4", "a4"))
