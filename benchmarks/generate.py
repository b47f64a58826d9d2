"""Writes a synthetic LibreChat backup of any size as a stream: memory does not grow with it.

``python -m benchmarks.generate DIRECTORY --messages N`` writes the mongoexport layout, or with
``--form mongodump`` BSON. The same arguments always give the same bytes. ``--profile plain`` is
conversations of 20 plain messages; ``realistic`` is in :mod:`benchmarks.realistic`. Texts differ in
length and content, so that nothing compresses or caches better than people's conversations would.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.layout import Layout, date, oid, person
from benchmarks.realistic import generate_realistic

PROFILES = ("plain", "realistic")
FORMS = ("mongoexport", "mongodump")
MESSAGES_PER_CONVERSATION = 20
CONVERSATIONS_PER_USER = 50
START = 1_735_689_600_000  # 2025-01-01, in milliseconds
NO_PARENT = "00000000-0000-0000-0000-000000000000"
TEXT = """
the model answers with a table of results and a short note about units while the report
grows by a paragraph each week because nobody dares to delete the old one größer Überblick
données réunion 会議 データ данные отчёт 🚀 import pandas as pd return None
"""
WORDS = TEXT.split()


def generate(
    directory: Path,
    messages: int,
    seed: int = 1,
    profile: str = "plain",
    form: str = "mongoexport",
) -> Path:
    """Write a backup with about ``messages`` messages (whole conversations) and give its path."""
    backup = directory / "librechat-backup-20260101-000000"
    with Layout(backup, as_bson=form == "mongodump") as layout:
        if profile == "realistic":
            generate_realistic(layout, messages, seed)
        else:
            _generate_plain(layout, messages, seed)
    return backup


def _generate_plain(layout: Layout, messages: int, seed: int) -> None:
    source = random.Random(seed)
    for number in range(max(messages // MESSAGES_PER_CONVERSATION, 1)):
        owner = f"{0x64CA1DB0_00000000_00000000 + number // CONVERSATIONS_PER_USER:024x}"
        if number % CONVERSATIONS_PER_USER == 0:
            layout.add("users", person(owner, number // CONVERSATIONS_PER_USER, START))
        conversation = str(UUID(int=source.getrandbits(128), version=4))
        began = START + number * 60_000
        layout.add("conversations", _conversation(number, conversation, owner, began))
        for message in _messages(source, conversation, owner, began):
            layout.add("messages", message)


def _conversation(number: int, conversation: str, owner: str, began: int) -> dict[str, Any]:
    return {
        "_id": oid(f"{0x65000000_00000000_00000000 + number:024x}"),
        "conversationId": conversation,
        "user": owner,
        "title": f"Conversation {number}",
        "endpoint": "openAI",
        "model": "gpt-4o",
        "createdAt": date(began),
        "updatedAt": date(began + MESSAGES_PER_CONVERSATION * 1000),
    }


def _messages(
    source: random.Random, conversation: str, owner: str, began: int
) -> Iterator[dict[str, Any]]:
    parent = NO_PARENT
    for place in range(MESSAGES_PER_CONVERSATION):
        asks = place % 2 == 0
        text = " ".join(source.choices(WORDS, k=source.randint(10, 60) if asks else 130))
        message_id = str(UUID(int=source.getrandbits(128), version=4))
        message: dict[str, Any] = {
            "_id": oid(f"{source.getrandbits(96):024x}"),
            "messageId": message_id,
            "conversationId": conversation,
            "user": owner,
            "parentMessageId": parent,
            "sender": "User" if asks else "GPT-4o",
            "isCreatedByUser": asks,
            "model": None if asks else "gpt-4o",
            "endpoint": "openAI",
            "text": text if asks else "",
            "createdAt": date(began + place * 1000),
            "updatedAt": date(began + place * 1000),
        }
        if not asks:
            message["content"] = [{"type": "text", "text": text}]
        yield message
        parent = message_id


def main() -> None:
    """Write one backup."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", choices=PROFILES, default="plain")
    parser.add_argument("--form", choices=FORMS, default="mongoexport")
    parsed = parser.parse_args()
    print(generate(parsed.directory, parsed.messages, parsed.seed, parsed.profile, parsed.form))


if __name__ == "__main__":
    main()
