"""``verify`` on whole deployments: untouched, used by people, and damaged."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.integration.conftest import ADMIN, Migration
from tests.support.environments import Deployment
from tests.support.openwebui import OpenWebUIServer, Person, signed_in
from tests.support.run import Finished, migrate, verify
from tests.support.sample import SAMPLE, copy_sample, people
from tests.support.snapshots import file_hashes, settle, snapshot, table_rows

GRAVE = {
    "missing", "differs", "unexpected", "unreadable", "bytes-lost", "bytes-differ", "outdated",
    "not-migrated",
}  # fmt: skip
MARA = next(person for person in people() if person["key"] == "mara")


def verification(finished: Finished) -> dict[str, Any]:
    found: dict[str, Any] = finished.report["verification"]
    return found


def test_an_untouched_migration_verifies_clean(migration: Migration, tmp_path: Path) -> None:
    before = {name: table_rows(migration.deployment, name) for name in ("chat", "chat_message")}
    finished = verify(migration.deployment, SAMPLE, tmp_path / "report")
    assert finished.status == 0, finished.output
    found = verification(finished)
    assert found["findings"] == []
    assert found["compared"] == found["equal"]
    run = migration.run.collections
    for name in ("users", "conversations", "files", "promptgroups", "agents", "groups"):
        assert found["compared"][name] >= run[name]["migrated"], name
        count = finished.collections[name]
        assert count["existing"] == run[name]["migrated"] + run[name]["existing"], name
        assert count["found"] == run[name]["found"], name
    assert found["files"] >= run["files"]["migrated"]
    assert {name: table_rows(migration.deployment, name) for name in before} == before


@dataclass(frozen=True)
class Used:
    """A deployment that people used after the migration. No server runs on it any more."""

    deployment: Deployment
    changed: dict[str, str]
    removed: dict[str, str]
    untouched: str


@pytest.fixture(scope="module")
def used(migration: Migration) -> Used:
    """People rename, archive, continue and delete, through Open WebUI's own interface."""
    changed: dict[str, str] = {}
    removed: dict[str, str] = {}
    here, there = migration.twin.data, migration.deployment.data
    _execute(migration.twin, f"UPDATE file SET path = replace(path, '{there}', '{here}')")
    # Another module gives the twin base models, on which a new run would build some agents anew.
    _execute(migration.twin, "DELETE FROM model WHERE base_model_id IS NULL")
    with OpenWebUIServer(migration.twin) as server:
        admin = signed_in(server.url, *ADMIN[1:])
        mara = signed_in(server.url, MARA["email"], MARA["password"])
        with admin as admin_person, mara as person:
            chats = _chats(person)
            renamed, archived, continued, edited, deleted, tagged, untouched = chats[:7]
            changed |= _change_chats(person, renamed, archived, continued, edited, tagged)
            _do(person, "DELETE", f"/chats/{deleted['id']}")
            removed["a deleted chat"] = deleted["id"]
            removed["a deleted file"] = _delete_a_file(person, migration)
            changed["a prompt"] = _change_prompt(person)
            changed["a group"] = _leave_group(admin_person)
            changed["a name and a password"] = _change_account(person)  # ends the session
    return Used(migration.twin, changed, removed, untouched["id"])


def _chats(person: Person) -> list[dict[str, Any]]:
    """Plain chats, in an order that depends on nothing: not shared, without folder or tags."""
    chats = [chat for chat in person.chats() if not chat["folder_id"] and not chat["archived"]]
    return [
        chat
        for chat in chats
        if not chat.get("share_id") and len(chat["chat"]["history"]["messages"]) >= 2
    ]


def _do(person: Person, method: str, path: str, **body: Any) -> Any:
    answer = person.http.request(method, f"/api/v1{path}", json=body or None)
    assert answer.status_code == 200, f"{method} {path}: {answer.text}"
    return answer.json()


def _change_chats(
    person: Person, renamed: Any, archived: Any, continued: Any, edited: Any, tagged: Any
) -> dict[str, str]:
    _do(person, "POST", f"/chats/{renamed['id']}", chat={"title": "Another name"})
    _do(person, "POST", f"/chats/{archived['id']}/archive")
    history = copy.deepcopy(continued["chat"]["history"])
    leaf = history["currentId"]
    history["messages"][leaf]["childrenIds"] = ["new"]
    history["messages"]["new"] = {
        "id": "new", "parentId": leaf, "childrenIds": [], "role": "user", "content": "And now?",
        "timestamp": 1_900_000_000, "models": continued["chat"]["models"][:1],
    }  # fmt: skip
    history["currentId"] = "new"
    _do(person, "POST", f"/chats/{continued['id']}", chat={"history": history})
    message = edited["chat"]["history"]["currentId"]
    _do(person, "POST", f"/chats/{edited['id']}/messages/{message}", content="In my own words")
    _do(person, "POST", f"/chats/{tagged['id']}/tags", name="Brand new")
    return {
        "a renamed chat": renamed["id"],
        "an archived chat": archived["id"],
        "a continued chat": continued["id"],
        "an edited message": edited["id"],
        "a new tag": tagged["id"],
    }


def _delete_a_file(person: Person, migration: Migration) -> str:
    mine: list[str] = [row["id"] for row in migration.files if row["user_id"] == person.id]
    file_id = min(mine)
    # Here is no store for vectors, at which it stops when record and bytes are gone.
    person.http.delete(f"/api/v1/files/{file_id}")
    assert person.http.get(f"/api/v1/files/{file_id}").status_code == 404
    return file_id


def _change_account(person: Person) -> str:
    profile = {"name": "Mara L.", "profile_image_url": "/user.png"}
    _do(person, "POST", "/auths/update/profile", **profile)
    new = {"password": MARA["password"], "new_password": "Quite-Another-1"}
    _do(person, "POST", "/auths/update/password", **new)
    return person.id


def _change_prompt(person: Person) -> str:
    prompt = min(
        (one for one in person.prompts() if one["user_id"] == person.id), key=lambda one: one["id"]
    )
    form = {name: prompt[name] for name in ("command", "name", "data", "meta", "tags")}
    _do(person, "POST", f"/prompts/id/{prompt['id']}/update", **form, content="Shorter")
    prompt_id: str = prompt["id"]
    return prompt_id


def _leave_group(admin: Person) -> str:
    for group in sorted(admin.groups(), key=lambda one: str(one["id"])):
        members = _do(admin, "POST", f"/groups/id/{group['id']}/users")
        if members:
            form = {"user_ids": [members[0]["id"]]}
            _do(admin, "POST", f"/groups/id/{group['id']}/users/remove", **form)
            group_id: str = group["id"]
            return group_id
    raise AssertionError("no group has members")


def test_what_people_did_is_listed_and_no_error(used: Used, tmp_path: Path) -> None:
    finished = verify(used.deployment, SAMPLE, tmp_path / "report")
    findings = verification(finished)["findings"]
    assert [one for one in findings if one["difference"] in GRAVE] == []
    assert finished.status == 0, finished.output
    found = {(one["difference"], one["target_id"]) for one in findings}
    for deed, target_id in used.changed.items():
        assert ("changed-in-open-webui", target_id) in found, deed
    for deed, target_id in used.removed.items():
        assert ("removed-in-open-webui", target_id) in found, deed
    assert used.untouched not in {target_id for _, target_id in found}


def test_damage_among_it_is_found_and_named(used: Used, tmp_path: Path) -> None:
    continued, untouched = used.changed["a continued chat"], used.untouched
    files = table_rows(used.deployment, "file")
    lost = next(Path(row["path"]) for row in files if row["meta"].get("librechat"))
    bytes_before, account = lost.read_bytes(), used.changed["a name and a password"]
    damage = {
        "message": "UPDATE chat_message SET content = '\"x\"' WHERE id = "
        f"(SELECT min(id) FROM chat_message WHERE chat_id = '{continued}' AND id <> "
        f"'{continued}-new' AND role = 'user')",
        "row": "DELETE FROM chat_message WHERE id = "
        f"(SELECT max(id) FROM chat_message WHERE chat_id = '{untouched}')",
        "role": f"UPDATE \"user\" SET role = 'admin' WHERE id = '{account}'",
    }
    for statement in damage.values():
        _execute(used.deployment, statement)
    lost.write_bytes(b"")
    before = snapshot(used.deployment)
    finished = verify(used.deployment, SAMPLE, tmp_path / "report")
    lost.write_bytes(bytes_before)
    assert finished.status == 40, finished.output
    grave = {
        (one["difference"], one["target_id"], re.sub(r"message \S+:", "message:", one["what"][0]))
        for one in verification(finished)["findings"]
        if one["difference"] in GRAVE
    }
    (file_id,) = {target for kind, target, _ in grave if kind == "bytes-differ"}
    assert lost.name.startswith(file_id)
    assert {one for one in grave if one[0] != "bytes-differ"} == {
        ("differs", continued, "message: content in chat_message"),
        ("missing", untouched, "message: not in chat_message"),
        ("unexpected", account, "role: admin"),
    }
    assert "verify found 4 differences" in finished.output
    for name in ("report.md", "report.html"):
        shown = (finished.report_dir / name).read_text("utf-8")
        assert "conversations: missing" in shown
    settle(used.deployment)
    assert snapshot(used.deployment).tables == before.tables


def _execute(deployment: Deployment, statement: str) -> None:
    engine = create_engine(deployment.database_url)
    try:
        with engine.begin() as connection:
            assert connection.execute(text(statement)).rowcount >= 1
    finally:
        engine.dispose()


@pytest.mark.openwebui
def test_a_run_can_verify_itself(empty: Deployment, tmp_path: Path) -> None:
    nothing = verify(empty, SAMPLE, tmp_path / "before")
    assert nothing.status == 40
    assert set(verification(nothing)["differences"]) == {"not-migrated"}

    backup = copy_sample(tmp_path)
    source = file_hashes(backup)
    run = migrate(empty, backup, tmp_path / "run", "--verify")
    assert run.status == 0, run.output
    assert run.report["run"]["mode"] == "run"
    assert verification(run)["result"] == "equal"
    assert run.collections["users"]["migrated"]
    assert file_hashes(backup) == source
    preview = migrate(empty, backup, tmp_path / "preview", "--verify", "--dry-run")
    assert "verification" not in preview.report
