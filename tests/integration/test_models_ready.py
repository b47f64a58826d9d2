"""After a run people can go on: which models are connected, who may use them, and sharing them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.environments import CURRENT, OLDER, Deployment, deployment
from tests.support.openai_stand_in import OpenAIStandIn
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.run import Finished, call, migrate, undo, verify
from tests.support.sample import SAMPLE, people
from tests.support.snapshots import table_rows, whole_database

pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("models ready")]

ADMIN = ("Admin", "admin@owner.example", "Admin-Password-1")
MODELS = ("gpt-4o", "claude-sonnet-4-5", "llama3.1:8b", "never-used")
OF_THE_ADMIN = {
    "id": "claude-sonnet-4-5", "name": "Our Claude", "meta": {"description": "Ours"},
    "params": {"temperature": 0.1}, "access_grants": [],
}  # fmt: skip


@dataclass(frozen=True)
class Ready:
    """A server with connected models, before and after a run that shares them."""

    place: Deployment
    url: str
    admin: Person
    before: dict[str, list[str]]
    checked: tuple[int, str]
    model_map: dict[str, str]
    run: Finished
    used: dict[str, set[str]]


def _used() -> dict[str, set[str]]:
    """Who used which connected model, by LibreChat's ids: in a chat, or through an agent."""
    lines = {
        name: [json.loads(one) for one in (SAMPLE / "data" / name).read_text("utf-8").splitlines()]
        for name in ("conversations.json", "agents.json")
    }
    bases = {one["id"]: one.get("model") for one in lines["agents.json"]}
    used: dict[str, set[str]] = {model: set() for model in MODELS}
    for one in lines["conversations.json"]:
        named = one.get("agent_id") or one.get("model")
        model, user = bases.get(named, named), one.get("user")
        if model in used and isinstance(user, str) and not one.get("expiredAt"):
            used[model].add(user)
    for one in lines["agents.json"]:
        if one.get("model") in used:
            used[one["model"]].add(one["author"]["$oid"])
    return used


@pytest.fixture(
    scope="module",
    params=[(CURRENT, "sqlite"), (CURRENT, "postgresql"), *((one, "sqlite") for one in OLDER)],
    ids="-".join,
)
def ready(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ready]:
    """Everything, done once."""
    version, database = request.param
    home = tmp_path_factory.mktemp(f"ready-{version}-{database}")
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").create_database("models_ready")
    place = deployment(version, home, url)
    with ExitStack() as stack:
        api = stack.enter_context(OpenAIStandIn(*MODELS))
        server = stack.enter_context(OpenWebUIServer(place))
        admin = Visitor(server.url).sign_up(*ADMIN)
        stack.enter_context(admin.http)
        settings = {
            "ENABLE_OPENAI_API": True, "OPENAI_API_BASE_URLS": [api.url],
            "OPENAI_API_KEYS": ["none"], "OPENAI_API_CONFIGS": {},
        }  # fmt: skip
        admin.http.post("/openai/config/update", json=settings).raise_for_status()
        admin.http.post("/api/v1/models/create", json=OF_THE_ADMIN).raise_for_status()
        before = _without_dates(place)
        guess = home / "models.json"
        asked = ("--openwebui-url", server.url, "--suggest-model-map", str(guess))
        checked = call(
            place, "check", "--backup", str(SAMPLE), *asked, OPEN_WEBUI_TOKEN=admin.token
        )
        run = migrate(
            place, SAMPLE, home / "run", "--share-base-models", "--openwebui-url", server.url,
            variables={"OPEN_WEBUI_TOKEN": admin.token},
        )  # fmt: skip
        assert run.status == 0, run.output
        suggested = json.loads(guess.read_text("utf-8"))
        yield Ready(place, server.url, admin, before, checked, suggested, run, _used())


def _without_dates(place: Deployment) -> dict[str, list[str]]:
    return {name: rows for name, rows in whole_database(place).items() if name not in _OF_PEOPLE}


_OF_PEOPLE = {"user"}
"""The administrator is at work meanwhile, which is noted in the account."""


def test_the_check_says_what_people_can_go_on_with(ready: Ready) -> None:
    status, said = ready.checked
    assert status == 11, said
    assert f"known from Open WebUI at {ready.url}." in said
    closed = next(line for line in said.splitlines() if "only administrators see them" in line)
    assert "gpt-4o (chats: 3" in closed
    assert "claude-sonnet-4-5 (chats: 3, agents: 1, people: " in closed
    missing = next(line for line in said.splitlines() if "Not connected: " in line)
    assert "mistralai/mistral-large (chats: 1, agents: 1" in missing
    assert "never-used" not in said
    assert ready.model_map["gpt-4o-mini"] == "gpt-4o"
    assert ready.model_map["anthropic.claude-3-haiku-20240307-v1:0"] == "claude-sonnet-4-5"
    assert ready.model_map["deepseek/deepseek-r1"] == ""


def test_a_wrong_token_ends_it_before_anything_is_done(ready: Ready, tmp_path: Path) -> None:
    refused = migrate(
        ready.place, SAMPLE, tmp_path / "report", "--dry-run", "--openwebui-url", ready.url,
        variables={"OPEN_WEBUI_TOKEN": "somebody"},
    )  # fmt: skip
    assert refused.status == 10
    assert "--openwebui-token (OPEN_WEBUI_TOKEN)" in refused.output
    assert "somebody" not in refused.output


def test_the_report_lists_them(ready: Ready) -> None:
    models = ready.run.report["models"]
    assert models["told_by"] == f"Open WebUI at {ready.url}"
    states = {one["id"]: one["state"] for one in models["in_use"]}
    assert {states[model] for model in MODELS[:3]} == {"ready"}
    assert states["gpt-4-turbo"] == states["agent-deletedAgent0000000000"] == "not-connected"
    assert "never-used" not in states
    (gpt,) = [one for one in models["in_use"] if one["id"] == "gpt-4o"]
    assert gpt["people"] == gpt["may_use_it"] > 1
    text = (ready.run.report_dir / "report.md").read_text("utf-8")
    assert "- Not connected:" in text
    assert ready.admin.token not in (ready.run.report_dir / "report.json").read_text("utf-8")
    assert ready.admin.token not in json.dumps(table_rows(ready.place, "librechat_migration_run"))


def test_an_agent_is_built_on_its_own_model_where_that_is_connected(ready: Ready) -> None:
    rows = {row["id"]: row for row in table_rows(ready.place, "model")}
    assert rows["agent-rBkvaFv8nTNGC3a7syMXO"]["base_model_id"] == "claude-sonnet-4-5"


def test_who_used_a_model_may_use_it_and_nobody_else(ready: Ready) -> None:
    ready.admin.http.get("/api/models", params={"refresh": "true"}).raise_for_status()
    seen: dict[str, set[str]] = {model: set() for model in MODELS}
    there = set()
    for person in people():
        with signed_in(ready.url, person["email"], person["password"]) as visitor:
            there.add(person["account"])
            for model in visitor.get_models():
                if model["id"] in seen:
                    seen[model["id"]].add(person["account"])
            offered = visitor.get("/groups/", share="true")
            assert not any("LibreChat model" in group["name"] for group in offered)
    assert seen == {model: who & there for model, who in ready.used.items()}
    assert seen["gpt-4o"] > seen["claude-sonnet-4-5"] > seen["never-used"] == set()


def test_verify_knows_it_and_a_second_run_changes_nothing(ready: Ready, tmp_path: Path) -> None:
    before = _without_ledger(ready.place)
    verified = verify(ready.place, SAMPLE, tmp_path / "verify", "--share-base-models")
    assert verified.status == 0, verified.output
    again = migrate(ready.place, SAMPLE, tmp_path / "again", "--share-base-models")
    assert again.status == 0, again.output
    assert again.report["models"]["told_by"].startswith("what its connections are configured")
    assert _without_ledger(ready.place) == before


def test_the_undo_takes_it_back_though_people_went_on(ready: Ready, tmp_path: Path) -> None:
    """The last of the module: nothing is there afterwards that the run brought."""
    chat = {"chat": {"title": "New", "models": ["gpt-4o"], "history": {"messages": {}}}}
    ready.admin.http.post("/api/v1/chats/new", json=chat).raise_for_status()
    rows = {row["id"]: row for row in table_rows(ready.place, "model")}
    assert rows["claude-sonnet-4-5"]["name"] == "Our Claude"
    assert "temperature" in str(rows["claude-sonnet-4-5"]["params"])
    # The second run brought nothing, and is passed over.
    done = undo(ready.place, tmp_path / "undo", ready.run.report["run"]["id"])
    assert done.status == 0, done.output
    kept = done.report["undo"]["kept"]
    # Of who signed in: the account, and the preset that it begins new chats with.
    assert {(one["what"], one["collection"]) for one in kept} <= {
        ("account", "users"), ("model", "presets"),
    }, kept  # fmt: skip
    after = _without_dates(ready.place)
    for name in ("model", "access_grant", "group", "group_member"):
        left = [row for row in after[name] if "preset-" not in str(row)]
        assert left == ready.before[name], name


def _without_ledger(place: Deployment) -> dict[str, Any]:
    found = whole_database(place)
    return {name: rows for name, rows in found.items() if name not in _OF_PEOPLE}


def test_where_open_webui_asks_nobody_what_was_private_stays_away(
    sqlite_database: Database, tmp_path: Path
) -> None:
    place = sqlite_database.deployment
    done = migrate(
        place, SAMPLE, tmp_path / "run", variables={"BYPASS_MODEL_ACCESS_CONTROL": "true"}
    )
    assert done.status == 0, done.output
    for collection in ("presets", "assistants", "agents"):
        assert done.collections[collection]["skipped"]["not-private"] >= 1
    with closing(sqlite3.connect(place.data / "webui.db")) as connection:
        models = connection.execute(
            "SELECT id FROM model WHERE id NOT IN (SELECT resource_id FROM access_grant "
            "WHERE resource_type = 'model' AND principal_id = '*')"
        ).fetchall()
    assert models == []

    later = migrate(place, SAMPLE, tmp_path / "later")
    assert "not-private" not in later.output
    assert later.collections["presets"]["migrated"] >= 1
