"""Links to LibreChat's own pages lead to what they became: for whom they are open, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.convert.ids import chat_id
from migrator_core.openwebui import OpenWebUI
from tests.unit.runs.test_selection import ADA, BEN, backup, run, target

__all__ = ["backup", "target"]

OWN = chat_id(ADA, "chat-ada")
OLD = "https://old.example"


def _rows(backup: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in (backup / f"{name}.json").read_text("utf-8").splitlines()]


def _write(backup: Path, name: str, rows: list[dict[str, Any]]) -> None:
    (backup / f"{name}.json").write_text("".join(json.dumps(one) + "\n" for one in rows), "utf-8")


@pytest.fixture
def linked(backup: Path) -> Path:
    """Both people link to everything that there is, in a conversation of their own."""
    addresses = [
        f"{OLD}/c/chat-ada", f"{OLD}/c/chat-ben", f"{OLD}/c/chat-hidden", f"{OLD}/c/chat-gone",
        f"{OLD}/share/share-ada", f"{OLD}/share/share-ben", f"{OLD}/c/new?agent_id=agent_ada",
        "/c/chat-ada",
    ]  # fmt: skip
    text = " ".join(f"[x]({address})" for address in addresses)
    messages = _rows(backup, "messages")
    conversations = _rows(backup, "conversations")
    hidden = {"_id": {"$oid": "f" * 24}, "conversationId": "chat-hidden", "user": ADA}
    messages = [one | {"text": text} for one in messages]
    messages.append(messages[0] | hidden | {"messageId": "h"})
    conversations.append(conversations[0] | hidden | {"isTemporary": True})
    links = _rows(backup, "sharedlinks")
    links[1]["isPublic"] = False  # nobody may open Ben's
    _write(backup, "messages", messages)
    _write(backup, "conversations", conversations)
    _write(backup, "sharedlinks", links)
    return backup


async def _texts(target: OpenWebUI, table: str = "chat") -> dict[str, list[str]]:
    rows = target.schema.table(table)
    found = await target.database.rows(sa.select(rows.c.title, rows.c.chat))
    return {
        title: [
            link.partition("](")[2].removesuffix(")")
            for message in chat["history"]["messages"].values()
            for link in message["content"].split()
        ]
        for title, chat in found
    }


async def test_links_lead_to_what_is_the_readers(target: OpenWebUI, linked: Path) -> None:
    await run(target, linked)
    texts = await _texts(target)
    assert texts["ada"] == [
        f"/c/{OWN}", f"{OLD}/c/chat-ben", f"{OLD}/c/chat-hidden", f"{OLD}/c/chat-gone",
        "/s/share-ada", f"{OLD}/share/share-ben", "/?model=agent-ada", f"/c/{OWN}",
    ]  # fmt: skip
    assert texts["ben"] == [
        f"{OLD}/c/chat-ada", f"/c/{chat_id(BEN, 'chat-ben')}", f"{OLD}/c/chat-hidden",
        f"{OLD}/c/chat-gone", "/s/share-ada", f"{OLD}/share/share-ben",
        f"{OLD}/c/new?agent_id=agent_ada", "/c/chat-ada",
    ]  # fmt: skip
    again = await run(target, linked)
    assert not again.migrated()
    assert await _texts(target) == texts


async def test_a_shared_copy_shows_nobody_a_chat_of_its_owner(
    target: OpenWebUI, linked: Path
) -> None:
    await run(target, linked)
    shared = (await _texts(target, "shared_chat"))["ada"]
    assert shared[0] == f"{OLD}/c/chat-ada"
    assert shared[4] == "/s/share-ada"


async def test_another_host_than_librechats_stays(target: OpenWebUI, linked: Path) -> None:
    await run(target, linked, librechat_urls="https://chat.example")
    assert (await _texts(target))["ada"][0] == f"{OLD}/c/chat-ada"
    assert (await _texts(target))["ada"][-1] == f"/c/{OWN}"


async def test_an_address_that_is_known_later_is_caught_up(target: OpenWebUI, linked: Path) -> None:
    await run(target, linked, librechat_urls="https://chat.example")
    await run(target, linked, librechat_urls=OLD.upper())
    assert (await _texts(target))["ada"][0] == f"/c/{OWN}"
