"""Collection names: which ones LibreChat has, and which are MongoDB's own."""

from __future__ import annotations

import re
from typing import Final

ESSENTIAL: Final = frozenset({"users", "conversations", "messages"})
"""A backup is whole only when it has documents of each of these."""

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

_BOOKKEEPING: Final = re.compile(
    r"(?:agent_?)?checkpoint(?:s|_?writes|_?blobs)\Z|agentqueuedturn|agenttrigger|skillsync"
)
"""What newer LibreChats keep about runs, by the beginnings of names that are still growing."""

OTHER_DATABASES: Final = frozenset({"admin", "config", "local"})
"""Databases that every MongoDB has for itself."""


def is_known(name: str) -> bool:
    """Whether LibreChat has a collection of this name, in lower case."""
    return name in KNOWN or _BOOKKEEPING.match(name) is not None


def is_ignored_collection(name: str) -> bool:
    """MongoDB's own collections, also as ``mongodump --dumpDbUsersAndRoles`` names them."""
    return re.match(r"(?:\$admin\.)?system\.", name, re.IGNORECASE) is not None
