"""Open WebUI's own import, given the chats that a migration wrote."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import sqlalchemy as sa

from tests.support.environments import Deployment
from tests.support.openwebui import OpenWebUIServer, Visitor

ADMIN = ("Bench Admin", "admin@bench.example", "bench-admin")
IMPORTED_AT_ONCE = 100
_CHATS = "SELECT chat, meta, pinned, created_at, updated_at FROM chat ORDER BY id"


def import_over_http(fresh: Deployment, migrated: Deployment) -> float:
    """Seconds that ``POST /api/v1/chats/import`` takes; in ``fresh`` nobody has signed up yet."""
    seconds = 0.0
    with OpenWebUIServer(fresh) as server:
        person = Visitor(server.url).sign_up(*ADMIN)
        with person.http as http:
            for chats in _portions(migrated):
                started = time.perf_counter()
                answer = http.post(
                    "/api/v1/chats/import", json={"chats": chats}, timeout=httpx.Timeout(600)
                )
                seconds += time.perf_counter() - started
                answer.raise_for_status()
    return seconds


def _portions(migrated: Deployment) -> Iterator[list[dict[str, Any]]]:
    """The chats of a database in the form that the import takes."""
    engine = sa.create_engine(migrated.database_url)
    try:
        with engine.connect() as connection:
            rows = connection.execution_options(stream_results=True).execute(sa.text(_CHATS))
            for some in rows.partitions(IMPORTED_AT_ONCE):
                yield [
                    {
                        "chat": _document(row.chat),
                        "meta": _document(row.meta),
                        "pinned": bool(row.pinned),
                        "created_at": row.created_at,
                        "updated_at": row.updated_at,
                    }
                    for row in some
                ]
    finally:
        engine.dispose()


def _document(value: Any) -> Any:  # noqa: ANN401 - JSON, or what the driver made of it
    return json.loads(value) if isinstance(value, str) else value
