"""Proofs that rows are what documents say, for the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.catching_up.proofs import proof_of, stored_digests
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import kind_of
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.rows import ChatRow


async def prove(
    connection: AsyncConnection, written: Iterable[Written], schema: Schema
) -> dict[str, str]:
    """Of rows that were written in this transaction: read back as they are stored now."""
    sources = {
        kind_of(one.item.row).key_of(one.item.row): one.item.source
        for one in written
        if one.item.source and one.is_whole and isinstance(one.item.row, ChatRow)
    }
    if not sources:
        return {}
    stored = await stored_digests(connection, list(sources), schema)
    return {key: proof_of(sources[key], digest) for key, digest in stored.items()}


def proven(written: Iterable[Written]) -> dict[str, str]:
    """Of rows that were compared: what they were before that, or somebody may come in between."""
    return {
        one.target_id: proof_of(one.item.source, one.item.stored)
        for one in written
        if one.target_id and one.item.source and one.item.stored and one.fates and one.is_whole
    }
