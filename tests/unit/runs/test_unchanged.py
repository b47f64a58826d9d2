"""A second run converts no conversation that is as it was here and there, and every other one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.convert.chats.chat import convert_conversation
from migrator_core.openwebui import OpenWebUI
from migrator_core.runs.phases import chats, unchanged
from tests.unit.runs.test_selection import ADA, Walk, backup, run, target

__all__ = ["backup", "target"]

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(autouse=True)
def converted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the conversations that were converted, as they come."""
    found: list[str] = []

    def convert(conversation: Any, *more: Any) -> Any:
        found.append(conversation.title)
        return convert_conversation(conversation, *more)

    monkeypatch.setattr(f"{chats.__name__}.convert_conversation", convert)
    return found


@pytest.fixture
def plain(backup: Path) -> Path:
    """A backup without shared links, which make a conversation depend on too much."""
    (backup / "sharedlinks.json").write_text("", "utf-8")
    return backup


def _edit(backup: Path, name: str, change: Change) -> None:
    file = backup / f"{name}.json"
    documents = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    change(documents[0])
    file.write_text("".join(json.dumps(each) + "\n" for each in documents), "utf-8")


async def _execute(target: OpenWebUI, statement: str) -> None:
    await target.database.write(lambda connection: connection.execute(sa.text(statement)))


def _of(walk: Walk, name: str) -> tuple[int, int, dict[str, int]]:
    entry = walk.counts[name]
    return entry["migrated"], entry["existing"], entry["skipped"]


async def test_nothing_is_converted_twice(
    target: OpenWebUI, plain: Path, converted: list[str]
) -> None:
    await run(target, plain)
    assert converted == ["ada", "ben"]
    for _ in range(2):
        again = await run(target, plain)
        assert converted == ["ada", "ben"]
        assert _of(again, "conversations") == _of(again, "messages") == (0, 2, {})
        assert again.warnings == []
        assert not again.migrated()


async def test_what_is_shared_is_compared_each_time(
    target: OpenWebUI, backup: Path, converted: list[str]
) -> None:
    await run(target, backup)
    await run(target, backup)
    assert converted == ["ada", "ben"] * 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("SET chat = replace(chat, '\"Hi\"', '\"Ho\"')", None),
        ("SET title = 'Mine'", "changed-in-open-webui"),
        ("SET folder_id = 'elsewhere'", "changed-in-open-webui"),
        ("SET pinned = 1, updated_at = updated_at + 9", "changed-in-open-webui"),
        ("SET meta = '{}'", None),
    ],
)
async def test_a_chat_that_somebody_changed_here_is_compared(
    target: OpenWebUI, plain: Path, converted: list[str], change: str, reason: str | None
) -> None:
    """Also where no date tells of it; the next run knows that it is compared in vain."""
    await run(target, plain)
    await _execute(target, f"UPDATE chat {change} WHERE title = 'ada'")
    again = await run(target, plain)
    assert converted == ["ada", "ben", "ada"]
    if reason is not None:
        assert _of(again, "conversations") == (0, 1, {reason: 1})
    await run(target, plain)
    if reason is not None:
        assert converted[3:] == ["ada"]


async def test_a_chat_that_somebody_removed_is_not_there(
    target: OpenWebUI, plain: Path, converted: list[str]
) -> None:
    await run(target, plain)
    await _execute(target, "DELETE FROM chat WHERE title = 'ada'")
    again = await run(target, plain)
    assert _of(again, "conversations") == (0, 1, {"removed-in-open-webui": 1})
    assert converted == ["ada", "ben", "ada"]


async def test_what_was_taken_back_proves_nothing(
    target: OpenWebUI, plain: Path, converted: list[str]
) -> None:
    await run(target, plain)
    await _execute(target, "UPDATE librechat_migration_item SET state = 'undone'")
    await run(target, plain)
    assert converted == ["ada", "ben"] * 2


@pytest.mark.parametrize(
    ("collection", "change"),
    [
        ("messages", lambda message: message.update(text="Hello")),
        ("conversations", lambda conversation: conversation.update(tags=["new"])),
        ("chatprojects", lambda project: project.update(_id={"$oid": "f" * 24})),
    ],
)
async def test_what_changed_in_librechat_is_brought_and_then_known(
    target: OpenWebUI, plain: Path, converted: list[str], collection: str, change: Change
) -> None:
    await run(target, plain)
    _edit(plain, collection, change)
    again = await run(target, plain)
    assert converted == ["ada", "ben", "ada"]
    assert again.counts["conversations"]["migrated"] == 1
    await run(target, plain)
    assert len(converted) == 3


async def test_a_file_that_comes_later_makes_another_chat(
    target: OpenWebUI, plain: Path, converted: list[str]
) -> None:
    file = plain / "uploads" / ADA / "a.txt"
    file.rename(plain / "a.txt")
    await run(target, plain)
    await run(target, plain)
    assert converted == ["ada", "ben", "ada"]  # what lacks a file is looked at each time
    (plain / "a.txt").rename(file)
    again = await run(target, plain)
    assert converted[3:] == ["ada"]
    assert again.counts["messages"]["migrated"] == 1
    await run(target, plain)
    assert len(converted) == 4


async def test_other_settings_or_another_tool_make_other_chats(
    target: OpenWebUI, plain: Path, converted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(target, plain)
    await run(target, plain, model_map='{"gpt-4o": "mine"}')
    assert len(converted) == 4
    monkeypatch.setattr(unchanged, "_tool", lambda: "newer")
    await run(target, plain, model_map='{"gpt-4o": "mine"}')
    assert len(converted) == 6
    await run(target, plain, model_map='{"gpt-4o": "mine"}')
    assert len(converted) == 6  # what was compared is known again


async def test_a_link_that_nobody_could_see_withdrawn_is_closed_by_a_whole_backup(
    target: OpenWebUI, backup: Path
) -> None:
    await run(target, backup)
    links = backup / "sharedlinks.json"
    links.rename(backup / "elsewhere.txt")
    await run(target, backup)
    open_ones = "SELECT id FROM chat WHERE share_id IS NOT NULL"
    assert await _found(target, open_ones)  # the backup does not say whether it is gone
    links.write_text("", "utf-8")
    await run(target, backup)
    assert not await _found(target, open_ones)


async def _found(target: OpenWebUI, query: str) -> list[Any]:
    async def ask(connection: AsyncConnection) -> list[Any]:
        return list(await connection.execute(sa.text(query)))

    return await target.database.read(ask)
