"""What of each kind of row can be brought up to date, thing by thing."""

from __future__ import annotations

from migrator_core.openwebui.contents.chat import ChatContents
from migrator_core.openwebui.contents.columns import ColumnContents, Members, Thing, Versions
from migrator_core.openwebui.contents.review import TableRows
from migrator_core.openwebui.contents.settings import rest_of_account, setting_things
from migrator_core.openwebui.contents.text import TEXT, TextThing, rest_of_file
from migrator_core.openwebui.mapping.accounts import membership_id
from migrator_core.openwebui.mapping.library import (
    is_earlier_version,
    knowledge_file_id,
    model_version_id,
    prompt_version_id,
    skill_version_id,
)


def _access(
    table: str,
    *things: Thing,
    members: tuple[Members, ...] = (),
    versions: Versions | None = None,
    watched: tuple[str, ...] = (),
) -> ColumnContents:
    columns = ("principal_type", "principal_id", "permission")
    access = Members("access", "access_grant", columns)
    return ColumnContents(table, things, (*members, access), versions, watched)


def _belongs_to_admin(there: TableRows) -> bool:
    return any(user["role"] == "admin" for user in there.get("user", ()))


ACCOUNT = ColumnContents(
    "user",
    (
        Thing("name", "user", ("name",)),
        Thing("picture", "user", ("profile_image_url",)),
        Thing("password", "auth", ("password",), ("session_stamp",), _belongs_to_admin),
        *setting_things(),
    ),
    rest=rest_of_account,
)
GROUP = ColumnContents(
    "group",
    (Thing("name", "group", ("name",)), Thing("description", "group", ("description",))),
    (Members("member", "group_member", ("user_id",), membership_id),),
    watched=("data", "meta", "permissions", "parent_id"),
)
FOLDER = ColumnContents(
    "folder",
    (Thing("name", "folder", ("name",)), Thing("description", "folder", ("data",))),
    watched=("user_id", "parent_id", "meta"),
)
FILE = ColumnContents(
    "file",
    (Thing("name", "file", ("filename",)), TextThing(TEXT, "file", ("data",), along=("hash",))),
    rest=rest_of_file,
)
CHAT = ChatContents()
SHARED_CHAT = _access("shared_chat", Thing("copy", "shared_chat", ("title", "chat")))
PROMPT = _access(
    "prompt",
    Thing("name", "prompt", ("name",)),
    Thing("content", "prompt", ("content",)),
    Thing("tags", "prompt", ("tags",)),
    members=(
        Members(
            "version",
            "prompt_history",
            ("commit_message",),
            prompt_version_id,
            counts=is_earlier_version,
            stays=True,
        ),
    ),
    versions=Versions("prompt_history", prompt_version_id),
    watched=("user_id", "command", "is_active", "data", "meta"),
)
SKILL = _access(
    "skill",
    Thing("name", "skill", ("name",)),
    Thing("description", "skill", ("description",)),
    Thing("text", "skill", ("content",)),
    Thing("files", "skill", ("data",)),
    Thing("tags", "skill", ("meta",)),
    versions=Versions("skill_history", skill_version_id),
    watched=("user_id", "is_active"),
)
MEMORY = ColumnContents(
    "memory",
    (Thing("text", "memory", ("content",)), Thing("key", "memory", ("path",))),
    watched=("user_id", "type"),
)
KNOWLEDGE = _access(
    "knowledge",
    Thing("name", "knowledge", ("name",)),
    Thing("description", "knowledge", ("description",)),
    members=(Members("file", "knowledge_file", ("file_id",), knowledge_file_id),),
    watched=("user_id", "meta"),
)
MODEL = _access(
    "model",
    Thing("name", "model", ("name",)),
    Thing("base model", "model", ("base_model_id",)),
    Thing("parameters", "model", ("params",)),
    Thing("description", "model", ("meta",)),
    members=(
        Members(
            "version",
            "model_history",
            ("commit_message",),
            model_version_id,
            counts=is_earlier_version,
            stays=True,
        ),
    ),
    versions=Versions("model_history", model_version_id),
    watched=("user_id", "is_active"),
)
