"""Rows as conversion makes them, small and complete."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

from migrator_core.chat_document import FeedbackData
from migrator_core.item import Item
from migrator_core.rows import (
    ChatRow,
    FeedbackRow,
    FileRow,
    FolderRow,
    Grant,
    GroupRow,
    KnowledgeRow,
    MemoryRow,
    ModelRow,
    PromptRow,
    Row,
    SharedChatRow,
    SkillRow,
    TagRow,
    UserRow,
)

LONG_AGO = 1_650_000_000
HASH = "$2a$04$zFDaTBSWL/O2ztgh4KYGO.jN8znGlAuBYcmdUlRdUM.BfE0JjMfKu"
"""Of "Password-1", as LibreChat's bcryptjs writes it."""


def key(text: str) -> str:
    """A stable id."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def user(login: str, **changes: Any) -> UserRow:
    values: dict[str, Any] = {
        "id": key(login),
        "email": f"{login}@people.example",
        "name": login.title(),
        "username": login,
        "profile_image_url": "/user.png",
        "password_hash": HASH,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO + 5,
        "last_active_at": LONG_AGO + 10,
        "info": {"librechat": {"id": login}},
    }
    return UserRow(**{**values, **changes})


def group(name: str, *members: str) -> GroupRow:
    return GroupRow(key(name), name, "", members, {"librechat": {"id": name}}, LONG_AGO, LONG_AGO)


def tag(name: str, owner: str) -> TagRow:
    return TagRow(name.replace(" ", "_").lower(), name, owner)


def file(name: str, owner: str, size: int = 5) -> FileRow:
    meta = {"name": name, "content_type": "text/plain", "size": size, "data": {}}
    return FileRow(key(name), owner, name, f"{key(name)}_{name}", {}, meta, LONG_AGO, LONG_AGO)


def chat(name: str, owner: str, **changes: Any) -> ChatRow:
    """A question with two answers, the second of them shown."""
    messages = {
        "q": {
            "id": "q",
            "parentId": None,
            "childrenIds": ["a1", "a2"],
            "role": "user",
            "content": f"Question about {name}",
            "timestamp": LONG_AGO + 1,
            "models": ["gpt-4o"],
        },
        **{
            answer: {
                "id": answer,
                "parentId": "q",
                "childrenIds": [],
                "role": "assistant",
                "content": f"Answer {answer}",
                "output": [
                    {
                        "type": "message",
                        "id": f"msg_{answer}",
                        "status": "completed",
                        "role": "assistant",
                        "content": [{"type": "output_text", "text": f"Answer {answer}"}],
                    }
                ],
                "model": "gpt-4o",
                "modelIdx": 0,
                "done": True,
                "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
                "timestamp": LONG_AGO + 2,
            }
            for answer in ("a1", "a2")
        },
    }
    chat_id = key(name)
    document = {
        "id": chat_id,
        "title": name,
        "models": ["gpt-4o"],
        "params": {},
        "files": [],
        "history": {"currentId": "a2", "messages": messages},
        "messages": [],
        "tags": [],
        "timestamp": LONG_AGO * 1000,
    }
    values: dict[str, Any] = {
        "id": chat_id,
        "user_id": owner,
        "title": name,
        "chat": document,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO + 2,
        "archived": False,
        "pinned": False,
        "meta": {"tags": ["red_thread"], "librechat": {"conversationId": name}},
        "current_message_id": "a2",
        "tags": (tag("Red thread", owner),),
    }
    return ChatRow(**{**values, **changes})


def folder(name: str, owner: str) -> FolderRow:
    data = {"description": f"All about {name}"}
    meta = {"librechat": {"id": name}}
    return FolderRow(key(f"folder {name}"), owner, name, data, meta, LONG_AGO, LONG_AGO + 1)


def rating(name: str, owner: str, value: int = 1) -> FeedbackRow:
    data: FeedbackData = {
        "rating": value,
        "model_id": "gpt-4o",
        "sibling_model_ids": ["o3"],
        "comment": "Fine",
    }
    meta = {"arena": False, "chat_id": key(name), "message_id": "a1", "message_index": 2}
    return FeedbackRow(key(f"rating {name}"), owner, data, meta, LONG_AGO, LONG_AGO)


def shared(name: str, owner: str, *grants: Grant) -> SharedChatRow:
    """A copy of :func:`chat` that shows one answer less."""
    document = json.loads(json.dumps(chat(name, owner).chat))
    del document["history"]["messages"]["a2"]
    document["history"]["messages"]["q"]["childrenIds"] = ["a1"]
    document["history"]["currentId"] = "a1"
    document["id"] = f"link-to-{name}"
    return SharedChatRow(
        f"link-to-{name}", key(name), owner, name, document, LONG_AGO, LONG_AGO, grants
    )


def shared_pair(name: str, owner: str, *grants: Grant) -> tuple[ChatRow, SharedChatRow]:
    """A chat and its link."""
    link = shared(name, owner, *grants)
    return replace(chat(name, owner), share_id=link.id), link


def prompt(command: str, owner: str, *grants: Grant) -> PromptRow:
    meta = {"librechat": {"id": command}}
    return PromptRow(
        key(f"/{command}"), command, owner, command.title(), "Say {{what}}", ("work",), meta,
        LONG_AGO, LONG_AGO, grants,
    )  # fmt: skip


def model(name: str, owner: str, *grants: Grant) -> ModelRow:
    params = {"system": "Be brief.", "temperature": 0.5}
    meta = {"description": "Helps", "librechat": {"id": name}}
    return ModelRow(
        f"agent-{name}", owner, "gpt-4o", name, params, meta, LONG_AGO, LONG_AGO, grants
    )


def knowledge(name: str, owner: str, files: tuple[str, ...], *grants: Grant) -> KnowledgeRow:
    meta = {"source": "local", "librechat": {"id": name}}
    return KnowledgeRow(
        key(f"knowledge of {name}"), owner, name, "What it knows", files, meta,
        LONG_AGO, LONG_AGO, grants,
    )  # fmt: skip


def skill(name: str, owner: str, *grants: Grant) -> SkillRow:
    meta = {"tags": ["office"], "librechat": {"id": name}}
    files = ({"path": "SKILL.md", "content": "Do it."}, {"path": "a.md", "content": "More"})
    return SkillRow(
        key(f"skill {name}"), owner, name, "For work", "Do it.", files, meta, LONG_AGO, LONG_AGO,
        grants,
    )  # fmt: skip


def memory(name: str, owner: str) -> MemoryRow:
    meta = {"librechat": {"id": name}}
    return MemoryRow(key(f"memory {name}"), owner, f"Likes {name}", name, meta, LONG_AGO, LONG_AGO)


def item(row: Row, source_id: str = "") -> Item:
    """An item for a row; the fingerprint is any text."""
    collection = type(row).__name__.removesuffix("Row").lower() + "s"
    return Item(collection, source_id or row.id, row, fingerprint=f"print of {row.id}", size=7)
