"""The registry: every kind of row that we write, every table it goes to.

A new kind of row is one entry in ``KINDS``, beside its class in ``rows.py`` and the function in
``mapping/`` that makes table rows of it. Which columns exist is asked of Open WebUI's own model
classes (``schema.py``); the columns named here are those that a row of ours always fills.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from migrator_core.access_row import AccessRow
from migrator_core.openwebui.mapping.accounts import (
    default_membership_id,
    group_rows,
    membership_id,
    user_rows,
)
from migrator_core.openwebui.mapping.chats import (
    chat_file_id,
    chat_rows,
    folder_rows,
    shared_chat_rows,
    tag_rows,
)
from migrator_core.openwebui.mapping.files import file_rows
from migrator_core.openwebui.mapping.library import access_rows
from migrator_core.openwebui.tables.contents import (
    ACCOUNT,
    CHAT,
    FILE,
    FOLDER,
    GROUP,
    SHARED_CHAT,
)
from migrator_core.openwebui.tables.kind import Claim, Kind, Parent, Part, R, Table
from migrator_core.openwebui.tables.shared import ACCESS_KEY, GRANTS, MEMBERS, grants, table
from migrator_core.openwebui.tables.workspace import WORKSPACE
from migrator_core.rows import (
    ChatRow,
    FileRow,
    FolderRow,
    GroupRow,
    Row,
    SharedChatRow,
    TagRow,
    UserRow,
)


def _never(_row: Row) -> bool:
    return False


def _will_be_shared(row: ChatRow) -> bool:
    return row.share_id is not None


KINDS: tuple[Kind[Any], ...] = (
    Kind(
        UserRow,
        table(
            "user",
            "users.User",
            "id email name role profile_image_url info last_active_at updated_at created_at",
        ),
        user_rows,
        parts=(
            Part(table("auth", "auths.Auth", "id email password active"), "id"),
            Part(MEMBERS, "user_id", id_of=default_membership_id),
        ),
        claims=(Claim(), Claim(("email",), any_case=True)),
        contents=ACCOUNT,
    ),
    Kind(
        GroupRow,
        table(
            "group",
            "groups.Group",
            "id user_id name description data meta permissions created_at updated_at",
        ),
        group_rows,
        parts=(Part(MEMBERS, "group_id", id_of=membership_id),),
        contents=GROUP,
    ),
    Kind(
        TagRow,
        table("tag", "tags.Tag", "id name user_id"),
        tag_rows,
        key=("user_id", "id"),
        claims=(Claim(("user_id", "id")),),
    ),
    Kind(
        FolderRow,
        table(
            "folder",
            "folders.Folder",
            "id user_id name data meta is_expanded created_at updated_at",
        ),
        folder_rows,
        contents=FOLDER,
    ),
    Kind(
        FileRow,
        table("file", "files.File", "id user_id filename path data meta created_at updated_at"),
        file_rows,
        remembered=_never,  # files reach a writer once each
        bytes_at="path",
        contents=FILE,
    ),
    Kind(
        ChatRow,
        table(
            "chat",
            "chats.Chat",
            "id user_id title chat created_at updated_at archived pinned meta last_read_at",
        ),
        chat_rows,
        parts=(
            Part(
                table(
                    "chat_message",
                    "chat_messages.ChatMessage",
                    "id chat_id user_id role content done created_at updated_at",
                ),
                "chat_id",
            ),
            Part(
                table(
                    "chat_file",
                    "chats.ChatFile",
                    "id user_id chat_id message_id file_id created_at updated_at",
                    needs=("file_id", "file"),
                ),
                "chat_id",
                id_of=chat_file_id,
            ),
            Part(
                table(
                    "feedback",
                    "feedbacks.Feedback",
                    "id user_id version type data meta snapshot created_at updated_at",
                ),
                "meta.chat_id",
            ),
        ),
        remembered=_will_be_shared,  # once each, too; but a shared chat asks for its chat
        brings=attrgetter("tags"),
        contents=CHAT,
    ),
    Kind(
        SharedChatRow,
        table(
            "shared_chat",
            "shared_chats.SharedChat",
            "id chat_id user_id title chat created_at updated_at",
        ),
        shared_chat_rows,
        # Open WebUI looks the permission up by the id of the chat, not of the copy.
        parts=(grants("shared_chat", of="chat_id"),),
        claims=(
            Claim(("chat_id", "id")),
            Claim(refusal="the address /s/{} is taken by another shared chat"),
        ),
        # Without its chat it would be open to people who find nothing there; and a chat that
        # somebody has shared or no longer shares keeps that: its readers may be fewer.
        parent=Parent("chat", "chat_id", "its chat could not be written", "share_id"),
        contents=SHARED_CHAT,
    ),
    *WORKSPACE,
    Kind(AccessRow, GRANTS, access_rows, key=ACCESS_KEY, claims=(Claim(ACCESS_KEY),)),
)
"""In an order that foreign keys accept: a kind comes after those that its rows point to."""


def _in_order(kinds: Iterable[Kind[Any]]) -> tuple[Table, ...]:
    """Each table once, where it is named last: what it points to may come from any kind before."""
    tables = [one for kind in kinds for one in (kind.table, *(p.table for p in kind.parts))]
    return tuple(reversed(dict.fromkeys(reversed(tables))))


WRITTEN = _in_order(KINDS)
"""Every table that we write, after those its foreign keys point to."""

READ = (table("config", "config.Config", "key value"),)
"""Tables that are only looked at."""

_BY_ROW: Mapping[type, Kind[Any]] = MappingProxyType({kind.row: kind for kind in KINDS})
_BY_NAME: Mapping[str, Kind[Any]] = MappingProxyType({kind.name: kind for kind in KINDS})


def kind_of(row: R) -> Kind[R]:
    """The kind of a row."""
    return _BY_ROW[type(row)]


def kind_named(name: str) -> Kind[Any]:
    """The kind with this name in the ledger."""
    return _BY_NAME[name]
