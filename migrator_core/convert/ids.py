"""Target ids, derived from the source's identity so that every run gives the same ones.

All are UUIDv5 over :data:`NAMESPACE` and a readable string such as
``user:64ca1db05f9d88c1aa1a2b01``, except models and tags: people see the ids of the former, and
Open WebUI has a rule of its own for the latter.
"""

from __future__ import annotations

import hashlib
import re
from uuid import UUID, uuid5

from migrator_core.convert.cleaning import clean_text

NAMESPACE = UUID("cf866225-0895-531e-ac53-66c1268d0026")
"""UUIDv5 of ``https://github.com/danny-avila/LibreChat`` in the URL namespace (RFC 9562).

Fixed for ever: another value would make a second run create everything anew.
"""

MAX_MODEL_ID = 256
"""Open WebUI's own limit for model ids (0.12, ``models/models.py``), in characters."""

_AGENT_PREFIX = "agent_"


def _derive(name: str) -> str:
    # A lone surrogate cannot be encoded; its escape keeps two such ids apart.
    return str(uuid5(NAMESPACE, name.encode("utf-8", "backslashreplace").decode("utf-8")))


def user_id(source_id: str) -> str:
    """The account's id, from the user's ``_id``."""
    return _derive(f"user:{source_id}")


def file_id(user_hex: str, source_file_id: str) -> str:
    """The file's id. LibreChat's ``file_id`` is unique per user only."""
    return _derive(f"file:{user_hex}:{source_file_id}")


def embedded_file_id(user_hex: str, sha256: str) -> str:
    """The id of a file that was found inside a message, from the SHA-256 of its bytes in hex."""
    return _derive(f"embedded:{user_hex}:{sha256}")


def chat_id(user_hex: str, conversation_id: str) -> str:
    """The chat's id. LibreChat's ``conversationId`` is unique per user only."""
    return _derive(f"chat:{user_hex}:{conversation_id}")


def prompt_id(source_id: str) -> str:
    """The prompt's id, from the prompt group's ``_id``."""
    return _derive(f"prompt:{source_id}")


def knowledge_id(agent_id: str) -> str:
    """The id of what an agent knows, from LibreChat's id of the agent."""
    return _derive(f"knowledge:{agent_id}")


def group_id(source_id: str) -> str:
    """The group's id, from the group's ``_id``."""
    return _derive(f"group:{source_id}")


def model_id(agent_id: str) -> str:
    """``agent-`` and LibreChat's agent id without its own ``agent_``.

    Whitespace and control characters are not allowed in a model id, nor more than 256 characters;
    an id that has to change for that gets a short hash, so that two agents never share one.
    """
    bare = agent_id.removeprefix(_AGENT_PREFIX)
    legal = re.sub(r"[\s\x00-\x1f\x7f]+", "-", clean_text(bare))
    result = f"agent-{legal}"
    if legal == bare and legal and len(result) <= MAX_MODEL_ID:
        return result
    digest = hashlib.sha256(agent_id.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{result[: MAX_MODEL_ID - 9]}-{digest}"


def another_model_id(agent_id: str, number: int) -> str:
    """The id for an agent whose own one is somebody else's; the first one has the number 1."""
    own = model_id(agent_id)
    digest = hashlib.sha256(f"{number}:{own}".encode()).hexdigest()[:8]
    return f"{own[: MAX_MODEL_ID - 9]}-{digest}"


def skill_id(source_id: str) -> str:
    """The skill's id, from the skill's ``_id``."""
    return _derive(f"skill:{source_id}")


def memory_id(source_id: str) -> str:
    """The memory's id, from the memory entry's ``_id``."""
    return _derive(f"memory:{source_id}")


def assistant_model_id(user_hex: str, assistant_id: str, number: int = 0) -> str:
    """The model's id for an assistant; one with a number as with presets."""
    others = f":another:{number}" if number else ""
    return f"assistant-{_derive(f'assistant:{user_hex}:{assistant_id}{others}')}"


def preset_model_id(user_hex: str, preset_id: str, number: int = 0) -> str:
    """The model's id for a preset; one with a number is for where the first is somebody else's."""
    others = f":another:{number}" if number else ""
    return f"preset-{_derive(f'preset:{user_hex}:{preset_id}{others}')}"


def folder_id(source_id: str) -> str:
    """The folder's id, from the chat project's ``_id``."""
    return _derive(f"folder:{source_id}")


def share_id(source_id: str, share_id: str) -> str:
    """The shared chat's id where the link's own ``shareId`` cannot stay; as hard to guess."""
    return _derive(f"share:{source_id}:{share_id}")


def feedback_id(user_hex: str, conversation_id: str, message_id: str) -> str:
    """The feedback's id; ``message_id`` is the one in the chat, which has one rating a message."""
    return _derive(f"feedback:{user_hex}:{conversation_id}:{message_id}")


def tag_id(name: str) -> str:
    """Open WebUI's rule for tag ids (0.12, ``models/tags.py``)."""
    return name.replace(" ", "_").lower()
