"""Plausible LibreChat documents, as the backup readers hand them over, and damage for them."""

from __future__ import annotations

from typing import Any

from migrator_core.librechat.values import Millis

STARTED = 1_770_000_000
"""The run's start in these tests, in seconds (February 2026)."""

CREATED = Millis(1_700_000_000_123)
UPDATED = Millis(1_710_000_000_456)
ALICE = "64ca1db05f9d88c1aa1a2b01"
BOB = "65cd06a85f9d88c1aa1a2b02"
GROUP = "688c03805f9d88c1aa1a2e73"
HASH = "$2a$10$a28tsaBfOBcKvD.7JGC5medv502AguDaN6YUCDv.BssbvRNLuMmtC"

DATES = {"createdAt": CREATED, "updatedAt": UPDATED}

USER: dict[str, Any] = {
    "_id": ALICE,
    "email": "Alice@Example.com",
    "name": "Alice Anders",
    "username": "alice",
    "password": HASH,
    "provider": "local",
    "role": "USER",
    "avatar": f"/images/{ALICE}/avatar-1.png?manual=true",
    "emailVerified": True,
    "twoFactorEnabled": False,
    "idOnTheSource": "0d6f4c2e",
    **DATES,
}
FILE: dict[str, Any] = {
    "_id": "66f000000000000000000001",
    "file_id": "3d490428-afad-42c1-bc0e-8e98b67d318a",
    "user": ALICE,
    "filename": "report.pdf",
    "filepath": f"/uploads/{ALICE}/3d490428__report.pdf",
    "bytes": 610,
    "type": "application/pdf",
    "source": "local",
    "context": "message_attachment",
    "text": "extracted",
    "embedded": False,
    "width": 10,
    "height": 10,
    "conversationId": "c",
    "messageId": "m",
    **DATES,
}
GROUP_DOCUMENT: dict[str, Any] = {
    "_id": GROUP,
    "name": "Engineering",
    "description": "People who build",
    "email": "eng@example.com",
    "source": "local",
    "idOnTheSource": None,
    "memberIds": [ALICE, BOB],
    **DATES,
}
PROMPT_GROUP: dict[str, Any] = {
    "_id": "67ef5a345f9d88c1aa1a2e78",
    "name": "Summarise text",
    "oneliner": "Short summary",
    "category": "writing",
    "command": "summarize",
    "productionId": "67ef5a345f9d88c1aa1a2e79",
    "author": ALICE,
    "authorName": "Alice Anders",
    "numberOfGenerations": 15,
    "projectIds": [],
    **DATES,
}
PROMPT: dict[str, Any] = {
    "_id": "67ef5a345f9d88c1aa1a2e79",
    "groupId": "67ef5a345f9d88c1aa1a2e78",
    "author": ALICE,
    "prompt": "Summarise {{text}}",
    "type": "text",
    **DATES,
}
AGENT: dict[str, Any] = {
    "_id": "6842854e5f9d88c1aa1a2ecf",
    "id": "agent_A1b2C3d4E5f6G7h8I9j0K",
    "name": "Data Analyst",
    "description": "Runs Python",
    "instructions": "You are careful.",
    "provider": "openAI",
    "model": "gpt-4o",
    "model_parameters": {"model": "gpt-4o", "temperature": 0.2},
    "tools": ["execute_code"],
    "tool_resources": {"execute_code": {"file_ids": ["f1", "f2"]}},
    "avatar": {"filepath": "/images/a.png", "source": "local"},
    "conversation_starters": ["Plot my CSV"],
    "author": ALICE,
    "authorName": "Alice Anders",
    "artifacts": "default",
    "recursion_limit": 25,
    "category": "finance",
    "support_contact": {"name": "Data Team", "email": "data@example.com"},
    "is_promoted": True,
    "actions": ["a_action_b"],
    "agent_ids": [],
    "edges": [],
    "subagents": {},
    "skills": [],
    "mcpServerNames": [],
    "isCollaborative": False,
    "projectIds": [],
    **DATES,
}
ACL_ENTRY: dict[str, Any] = {
    "_id": "68dc6f005f9d88c1aa1a2e7b",
    "principalType": "user",
    "principalId": BOB,
    "resourceType": "agent",
    "resourceId": AGENT["_id"],
    "permBits": 1,
    "expiredAt": None,
}
PROJECT: dict[str, Any] = {
    "_id": "66aad0005f9d88c1aa1a2e77",
    "name": "instance",
    "agentIds": [AGENT["id"]],
    "promptGroupIds": [PROMPT_GROUP["_id"]],
}
TAG: dict[str, Any] = {
    "_id": "66f000000000000000000009",
    "tag": "work",
    "user": ALICE,
    "description": "",
    "position": 1,
}
PRESET: dict[str, Any] = {
    "_id": "66f00000000000000000000b",
    "presetId": "d410850f-d5f4-40a3-8bff-a317eb15d8e3",
    "user": ALICE,
    "title": "Strict translator",
    "defaultPreset": True,
    "order": 0,
    "endpoint": "openAI",
    "model": "gpt-4o",
    "agent_id": None,
    "assistant_id": None,
    "promptPrefix": "Translate literally.",
    "system": None,
    "temperature": 0.0,
    "web_search": True,
    "greeting": "",
    "tools": [],
    **DATES,
}
ASSISTANT: dict[str, Any] = {
    "_id": "66f00000000000000000000c",
    "assistant_id": "asst_Budget",
    "user": ALICE,
    "avatar": {"filepath": f"/images/{ALICE}/asst.png", "source": "local"},
    "conversation_starters": ["How much is left?"],
    "access_level": 1,
    "file_ids": ["file-1"],
    "actions": ["YmFuaw==_action_act"],
    "append_current_datetime": True,
    **DATES,
}
SKILL: dict[str, Any] = {
    "_id": "66f00000000000000000000c",
    "name": "meeting-minutes",
    "displayTitle": "Minutes of a meeting",
    "description": "Use it when somebody asks for minutes.",
    "body": "# Minutes\n\nFive points.",
    "frontmatter": {"license": "MIT"},
    "category": "office",
    "author": ALICE,
    "version": 2,
    "alwaysApply": False,
    "disableModelInvocation": False,
    "allowedTools": [],
    **DATES,
}
SKILL_FILE: dict[str, Any] = {
    "_id": "66f00000000000000000000d",
    "skillId": SKILL["_id"],
    "relativePath": "templates/short.md",
    "filepath": "/uploads/a/b.md",
    "source": "local",
    "author": ALICE,
    "content": "- What",
    "isBinary": False,
    **DATES,
}
MEMORY: dict[str, Any] = {
    "_id": "66f00000000000000000000a",
    "userId": ALICE,
    "key": "working_hours",
    "value": "No Fridays",
    "agentId": AGENT["id"],
    "tokenCount": 3,
    "updated_at": UPDATED,
}


def wrong_values() -> list[Any]:
    """One value of every type that a damaged or hostile backup may hold in any field."""
    deep: Any = "bottom"
    for _ in range(150):
        deep = {"deeper": [deep]}
    return [
        None,
        0,
        -1,
        1.5,
        float("nan"),
        float("inf"),
        True,
        "",
        " ",
        "x" * 10_000,
        "\x00",
        "half \ud83d emoji",
        "\u202egnp.exe\r\n../..",
        [],
        {},
        [[]],
        [None, 1, "\ud800", {"\x00": "\ud800"}],
        {"$date": "x"},
        {"filepath": ["x"], "file_ids": 7, "\ud800": float("nan")},
        b"",
        b"\xff\x00",
        10**30,
        -(10**30),
        Millis(-62_135_596_800_000),
        Millis(10**18),
        deep,
    ]


def damaged(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """``document`` with each field missing, and with each field of each wrong type."""
    cases = [
        (f"{field} missing", {key: value for key, value in document.items() if key != field})
        for field in document
    ]
    for field in document:
        cases += [(f"{field}={value!r:.60}", document | {field: value}) for value in wrong_values()]
    return cases
