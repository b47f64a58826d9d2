"""Collection names: which ones LibreChat has, and how they appear as file names."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

ESSENTIAL: Final = frozenset({"users", "conversations", "messages"})
"""A backup is complete when it has these."""

TELLING: Final = ESSENTIAL | {"files", "promptgroups", "prompts", "agents", "presets"}
"""A folder with one of these is worth being looked at as a backup."""

KNOWN: Final = TELLING | {
    "accessroles", "aclentries", "actions", "agentapikeys", "agentcategories", "assistants",
    "auditlogs", "balances", "banners", "categories", "chatprojects", "codeenvironments", "configs",
    "conversationtags", "groups", "keys", "logs", "mcpservers", "memoryentries",
    "openidrefreshflights", "pluginauths", "projects", "refreshtokenbridges", "roles",
    "schedules", "scheduleruns",
    "sessions", "sharedlinks", "skillfiles", "skills", "systemgrants", "tokens", "toolcalls",
    "toolfavorites", "transactions",
}  # fmt: skip
"""LibreChat's collections (npm @librechat/data-schemas 0.0.21 to 0.0.71)."""

OTHER_DATABASES: Final = frozenset({"admin", "config", "local"})

_EXTENSIONS = re.compile(r"(?:\.(?:json|jsonl|ndjson|bson|gz|txt))+\Z", re.IGNORECASE)
_EXPORTED = re.compile(r"\.(?:json|jsonl|ndjson|bson)(?:\.(?:gz|txt))*\Z", re.IGNORECASE)
_METADATA = re.compile(
    r"(?:\.metadata\.json|\Aprelude\.json|\Aoplog\.bson)(?:\.gz)?\Z", re.IGNORECASE
)


def is_ignored_file(name: str) -> bool:
    """Files of a dump that are no collection: index metadata, prelude, oplog, ``system.*``."""
    return _METADATA.search(name) is not None or is_ignored_collection(collection_name(name))


def is_ignored_collection(name: str) -> bool:
    """MongoDB's own collections."""
    return name.lower().startswith("system.")


def collection_name(file_name: str) -> str:
    """The collection a file holds, in lower case.

    mongodump URL-escapes names in file names; MongoDB Compass writes ``LibreChat.users.json``.
    """
    stem = unquote(_EXTENSIONS.sub("", file_name)).lower()
    last = stem.rpartition(".")[2]
    return last if stem not in KNOWN and last in KNOWN else stem


def looks_exported(file_name: str) -> bool:
    """Whether the extension is that of an export. Only used where content cannot tell."""
    return _EXPORTED.search(file_name) is not None


def is_bson_name(file_name: str) -> bool:
    """Whether the extension is that of a dumped collection."""
    return re.search(r"\.bson(?:\.gz)?\Z", file_name, re.IGNORECASE) is not None
