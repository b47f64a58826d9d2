"""What an Open WebUI has already, beyond the rows that are about to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.database.database import Database
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.schema import Schema

_DEFAULT_GROUP = "ui.default_group_id"


@dataclass(frozen=True, slots=True)
class Account:
    """An account that Open WebUI has. ``email`` is in lower case, ``created_at`` in seconds."""

    id: str
    email: str
    role: str
    created_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ModelOwner:
    """Whose a model is, and the agent that it says it was made from."""

    user_id: str
    agent_id: str | None


class Inventory:
    """Asks a database for accounts, models, commands, folders and the like."""

    def __init__(self, database: Database, schema: Schema) -> None:
        self._database = database
        self._schema = schema

    async def accounts(self, emails: Sequence[str]) -> dict[str, Account]:
        """The accounts that have one of these e-mail addresses, whatever the case."""
        user = self._schema.table("user")
        lowered = sa.func.lower(user.c.email)
        query = sa.select(user.c.id, user.c.email, user.c.role, user.c.created_at).order_by(
            user.c.created_at, user.c.id
        )

        async def ask(connection: AsyncConnection) -> dict[str, Account]:
            found: dict[str, Account] = {}
            for some in in_portions(askable(email.lower() for email in emails)):
                one_of_these = sa.or_(lowered.in_(some), user.c.email.in_(some))
                for row in await connection.execute(query.where(one_of_these)):
                    account = Account(
                        row.id, row.email.lower(), row.role or "", int(row.created_at or 0)
                    )
                    found.setdefault(account.email, account)
            return found

        return await self._database.read(ask)

    async def first_admin(self) -> Account:
        """The admin who signed up first.

        Raises:
            CannotStartError: there is none, and the first person to sign up later would not
                become one, because the migrated accounts would be there before.
        """
        user = self._schema.table("user")
        query = (
            sa.select(user.c.id, user.c.email, user.c.role)
            .where(user.c.role == "admin")
            .order_by(user.c.created_at, user.c.id)
            .limit(1)
        )
        for row in await self._database.rows(query):
            return Account(row.id, (row.email or "").lower(), row.role)
        raise CannotStartError(
            "This Open WebUI has no admin account yet. Open it in a browser and sign up: the "
            "first account becomes the admin. Then run the migration again."
        )

    async def earliest_account(self) -> int:
        """When the first account was created, in seconds since the epoch."""
        query = sa.select(sa.func.min(self._schema.table("user").c.created_at))
        ((earliest,),) = await self._database.rows(query)
        return int(earliest or 0)

    async def upload_tags(self, user_id: str) -> dict[str, str]:
        """The tags that the app gives a person's uploads, all but the file's own.

        Source: ``routers/files.py: upload_file_handler`` (Open WebUI 0.10 to 0.12).
        """
        user = self._schema.table("user")
        query = sa.select(user.c.email, user.c.name).where(user.c.id == user_id)
        email, name = next(iter(await self._database.rows(query)), ("", ""))
        return {
            "OpenWebUI-User-Email": email or "",
            "OpenWebUI-User-Id": user_id,
            "OpenWebUI-User-Name": name or "",
        }

    async def model_ids(self) -> frozenset[str]:
        """The ids of all models that have a row of their own."""
        rows = await self._select("model", "id")
        return frozenset(model_id for (model_id,) in rows)

    async def public_models(self) -> frozenset[str]:
        """The ids of the models that everybody may use."""
        grant, model = self._schema.table("access_grant"), self._schema.table("model")
        query = sa.select(grant.c.resource_id).where(
            grant.c.resource_type == "model",
            grant.c.principal_type == "user",
            grant.c.principal_id == "*",
            grant.c.resource_id.in_(sa.select(model.c.id).where(model.c.is_active)),
        )

        async def ask(connection: AsyncConnection) -> frozenset[str]:
            return frozenset((await connection.execute(query)).scalars())

        return await self._database.read(ask)

    async def model_owners(self, model_ids: Sequence[str]) -> dict[str, ModelOwner]:
        """Whose those of these models are that exist."""
        model = self._schema.table("model")
        query = sa.select(model.c.id, model.c.user_id, model.c.meta)

        async def ask(connection: AsyncConnection) -> dict[str, ModelOwner]:
            found: dict[str, ModelOwner] = {}
            for some in in_portions(askable(model_ids)):
                for row in await connection.execute(query.where(model.c.id.in_(some))):
                    known = row.meta.get("librechat") if isinstance(row.meta, dict) else None
                    agent_id = known.get("id") if isinstance(known, dict) else None
                    found[row.id] = ModelOwner(row.user_id or "", agent_id)
            return found

        return await self._database.read(ask)

    async def prompt_commands(self) -> dict[str, str]:
        """The commands that are taken, each with the id of its prompt."""
        rows = await self._select("prompt", "command", "id")
        return {command: prompt_id for command, prompt_id in rows if command}

    async def folders(self) -> list[tuple[str, str, str]]:
        """The folders at the top level: id, user and name of each."""
        folder = self._schema.table("folder")
        query = sa.select(folder.c.id, folder.c.user_id, folder.c.name)
        rows = await self._database.rows(query.where(folder.c.parent_id.is_(None)))
        return [(folder_id, user or "", name or "") for folder_id, user, name in rows]

    async def shared_chats(self) -> dict[str, str]:
        """The ids of all shared chats, each with the id of its chat."""
        rows = await self._select("shared_chat", "id", "chat_id")
        return {row.id: row.chat_id for row in rows}

    async def default_group(self) -> str | None:
        """The group every new account joins (``ui.default_group_id``), if it exists."""
        config, group = self._schema.table("config"), self._schema.table("group")
        stored = await self._database.rows(
            sa.select(config.c.value).where(config.c.key == _DEFAULT_GROUP)
        )
        wanted = self._schema.setting(_DEFAULT_GROUP, stored[0].value if stored else None)
        if not isinstance(wanted, str) or not wanted:
            return None
        known = await self._database.rows(sa.select(group.c.id).where(group.c.id == wanted))
        return wanted if known else None

    async def _select(self, table: str, *columns: str) -> Sequence[sa.Row[Any]]:
        described = self._schema.table(table)
        return await self._database.rows(sa.select(*(described.c[name] for name in columns)))
