"""Somebody changes a thing in the very moment in which a later run brings it up to date."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.openwebui.catching_up.reading import rows_of
from migrator_core.openwebui.writing import delivery
from tests.integration.openwebui.conftest import OpenRun
from tests.support.rows import chat, item, key, user

IN_THE_WAY_SECONDS = 0.5
"""How long a change may take that nothing hinders; one that is hindered comes afterwards."""


async def test_a_change_between_reading_and_writing_is_not_overwritten(
    run: OpenRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = user("bea")
    await run.writer.write([item(bea), item(chat("Trip", bea.id))])
    people: list[asyncio.Task[None]] = []

    async def rename() -> None:
        table = run.target.schema.table("chat")
        change = sa.update(table).where(table.c.id == key("Trip")).values(title="Mine")
        async with run.target.database.engine.begin() as connection:
            await connection.execute(change)

    async def read_and_wait(*arguments: Any, **options: Any) -> Any:
        found = await rows_of(*arguments, **options)
        people.append(asyncio.create_task(rename()))
        await asyncio.wait(people, timeout=IN_THE_WAY_SECONDS)
        return found

    monkeypatch.setattr(delivery, "rows_of", read_and_wait)
    await run.writer.write([item(chat("Trip", bea.id, title="Changed in LibreChat"))])
    await asyncio.gather(*people)
    (trip,) = await run.rows("chat")
    assert (trip["title"], trip["chat"]["title"]) == ("Mine", "Changed in LibreChat")
