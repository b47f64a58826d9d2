"""Any wrong type in any field leads to a row that can be stored, or to a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator_core.convert.chats.tags import tag_row
from migrator_core.convert.files.file_link import file_link
from migrator_core.convert.files.file_records import convert_file, skip_reason
from migrator_core.convert.library.agents import convert_agent
from migrator_core.convert.library.assistants import Uses, agent_of, convert_assistant
from migrator_core.convert.library.memories import convert_memory
from migrator_core.convert.library.presets import convert_preset
from migrator_core.convert.library.prompts import convert_group as convert_prompt
from migrator_core.convert.library.skills import convert_skill, legal_path, skill_file
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.people.accounts import identity_of, plan_accounts
from migrator_core.convert.people.grants import Principals, Resource, grants_for
from migrator_core.convert.people.groups import convert_group
from migrator_core.convert.people.users import convert_user
from migrator_core.convert.result import Converted, Skipped
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.assistant import Assistant
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.conversation_tag import ConversationTag
from migrator_core.librechat.documents.file import File
from migrator_core.librechat.documents.group import Group
from migrator_core.librechat.documents.memory_entry import MemoryEntry
from migrator_core.librechat.documents.preset import Preset
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.documents.prompt import Prompt, PromptGroup
from migrator_core.librechat.documents.skill import Skill, SkillFile
from migrator_core.librechat.documents.user import User
from tests.unit.convert import documents as d
from tests.unit.convert.storable import assert_storable

MODELS = ModelMapper({}, "gpt-4o", frozenset())
PRINCIPALS = Principals({d.ALICE: "a", d.BOB: "b"}, {d.GROUP: "g"}, d.STARTED * 1000)


def _user(data: dict[str, Any]) -> object:
    user = parse(User, data)
    decision = plan_accounts([identity_of(user)]).decisions[user.id]
    if decision.skipped is not None:
        return decision.skipped
    return convert_user(user, avatar=None, fallback=d.STARTED)


def _file(data: dict[str, Any]) -> object:
    file = parse(File, data)
    skipped = skip_reason(file)
    if skipped is not None:
        return skipped
    result = convert_file(file, owner_id="a", size=3, sha256="0" * 64, fallback=d.STARTED)
    assert file_link(result.row).target_id == result.row.id
    return result


def _group(data: dict[str, Any]) -> object:
    return convert_group(parse(Group, data), {d.ALICE: "a"}, d.STARTED)


def _prompt_group(data: dict[str, Any]) -> object:
    return _prompts(parse(PromptGroup, data), parse(Prompt, d.PROMPT))


def _prompt(data: dict[str, Any]) -> object:
    return _prompts(parse(PromptGroup, d.PROMPT_GROUP), parse(Prompt, data))


def _prompts(group: PromptGroup, version: Prompt) -> object:
    return convert_prompt(
        group, [version], owner_id="a", command=str, grants=(), fallback=d.STARTED
    )


def _agent(data: dict[str, Any]) -> object:
    agent = parse(Agent, data)
    return convert_agent(
        agent, owner_id="a", models=MODELS, avatar=None, grants=(), fallback=d.STARTED
    )


def _tag(data: dict[str, Any]) -> object:
    tag = parse(ConversationTag, data)
    row = tag_row(tag.tag or "", "a")
    return Skipped if row is None else Converted(row)


def _memory(data: dict[str, Any]) -> object:
    memory = parse(MemoryEntry, data)
    row = convert_memory(memory, owner_id="a", agent=memory.agent_id or "", fallback=d.STARTED)
    return row if isinstance(row, Skipped) else Converted(row)


def _preset(data: dict[str, Any]) -> object:
    preset = parse(Preset, data)
    return convert_preset(
        preset, model_id="preset-1", owner_id="a", models=MODELS, fallback=d.STARTED
    )


def _assistant(data: dict[str, Any]) -> object:
    return convert_assistant(
        agent_of(parse(Assistant, data), Uses()),
        model_id="assistant-1",
        owner_id="a",
        models=MODELS,
        avatar=None,
        fallback=d.STARTED,
    )


def _skill(data: dict[str, Any]) -> object:
    return convert_skill(
        parse(Skill, data), [], row_id="s", owner_id="a", name="N", grants=(), fallback=d.STARTED
    )


def _skill_file(data: dict[str, Any]) -> object:
    path = legal_path(parse(SkillFile, data))
    files = [] if path is None else [skill_file(path, b"x")]
    return convert_skill(
        parse(Skill, d.SKILL), files, row_id="s", owner_id="a", name="N", grants=(),
        fallback=d.STARTED,
    )  # fmt: skip


CONVERTERS: list[tuple[dict[str, Any], Callable[[dict[str, Any]], object]]] = [
    (d.USER, _user),
    (d.FILE, _file),
    (d.GROUP_DOCUMENT, _group),
    (d.PROMPT_GROUP, _prompt_group),
    (d.PROMPT, _prompt),
    (d.AGENT, _agent),
    (d.TAG, _tag),
    (d.MEMORY, _memory),
    (d.PRESET, _preset),
    (d.ASSISTANT, _assistant),
    (d.SKILL, _skill),
    (d.SKILL_FILE, _skill_file),
]


def _check(convert: Callable[[dict[str, Any]], object], data: dict[str, Any]) -> None:
    try:
        result = convert(data)
    except InvalidDocumentError:
        return
    if isinstance(result, Converted):
        assert_storable(result.row)
        for notice in result.notices:
            assert notice.detail
            assert "\x00" not in notice.detail
            notice.detail.encode("utf-8")


@pytest.mark.parametrize(("document", "convert"), CONVERTERS, ids=lambda item: str(item)[:12])
def test_every_field_may_be_wrong(
    document: dict[str, Any], convert: Callable[[dict[str, Any]], object]
) -> None:
    assert isinstance(convert(document), Converted)
    for _, data in d.damaged(document):
        _check(convert, data)


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary(max_size=20)
    | st.text(st.characters(codec=None), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec=None), max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(("document", "convert"), CONVERTERS, ids=lambda item: str(item)[:12])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_rows_can_always_be_stored(
    document: dict[str, Any],
    convert: Callable[[dict[str, Any]], object],
    data: st.DataObject,
) -> None:
    fields = data.draw(st.lists(st.sampled_from(sorted(document)), unique=True, max_size=6))
    changed = {field: data.draw(_VALUES, label=field) for field in fields}
    _check(convert, document | changed)


def test_damaged_permissions_never_grant_more_than_sound_ones() -> None:
    resource = Resource("agent", d.AGENT["_id"], "a", "agent")
    for what, data in d.damaged(d.ACL_ENTRY):
        grants, _ = grants_for(resource, [parse(AclEntry, data)], PRINCIPALS)
        rights = {(grant.principal_id, grant.permission) for grant in grants}
        assert rights <= {("b", "read")}, what


def test_damaged_projects_are_read_or_refused() -> None:
    for _, data in d.damaged(d.PROJECT):
        try:
            project = parse(Project, data)
        except InvalidDocumentError:
            continue
        assert all(isinstance(item, str) for item in project.agent_ids)
