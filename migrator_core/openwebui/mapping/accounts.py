"""Accounts and groups (``open_webui/models/users.py``, ``auths.py``, ``groups.py``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrator_core.openwebui.mapping.context import MappingContext, TableRow, companion_id
from migrator_core.rows import GroupRow, JsonDict, UserRow


def user_rows(row: UserRow, context: MappingContext) -> list[TableRow]:
    """An account as sign-up leaves it: user, password, and the group all new accounts join.

    Second factors stay empty, as on a fresh account.
    """
    email = row.email.strip().lower()
    # Open WebUI protects the oldest account as its primary admin, even from other admins
    # (``Users.get_first_user``): nobody we bring along may take that place.
    created_at = max(row.created_at, context.earliest_account + 1)
    user = {
        "id": row.id,
        "email": email,
        "name": row.name,
        "username": row.username,
        "role": "pending" if row.pending else "user",
        "profile_image_url": row.profile_image_url,
        "oauth": row.oauth or None,
        "info": _with_original_date(row, created_at),
        "created_at": created_at,
        "updated_at": row.updated_at,
        "last_active_at": row.last_active_at,
        "settings": row.settings or None,
    }
    auth = {
        "id": row.id,
        "email": email,
        "password": row.password_hash,
        "active": True,
        # Another password ends open sessions, as the app's own change does.
        "session_stamp": companion_id("session_stamp", row.id, row.password_hash),
    }
    rows = [TableRow("user", user), TableRow("auth", auth)]
    if context.default_group:
        rows.append(_member(context.default_group, row.id, created_at, default_membership_id))
    return rows


def group_rows(row: GroupRow, context: MappingContext) -> list[TableRow]:
    """A group and its members. It grants no permission beyond everybody's."""
    group = {
        "id": row.id,
        "user_id": context.creator,
        "name": row.name,
        "description": row.description,
        "data": {"config": {"share": _may_be_shared_with(row, context)}},
        "meta": row.meta,
        "permissions": {},
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    members = dict.fromkeys(row.member_ids)
    return [
        TableRow("group", group),
        *(_member(row.id, member, row.created_at, membership_id) for member in members),
    ]


def _may_be_shared_with(row: GroupRow, context: MappingContext) -> bool | str:
    """Who may share with the group. Who used a model is nobody's business, so that none may."""
    known = row.meta.get("librechat")
    return False if isinstance(known, dict) and "model" in known else context.group_share


def membership_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``group_member`` that comes with its group."""
    return companion_id("group_member", values["group_id"], values["user_id"])


def default_membership_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``group_member`` that comes with its account."""
    return companion_id("default_group_member", values["group_id"], values["user_id"])


def _with_original_date(row: UserRow, created_at: int) -> JsonDict:
    provenance = row.info.get("librechat")
    if created_at == row.created_at or not isinstance(provenance, dict):
        return row.info
    return {**row.info, "librechat": {"created_at": row.created_at, **provenance}}


def _member(
    group_id: str, user_id: str, created_at: int, id_of: Callable[[Mapping[str, Any]], str]
) -> TableRow:
    pair = {"group_id": group_id, "user_id": user_id}
    values = {"id": id_of(pair), **pair, "created_at": created_at, "updated_at": created_at}
    return TableRow("group_member", values, if_absent=True)
