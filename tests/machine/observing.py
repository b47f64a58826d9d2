"""What Open WebUI holds, thing by thing, in the words of LibreChat's documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from open_webui.internal.db import get_async_db
from open_webui.models.access_grants import AccessGrant, AccessGrants
from open_webui.models.auths import Auth
from open_webui.models.chat_messages import ChatMessage
from open_webui.models.chats import Chat
from open_webui.models.groups import Group, GroupMember, Groups
from open_webui.models.models import Model
from open_webui.models.prompts import Prompt
from open_webui.models.shared_chats import SharedChat
from open_webui.models.users import User

from tests.machine.things import Names, State, Things

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[str, list[Row]]
Grants: TypeAlias = Mapping[tuple[str, str], list[Row]]
Found: TypeAlias = tuple[str, str, Things]
"""A collection, the id of a row, and its things."""


async def observe(names: Names) -> State:
    """Everything that is there now.

    Raises:
        AssertionError: rows contradict each other.
    """
    rows = await _rows(User, Auth, Group, GroupMember, Chat, ChatMessage, SharedChat, Model, Prompt)
    grants = defaultdict(list)
    for grant in (await _rows(AccessGrant))["access_grant"]:
        grants[grant["resource_type"], grant["resource_id"]].append(grant)
    found = (*_people(rows), *_chats(rows), *_shared(rows, names, grants), *_library(rows, grants))
    return {(name, names.of(name, own_id)): things for name, own_id, things in found}


def _people(rows: Rows) -> Iterator[Found]:
    passwords = {auth["id"]: auth["password"] for auth in rows["auth"]}
    for user in rows["user"]:
        if user["role"] != "admin":
            things = {"name": user["name"], "password": passwords[user["id"]]}
            yield "users", user["id"], things
    for group in rows["group"]:
        members = [m["user_id"] for m in rows["group_member"] if m["group_id"] == group["id"]]
        things = {"name": group["name"], **{f"member/{member}": True for member in members}}
        yield "groups", group["id"], things


def _chats(rows: Rows) -> Iterator[Found]:
    written: defaultdict[str, Row] = defaultdict(dict)
    for message in rows["chat_message"]:
        chat = message["chat_id"]
        written[chat][message["id"].removeprefix(f"{chat}-")] = message
    for row in rows["chat"]:
        yield "conversations", row["id"], _chat(row, written.pop(row["id"], {}))
    assert not written, f"messages without a chat: {written}"


def _shared(rows: Rows, names: Names, grants: Grants) -> Iterator[Found]:
    for shared in rows["shared_chat"]:
        copied = (shared["title"], tuple(_texts(shared["chat"]).items()))
        of = names.of("conversations", shared["chat_id"])
        access = _access(grants["shared_chat", shared["chat_id"]])
        yield "sharedlinks", shared["id"], {"of": of, "copy": copied, **access}


def _library(rows: Rows, grants: Grants) -> Iterator[Found]:
    for model in rows["model"]:
        if model["base_model_id"]:
            things = {"name": model["name"], "instructions": model["params"].get("system")}
            yield "agents", model["id"], {**things, **_access(grants["model", model["id"]])}
    for prompt in rows["prompt"]:
        things = {"name": prompt["name"], "content": prompt["content"]}
        yield "promptgroups", prompt["id"], {**things, **_access(grants["prompt", prompt["id"]])}


async def seen() -> dict[tuple[str, str], set[str]]:
    """Who may read what, as Open WebUI itself decides: by type and id of the thing."""
    rows = await _rows(User, SharedChat, Model, Prompt)
    people = [user["id"] for user in rows["user"] if user["role"] != "admin"]
    found: dict[tuple[str, str], set[str]] = {}
    things = [("shared_chat", row["chat_id"], row["user_id"]) for row in rows["shared_chat"]]
    things += [("prompt", row["id"], row["user_id"]) for row in rows["prompt"]]
    things += [("model", row["id"], row["user_id"]) for row in rows["model"]]
    groups = {one: {g.id for g in await Groups.get_groups_by_member_id(one)} for one in people}
    for kind, own_id, owner in things:
        found[kind, own_id] = {
            person for person in people
            if person != owner
            and await AccessGrants.has_access(person, kind, own_id, "read", groups[person])
        }  # fmt: skip
    return found


async def _rows(*classes: Any) -> Rows:
    async with get_async_db() as session:
        return {
            one.__tablename__: [
                dict(row) for row in (await session.execute(sa.select(one.__table__))).mappings()
            ]
            for one in classes
        }


def _access(grants: list[dict[str, Any]]) -> dict[str, bool]:
    return {
        f"may/{grant['principal_type']}/{grant['principal_id']}/{grant['permission']}": True
        for grant in grants
    }


def _texts(chat: dict[str, Any]) -> dict[str, str]:
    return {key: one["content"] for key, one in chat["history"]["messages"].items()}


def _chat(row: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    history = row["chat"]["history"]
    messages = history["messages"]
    assert row["chat"]["title"] == row["title"]
    assert set(messages) == set(written), (row["title"], set(messages) ^ set(written))
    assert history["currentId"] == row["current_message_id"], row["title"]
    found: dict[str, Any] = {
        "title": row["title"], "archived": bool(row["archived"]), "link": row["share_id"],
        "shown": history["currentId"], **{f"tag/{tag}": True for tag in row["meta"]["tags"]},
    }  # fmt: skip
    for key, message in messages.items():
        parent = message["parentId"]
        assert parent is None or key in messages[parent]["childrenIds"], (row["title"], key)
        for child in message["childrenIds"]:
            assert messages[child]["parentId"] == key, (row["title"], key, child)
        assert written[key]["parent_id"] == parent, (row["title"], key)
        assert written[key]["content"] == message["content"], (row["title"], key)
        rating = (message.get("annotation") or {}).get("rating")
        found[f"said/{key}"] = (message["content"], rating)
        found[f"parent/{key}"] = parent
    return found
