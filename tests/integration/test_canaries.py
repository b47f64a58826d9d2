"""A hundred secrets all over a backup: none of them comes out anywhere, whoever looks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import Deployment
from tests.support.run import migrate
from tests.support.snapshots import settle

pytestmark = pytest.mark.openwebui

ANN = "64ca1db05f9d88c1aa1a2b01"
HASH = "$2a$04$zFDaTBSWL/O2ztgh4KYGO.jN8znGlAuBYcmdUlRdUM.BfE0JjMfKu"
WORD = "canary"
NAMES = (
    "apiKey", "api_key", "password", "token", "secret", "accessToken", "clientSecret",
    "Authorization", "refreshToken", "privateKey",
)  # fmt: skip


class _Planted:
    """Gives out secrets that nobody could take for one another, or for anything else."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.all: list[str] = []

    def one(self) -> str:
        self.all.append(f"{WORD}{next(self._numbers):04d}x")
        return self.all[-1]

    def some(self) -> dict[str, Any]:
        """An object of nothing but secrets, some of them deep inside."""
        flat: dict[str, Any] = {name: self.one() for name in NAMES[:4]}
        return flat | {"headers": {"Authorization": f"Bearer {self.one()}"}, "list": [self.one()]}

    def address(self) -> str:
        return f"https://ann:{self.one()}@bucket.example/x.png?X-Amz-Signature={self.one()}#{self.one()}"


def _people(plant: _Planted) -> dict[str, list[dict[str, Any]]]:
    return {
        "users": [
            {"_id": {"$oid": ANN}, "email": "ann@people.example", "name": "Ann", "password": HASH,
             "totpSecret": plant.one(), "pendingTotpSecret": plant.one(),
             "twoFactorEnabled": True, "backupCodes": [{"codeHash": plant.one()}],
             "refreshToken": [{"refreshToken": plant.one()}], "plugins": [plant.one()],
             "federatedTokens": plant.some(), "openidTokens": plant.some(),
             "avatar": plant.address(), "resetToken": plant.one(), **plant.some()},
        ],
        "groups": [{"_id": {"$oid": "a" * 24}, "name": "Team", "memberIds": [ANN], **plant.some()}],
        "roles": [{"name": "USER", "permissions": plant.some()}],
    }  # fmt: skip


def _work(plant: _Planted) -> dict[str, list[dict[str, Any]]]:
    call = {"id": "1", "name": "search", "args": "{}", "output": "done", "progress": 1,
            "type": "tool_call", "auth": plant.address(), "expires_at": plant.one()}  # fmt: skip
    return {
        "conversations": [
            {"conversationId": "c", "user": ANN, "title": "Chat", "endpoint": "openAI",
             "conversationSignature": plant.one(), "clientId": plant.one(),
             "invocationId": plant.one(), "jailbreakConversationId": plant.one(),
             "agentOptions": plant.some(), **plant.some()},
        ],
        "messages": [
            {"_id": {"$oid": "1" * 24}, "messageId": "q", "conversationId": "c", "user": ANN,
             "text": "Hello", "isCreatedByUser": True,
             "conversationSignature": plant.one(), **plant.some()},
            {"_id": {"$oid": "2" * 24}, "messageId": "a", "parentMessageId": "q",
             "conversationId": "c", "user": ANN, "isCreatedByUser": False, "metadata": plant.some(),
             "contextMeta": plant.some(),
             "langfuse": plant.some(), "plugin": {"latest": "", "auth": plant.some()},
             "content": [{"type": "tool_call", "tool_call": call},
                         {"type": "text", "text": "Here"}]},
        ],
        "files": [
            {"file_id": "f1", "user": {"$oid": ANN}, "filename": "a.png", "source": "s3",
             "filepath": plant.address(), "storageKey": plant.one(), "metadata": plant.some()},
            {"file_id": "f2", "user": {"$oid": ANN}, "filename": "b.png", "source": "local",
             "filepath": plant.address(), **plant.some()},
        ],
        "sharedlinks": [
            {"shareId": "s", "conversationId": "c", "user": ANN, "isPublic": True,
             "messages": [{"$oid": "1" * 24}, {"$oid": "2" * 24}],
             "fileSnapshots": [{"filepath": plant.address(), **plant.some()}], **plant.some()},
        ],
        "chatprojects": [{"_id": {"$oid": "b" * 24}, "name": "P", "user": ANN, **plant.some()}],
    }  # fmt: skip


def _library(plant: _Planted) -> dict[str, list[dict[str, Any]]]:
    agent = {"$oid": "c" * 24}
    return {
        "agents": [
            {"_id": agent, "id": "agent_x", "name": "Agent", "author": {"$oid": ANN},
             "provider": "openAI", "model": "gpt-4o", "model_parameters": plant.some(),
             "tool_options": plant.some(), "tool_kwargs": [plant.some()],
             "edges": [{"from": "agent_x", "to": "agent_y", **plant.some()}],
             "tool_resources": {"file_search": plant.some(), **plant.some()},
             "tools": ["look_mcp_wiki"], "actions": ["bank_action_act"],
             "subagents": plant.some(), "git_identity": plant.some(),
             "versions": [{"model_parameters": plant.some()}],
             "avatar": {"filepath": plant.address(), "source": "s3"}, **plant.some()},
        ],
        "aclentries": [
            {"principalType": "public", "resourceType": "agent", "resourceId": agent,
             "permBits": 1, **plant.some()},
        ],
        "promptgroups": [
            {"_id": {"$oid": "d" * 24}, "name": "Prompt", "author": {"$oid": ANN}, **plant.some()},
        ],
        "prompts": [
            {"_id": {"$oid": "e" * 24}, "groupId": {"$oid": "d" * 24},
             "author": {"$oid": ANN}, "prompt": "Say it", "type": "text", **plant.some()},
        ],
    }  # fmt: skip


def _personal(plant: _Planted) -> dict[str, list[dict[str, Any]]]:
    return {
        "skills": [
            {"_id": {"$oid": "7" * 24}, "name": "skill", "body": "Skilled", "author": {"$oid": ANN},
             "frontmatter": plant.some(), "sourceMetadata": plant.some(),
             "allowedTools": [plant.one()], **plant.some()},
        ],
        "skillfiles": [
            {"_id": {"$oid": "8" * 24}, "skillId": {"$oid": "7" * 24}, "relativePath": "a.md",
             "filepath": plant.address(), "source": "s3", "storageKey": plant.one(),
             "sourceMetadata": plant.some(), "codeEnvRef": plant.some(), **plant.some()},
        ],
        "presets": [
            {"_id": {"$oid": "9" * 24}, "presetId": "p", "user": ANN, "title": "Preset",
             "endpoint": "openAI", "model": "gpt-4o", "tools": [plant.some(), plant.one()],
             "examples": [plant.some()], "iconURL": plant.address(), **plant.some()},
        ],
        "assistants": [
            {"_id": {"$oid": "8" * 24}, "assistant_id": "asst_1", "user": {"$oid": ANN},
             "avatar": {"filepath": plant.address(), "source": "s3"}, **plant.some()},
        ],
        "memoryentries": [
            {"_id": {"$oid": "f" * 24}, "userId": {"$oid": ANN}, "key": "k", "value": "Tea",
             **plant.some()},
        ],
    }  # fmt: skip


SECRET = (
    "actions", "agentapikeys", "configs", "keys", "mcpservers",
    "openidrefreshflights", "pluginauths", "refreshtokenbridges", "sessions", "tokens",
    "toolcalls",
)  # fmt: skip


def _backup(folder: Path, plant: _Planted) -> Path:
    content = _people(plant) | _work(plant) | _library(plant) | _personal(plant)
    content |= {name: [plant.some(), {"metadata": plant.some()}] for name in SECRET}
    content["actions"].append(
        {"action_id": "act", "agent_id": "agent_x", "user": {"$oid": ANN}, "metadata": {
            "domain": plant.address(), "auth": plant.some() | {"type": "oauth"}, **plant.some()}}
    )  # fmt: skip
    content["mcpservers"].append(
        {"serverName": "wiki", "author": {"$oid": ANN},
         "config": {"type": "sse", "url": plant.address(), "title": plant.one(), **plant.some()}}
    )  # fmt: skip
    content["logs"] = [{"key": f"BANS:{plant.one()}", "value": json.dumps(plant.some())}]
    (folder / "data").mkdir(parents=True)
    for name, rows in content.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "data" / f"{name}.json").write_text(text, encoding="utf-8")
    (folder / ".env").write_text(f"OPENAI_API_KEY={plant.one()}\n", encoding="utf-8")
    (folder / "librechat.yaml").write_text(f"apiKey: {plant.one()}\n", encoding="utf-8")
    return folder


def _everything(target: Deployment, *folders: Path) -> Iterator[tuple[str, str]]:
    """Every row of every table, and every file that was written."""
    with closing(sqlite3.connect(target.data / "webui.db")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            yield f"the table {table}", repr(rows)
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes().decode("latin-1")


def test_no_secret_comes_out_anywhere(empty: Deployment, tmp_path: Path) -> None:
    plant = _Planted()
    backup = _backup(tmp_path / "backup", plant)
    assert len(plant.all) > 100
    run = migrate(empty, backup, tmp_path / "report", "--log-format", "json", "--verify",
                  "--prefer-import-password")  # fmt: skip
    assert run.status == 0, run.output
    assert run.collections["agents"]["migrated"] == 1
    assert run.collections["messages"]["migrated"] == 2
    assert run.collections["sharedlinks"]["migrated"] == 1
    assert run.collections["pluginauths"]["skipped"] == {"secret": 2}
    settle(empty)
    places = [*_everything(empty, tmp_path / "report", empty.data), ("the output", run.output)]
    said = [one["detail"] for one in run.report["warnings"] if one["code"] == "connection-needed"]
    assert ["bucket.example" in detail for detail in said[:2]] == [True, True]
    assert any("Say it" in text for name, text in places if name == "the table prompt")
    found = {
        (canary, name) for name, text in places if WORD in text
        for canary in plant.all if canary in text
    }  # fmt: skip
    assert found == set()
