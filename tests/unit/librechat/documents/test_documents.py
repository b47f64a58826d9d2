"""What each model reads from a sound document, and that nothing else makes it fail."""

from __future__ import annotations

from typing import Any

import pytest

from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.assistant import Assistant
from migrator_core.librechat.documents.base import InvalidDocumentError, SourceModel, parse
from migrator_core.librechat.documents.chat_project import ChatProject
from migrator_core.librechat.documents.conversation_tag import ConversationTag
from migrator_core.librechat.documents.file import File
from migrator_core.librechat.documents.group import Group
from migrator_core.librechat.documents.memory_entry import MemoryEntry
from migrator_core.librechat.documents.preset import Preset
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.documents.prompt import Prompt, PromptGroup
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.librechat.documents.skill import Skill, SkillFile
from migrator_core.librechat.documents.user import User
from tests.unit.convert import documents as d

MODELS: list[tuple[type[SourceModel], dict[str, Any], set[str]]] = [
    (User, d.USER, {"_id"}),
    (File, d.FILE, {"file_id"}),
    (Group, d.GROUP_DOCUMENT, {"_id"}),
    (PromptGroup, d.PROMPT_GROUP, {"_id"}),
    (Prompt, d.PROMPT, {"_id"}),
    (Agent, d.AGENT, {"id"}),
    (AclEntry, d.ACL_ENTRY, set()),
    (Project, d.PROJECT, {"_id"}),
    (ConversationTag, d.TAG, set()),
    (MemoryEntry, d.MEMORY, {"_id"}),
    (Preset, d.PRESET, {"_id"}),
    (Assistant, d.ASSISTANT, {"assistant_id"}),
    (Skill, d.SKILL, {"_id"}),
    (SkillFile, d.SKILL_FILE, {"_id"}),
    (ChatProject, {"_id": "692cda805f9d88c1aa1a2c7a", "name": "Work", "user": d.ALICE}, {"_id"}),
    (SharedLink, {"_id": "x", "shareId": "s", "conversationId": "c", "messages": []}, set()),
]


@pytest.mark.parametrize(("model", "document", "identity"), MODELS)
def test_only_a_missing_identity_makes_a_document_worthless(
    model: type[SourceModel], document: dict[str, Any], identity: set[str]
) -> None:
    for what, data in d.damaged(document):
        field = what.split("=")[0].split(" ")[0]
        try:
            parse(model, data)
        except InvalidDocumentError:
            assert field in identity, what


@pytest.mark.parametrize(("model", "document", "identity"), MODELS)
def test_every_field_of_a_sound_document_is_read(
    model: type[SourceModel], document: dict[str, Any], identity: set[str]
) -> None:
    read = parse(model, document | {"unknown": 1}).model_dump(by_alias=True)
    assert "unknown" not in read
    assert {key: value for key, value in read.items() if key in document} == {
        key: value for key, value in document.items() if key in read
    }
    assert identity <= set(read)


@pytest.mark.parametrize(
    ("raw", "bits"),
    [(1, 1), (15, 15), (3.0, 3), (-1, 0), (1.5, 0), (True, 0), ("3", 0), (2**40, 0), (None, 0)],
)
def test_permission_bits_are_never_guessed(raw: object, bits: int) -> None:
    assert parse(AclEntry, {"permBits": raw}).permission_bits == bits


@pytest.mark.parametrize(
    ("raw", "expired_at"),
    [(None, None), ("2026-01-01T00:00:00Z", 1_767_225_600_000), ("tomorrow", 0), ({}, 0), (0, 0)],
)
def test_an_expiry_that_cannot_be_read_is_past(raw: object, expired_at: int | None) -> None:
    assert parse(AclEntry, {"expiredAt": raw}).expired_at == expired_at


def test_the_password_never_shows_in_a_log() -> None:
    assert d.HASH not in repr(parse(User, d.USER))


@pytest.mark.parametrize(
    ("avatar", "path"),
    [
        ({"filepath": "/images/a.png", "source": "local"}, "/images/a.png"),
        ({"filepath": " "}, None),
        ({"filepath": 5}, None),
        ("/images/a.png", None),
        (None, None),
    ],
)
def test_an_agents_picture(avatar: object, path: str | None) -> None:
    assert parse(Agent, d.AGENT | {"avatar": avatar}).avatar_path == path


def test_numbers_that_no_database_holds_count_as_absent() -> None:
    """JSON may have integers of any length."""
    huge = 10**400
    file = parse(File, {"_id": "1", "file_id": "f", "bytes": huge, "createdAt": huge})
    assert (file.bytes, file.created_at) == (None, None)
