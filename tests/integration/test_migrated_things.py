"""Files, prompts, agents, presets and groups, read back over HTTP, and who may see them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import httpx
import pytest

from tests.integration.conftest import Migrated, Migration
from tests.support.environments import OLDER
from tests.support.sample import by_key, missing_pieces, people, truth

PROMPTS = {k: p for k, p in by_key("promptgroups").items() if p["outcome"] == "migrated"}
AGENTS = {k: a for k, a in by_key("agents").items() if a["outcome"] == "migrated"}
SKILLS = {k: s for k, s in by_key("skills").items() if s["outcome"] == "migrated"}
FILES = {k: f for k, f in by_key("files").items() if f["outcome"] == "migrated"}


def account(user: str) -> str:
    """The LibreChat id whose account holds a person's things."""
    name: str = truth()["users"][user]["account"]
    return name


def may(item: dict[str, Any], person: dict[str, Any], right: str) -> bool:
    """Whether somebody may read or write a prompt or an agent, by the truth."""
    if account(item["user"]) == person["account"]:
        return True
    groups = [g["key"] for g in truth()["groups"] if person["account"] in g["members"]]
    names = ["public", f"user:{person['key']}", *(f"group:{key}" for key in groups)]
    given = {item["access"].get(name) for name in names}
    # Who could edit in LibreChat could neither delete nor share, which Open WebUI's "write" allows.
    return right == "read" and bool(given & {"read", "write"})


@pytest.mark.parametrize("key", FILES)
def test_a_file_has_its_bytes_and_its_owner(
    key: str, migrated: Migrated, file_ids: dict[tuple[str, str], str]
) -> None:
    file = FILES[key]
    owner = account(file["user"])
    file_id = file_ids[owner, file["file_id"]]
    readers = {owner, *_readers(file["file_id"])}
    content = migrated.people[owner].file(file_id)
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert len(content) == file["size"]
    for other, person in migrated.people.items():
        if other in readers:
            assert person.file(file_id) == content
        else:
            with pytest.raises(httpx.HTTPStatusError):
                person.file(file_id)


def _readers(file_id: str) -> set[str]:
    """Those who may use an agent that knows a file."""
    agents = [agent for agent in AGENTS.values() if file_id in agent["knows"]]
    return {one["account"] for one in people() for agent in agents if may(agent, one, "read")}


@pytest.mark.parametrize("person", people(), ids=lambda person: person["key"])
def test_everybody_sees_what_the_agents_know_that_they_may_see(
    person: dict[str, Any], migrated: Migrated, file_ids: dict[tuple[str, str], str]
) -> None:
    signed_in = migrated.people[person["account"]]
    seen = {}
    for row in signed_in.get("/knowledge/")["items"]:
        files = signed_in.get(f"/knowledge/{row['id']}/files")["items"]
        seen[row["name"]] = {one["id"] for one in files}
    assert seen == {
        agent["name"]: {file_ids[account(agent["user"]), known] for known in agent["knows"]}
        for agent in AGENTS.values()
        if agent["knows"] and may(agent, person, "read")
    }


def test_no_other_file_arrives(file_ids: dict[tuple[str, str], str]) -> None:
    expected = {(account(file["user"]), file["file_id"]) for file in FILES.values()}
    assert set(file_ids) == expected


@pytest.mark.parametrize("person", people(), ids=lambda person: person["key"])
def test_everybody_sees_the_prompts_they_may_see(
    person: dict[str, Any], migrated: Migrated
) -> None:
    signed_in = migrated.people[person["account"]]
    seen = {prompt["name"]: prompt for prompt in signed_in.prompts()}
    assert set(seen) == {p["name"] for p in PROMPTS.values() if may(p, person, "read")}
    writable = {prompt["name"] for prompt in seen.values()
                if prompt["id"] in signed_in.writable_prompts()}  # fmt: skip
    assert writable == {p["name"] for p in PROMPTS.values() if may(p, person, "write")}


def test_prompts_say_what_they_said_and_can_be_called(migrated: Migrated) -> None:
    prompts = {prompt["name"]: prompt for prompt in migrated.admin.prompts()}
    for expected in PROMPTS.values():
        prompt = prompts[expected["name"]]
        assert missing_pieces(prompt["content"], expected["content"]) == []
        assert re.fullmatch(r"[A-Za-z0-9_-]+", prompt["command"])
        assert not re.search(r"{{[^{}|]*[: ](?!select)[^|{}]*}}", prompt["content"])
    commands = [prompt["command"] for prompt in prompts.values()]
    assert len(commands) == len(set(commands))
    assert prompts["Product text"]["command"] == "product-text"


@pytest.mark.parametrize("person", people(), ids=lambda person: person["key"])
def test_everybody_sees_the_agents_they_may_see_and_what_is_their_own(
    person: dict[str, Any], migrated: Migrated
) -> None:
    everything = migrated.people[person["account"]].models()
    own = {}
    for kind in ("preset", "assistant"):
        own[kind] = {
            one["name"] for one in truth()[f"{kind}s"] if account(one["user"]) == person["account"]
        }
        assert {m["name"] for m in everything if m["id"].startswith(f"{kind}-")} == own[kind]
    models = {
        model["id"]: model
        for model in everything
        if model["name"] not in own["preset"] | own["assistant"]
    }
    expected = {a["model_id"]: a for a in AGENTS.values() if may(a, person, "read")}
    assert set(models) == set(expected)
    for model_id, agent in expected.items():
        assert models[model_id]["name"] == agent["name"]
        assert models[model_id]["base_model_id"] == agent["base_model"]
        assert models[model_id]["write_access"] == may(agent, person, "write")


def test_an_agent_keeps_its_instructions_and_parameters(migrated: Migrated) -> None:
    analyst = AGENTS["analyst"]
    models = {m["id"]: m for m in migrated.people[analyst["user"]].models()}
    params = models[analyst["model_id"]]["params"]
    assert params["system"].startswith("You analyse the sales of Lumen & Oak.")
    assert "{{CURRENT_DATE}}" in params["system"]
    assert (params["temperature"], params["top_p"], params["max_tokens"]) == (0.2, 0.9, 4000)


@pytest.mark.parametrize("person", people(), ids=lambda person: person["key"])
def test_everybody_sees_the_skills_they_may_see(person: dict[str, Any], migrated: Migrated) -> None:
    signed_in = migrated.people[person["account"]]
    seen = {skill["name"]: skill for skill in signed_in.get("/skills/")}
    assert set(seen) == {s["name"] for s in SKILLS.values() if may(s, person, "read")}
    for expected in SKILLS.values():
        (skill,) = [s for s in migrated.admin.get("/skills/") if s["name"] == expected["name"]]
        asked = signed_in.http.get(f"/api/v1/skills/id/{skill['id']}")
        assert asked.is_success == (expected["name"] in seen)
        if asked.is_success:
            assert asked.json()["content"] == expected["body"]
            assert asked.json()["meta"]["tags"] == ["office"]
            assert asked.json()["write_access"] == may(expected, person, "write")


def test_files_of_skills_arrive_where_there_is_a_place_for_them(migration: Migration) -> None:
    counted = migration.run.collections["skillfiles"]
    files = SKILLS["minutes"]["files"]
    if migration.version in OLDER:
        assert counted["skipped"] == {"needs-newer": len(files)}
        return
    assert counted["migrated"] == len(files)
    owner = migration.people[account(SKILLS["minutes"]["user"])]
    (skill,) = owner.get("/skills/")
    known = owner.get(f"/skills/id/{skill['id']}/files")
    assert {file["path"] for file in known["files"]} == {"SKILL.md", *files}
    for path, text in files.items():
        asked = {"path": path, "version_id": known["version_id"]}
        answer = owner.http.get(f"/api/v1/skills/id/{skill['id']}/files/content", params=asked)
        assert answer.text == text


def test_groups_have_the_members_who_arrived(migrated: Migrated) -> None:
    members = {
        group["name"]: set(migrated.admin.get(f"/groups/id/{group['id']}/export")["user_ids"])
        for group in migrated.admin.groups()
    }
    assert members == {
        group["name"]: {migrated.people[account(user)].id for user in group["members"]}
        for group in truth()["groups"]
    }


def test_the_history_of_a_prompt_has_every_version(migrated: Migrated) -> None:
    expected = PROMPTS["complaint"]
    owner = migrated.people[account(expected["user"])]
    (prompt,) = [one for one in owner.prompts() if one["name"] == expected["name"]]
    history = owner.get(f"/prompts/id/{prompt['id']}/history")
    assert [entry["snapshot"]["content"].partition(":")[0] for entry in history] == [
        "Answer this complaint politely and offer a refund",
        "Answer this complaint politely, in the customer's language",
        "Answer this complaint",
    ]
    _draft, current, first = history
    assert (prompt["version_id"], prompt["content"]) == (
        current["id"], current["snapshot"]["content"],
    )  # fmt: skip
    assert current["parent_id"] == first["id"]
    assert {entry["user"]["name"] for entry in history} == {"Tomás Ferreira"}
    assert [entry["created_at"] for entry in history] == sorted(
        (entry["created_at"] for entry in history), reverse=True
    )
    with pytest.raises(httpx.HTTPStatusError):
        migrated.people[account(AGENTS["analyst"]["user"])].get(
            f"/prompts/id/{prompt['id']}/history"
        )


def test_accounts_have_what_people_had_chosen(migrated: Migrated) -> None:
    of = {person["key"]: migrated.people[person["account"]] for person in people()}
    settings = {key: (one.get("/users/user/settings") or {}).get("ui") for key, one in of.items()}
    (preset,) = [m["id"] for m in of["mara"].models() if m["name"] == "Strict translator"]
    assert settings["mara"] == {"pinnedModels": ["gpt-4o"], "models": [preset]}
    assert settings["yuki"] == {"memory": False}
    assert settings["tomas"] is None
