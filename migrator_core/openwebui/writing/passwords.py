"""Another password for an account that Open WebUI has already."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.schema import Schema

_OPEN_CHALLENGES = ("login_challenge", "manage_challenge", "reset_ticket")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account signs in with. ``mfa`` is None without a second factor, and before 0.12."""

    password: str
    mfa: Mapping[str, Any] | None


async def replaceable(
    connection: AsyncConnection, schema: Schema, account_id: str, password_hash: str
) -> Credentials | None:
    """The present credentials, None where they are an admin's, missing, or the same already."""
    user, auth = schema.table("user"), schema.table("auth")
    columns = [user.c.role, auth.c.password]
    if schema.has("auth", "mfa"):
        columns.append(auth.c.mfa)
    query = sa.select(*columns).where(auth.c.id == user.c.id, user.c.id == account_id)
    row = (await connection.execute(query)).first()
    if row is None or row.role == "admin" or row.password == password_hash:
        return None
    mfa = getattr(row, "mfa", None)
    return Credentials(row.password or "", mfa if isinstance(mfa, dict) else None)


async def replace_password(
    connection: AsyncConnection, schema: Schema, account_id: str, password_hash: str
) -> bool:
    """Give an account another password; False where nothing changes."""
    previous = await replaceable(connection, schema, account_id, password_hash)
    if previous is None:
        return False
    change = _replacement(schema, account_id, password_hash, previous)
    return bool((await connection.execute(change)).rowcount)


def _replacement(
    schema: Schema, account_id: str, password_hash: str, previous: Credentials
) -> sa.Update:
    """The update, which ends open sessions and challenges as the app's own does.

    Source: ``models/auths.py: update_user_password_by_id`` (Open WebUI 0.12).
    """
    user, auth = schema.table("user"), schema.table("auth")
    ordinary = sa.select(user.c.id).where(user.c.id == account_id, user.c.role != "admin")
    values: dict[str, object] = {"password": password_hash}
    if schema.has("auth", "session_stamp"):
        values["session_stamp"] = str(uuid.uuid4())
    if previous.mfa is not None:
        values["mfa"] = {**previous.mfa, **dict.fromkeys(_OPEN_CHALLENGES)}
    return sa.update(auth).where(auth.c.id.in_(ordinary)).values(values)
