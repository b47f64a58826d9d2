"""What an Open WebUI has already, beyond the rows that are about to be written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import CannotStartError
from migrator_core.models_in_use import Reading
from migrator_core.openwebui.connected_models import (
    CONNECTIONS,
    ConnectedModels,
    asks_nobody,
    of_api,
    of_connections,
    of_this_server,
)
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
    """Whose a model is, the agent that it says it was made from, and what it is built on."""

    user_id: str
    agent_id: str | None
    base_model_id: str | None = None
    name: str = ""


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

    async def sign_in_links(self) -> dict[tuple[str, str], str]:
        """What providers call people: by provider and name, the account that it opens."""
        user = self._schema.table("user")
        if not self._schema.has("user", "oauth"):
            return {}
        query = sa.select(user.c.id, user.c.oauth).where(user.c.oauth.is_not(None))
        return {
            (provider, str(link["sub"])): row.id
            for row in await self._database.rows(query)
            for provider, link in (row.oauth or {}).items()
            if isinstance(link, dict) and "sub" in link
        }

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

    async def connected_models(self, url: str = "", token: str = "") -> ConnectedModels:
        """Which models are connected: asked of the server, where it can be asked.

        Raises:
            CannotStartError: nothing answers at ``url``, or not to this token.
        """
        found = of_this_server()
        if found is None and url:
            found = await of_api(url, token)
        if found is None:
            found = of_connections(await self._settings(CONNECTIONS))
        return replace(found, open_to_all=asks_nobody())

    async def model_access(self, model_ids: Collection[str]) -> dict[str, Reading]:
        """Who may use those of these models that have a row and are switched on."""
        grant, model, member = map(self._schema.table, ("access_grant", "model", "group_member"))
        asked = sa.select(model.c.id, model.c.user_id, model.c.base_model_id).where(
            model.c.is_active
        )
        granted = sa.select(grant.c.resource_id, grant.c.principal_id).where(
            grant.c.resource_type == "model", grant.c.permission == "read"
        )
        people = granted.where(grant.c.principal_type == "user")
        groups = (
            sa.select(grant.c.resource_id, member.c.user_id)
            .join(member, member.c.group_id == grant.c.principal_id)
            .where(
                grant.c.resource_type == "model",
                grant.c.permission == "read",
                grant.c.principal_type == "group",
            )
        )

        async def ask(connection: AsyncConnection) -> dict[str, Reading]:
            readers: dict[str, set[str]] = {}
            workspace: set[str] = set()
            for some in in_portions(askable(model_ids)):
                for own, owner, base in await connection.execute(asked.where(model.c.id.in_(some))):
                    readers[own] = {owner or ""}
                    workspace |= {own} if base else set()
                for query in (people, groups):
                    rows = await connection.execute(query.where(grant.c.resource_id.in_(some)))
                    for own, account in rows:
                        readers.get(own, set()).add(account)
            return {
                own: Reading("*" in who, frozenset(who), own in workspace)
                for own, who in readers.items()
            }

        return await self._database.read(ask)

    async def model_owners(self, model_ids: Sequence[str]) -> dict[str, ModelOwner]:
        """Whose those of these models are that exist."""
        model = self._schema.table("model")
        query = sa.select(
            model.c.id, model.c.user_id, model.c.base_model_id, model.c.name, model.c.meta
        )

        async def ask(connection: AsyncConnection) -> dict[str, ModelOwner]:
            found: dict[str, ModelOwner] = {}
            for some in in_portions(askable(model_ids)):
                for row in await connection.execute(query.where(model.c.id.in_(some))):
                    known = row.meta.get("librechat") if isinstance(row.meta, dict) else None
                    agent_id = known.get("id") if isinstance(known, dict) else None
                    found[row.id] = ModelOwner(
                        row.user_id or "", agent_id, row.base_model_id, row.name or ""
                    )
            return found

        return await self._database.read(ask)

    async def knowledge_of(self, model_ids: Sequence[str]) -> dict[str, bool]:
        """What these models know: by its id, whether they are given all of it each time."""
        model = self._schema.table("model")
        query = sa.select(model.c.meta)

        async def ask(connection: AsyncConnection) -> dict[str, bool]:
            found: dict[str, bool] = {}
            for some in in_portions(askable(model_ids)):
                for (meta,) in await connection.execute(query.where(model.c.id.in_(some))):
                    known = meta.get("knowledge") if isinstance(meta, dict) else None
                    for one in known if isinstance(known, list) else ():
                        if isinstance(one, dict) and isinstance(one.get("id"), str):
                            found[one["id"]] = one.get("context") == "full"
            return found

        return await self._database.read(ask)

    async def prompt_commands(self) -> dict[str, str]:
        """The commands that are taken, each with the id of its prompt."""
        rows = await self._select("prompt", "command", "id")
        return {command: prompt_id for command, prompt_id in rows if command}

    async def skill_names(self) -> dict[str, str]:
        """The names of skills that are taken, each with the id of its skill."""
        rows = await self._select("skill", "name", "id")
        return {name: skill_id for name, skill_id in rows if name}

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
        group = self._schema.table("group")
        wanted = (await self._settings([_DEFAULT_GROUP]))[_DEFAULT_GROUP]
        if not isinstance(wanted, str) or not wanted:
            return None
        known = await self._database.rows(sa.select(group.c.id).where(group.c.id == wanted))
        return wanted if known else None

    async def _settings(self, keys: Sequence[str]) -> Mapping[str, object]:
        """What settings of Open WebUI are."""
        config = self._schema.table("config")
        query = sa.select(config.c.key, config.c.value).where(config.c.key.in_(keys))
        stored = {row.key: row.value for row in await self._database.rows(query)}
        return {key: self._schema.setting(key, stored.get(key)) for key in keys}

    async def _select(self, table: str, *columns: str) -> Sequence[sa.Row[Any]]:
        described = self._schema.table(table)
        return await self._database.rows(sa.select(*(described.c[name] for name in columns)))
