"""Who sees what after a migration: everybody asks for everything, in every way there is.

The truth is one table: who could see a thing in LibreChat that was shared so. Whoever sees more in
Open WebUI fails the test, whoever sees less as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.dumps import Rows
from tests.support.environments import CURRENT, OLDER, Deployment, deployment
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.rows import HASH
from tests.support.run import Finished, migrate
from tests.support.snapshots import table_rows

pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("access matrix")]

PASSWORD = "Password-1"
PEOPLE = ["owner", "viewer", "editor", "partner", "member", "lead", "nobody"]
NEWCOMER = "newcomer"
"""Has an account in Open WebUI and never was in LibreChat."""
OUTSIDERS = ["banned", "waiting", "unconfirmed"]
"""LibreChat does not let the first in, Open WebUI not the second; the third never proved who it is.
Each had everything in LibreChat that could be given to it."""
USERS = {"owner", "viewer", "editor", "partner", "member", "nobody"}
EVERYBODY = {*USERS, "lead", NEWCOMER}
NEVER, LONG_AGO = {"$date": "2999-01-01T00:00:00Z"}, {"$date": "2020-01-01T00:00:00Z"}

SEEN = {
    "private": {"owner"},
    "viewed": {"owner", "viewer"},
    "edited": {"owner", "editor"},
    "owned": {"owner", "partner"},
    "blind": {"owner"},
    "grouped": {"owner", "member"},
    "roled": USERS,
    "led": {"owner", "lead"},
    "public": EVERYBODY,
    "ending": {"owner"},
    "ended": {"owner"},
}
"""Who sees a thing, by how it was shared."""

MAY_WRITE = {"owned": {"owner", "partner"}}
"""Who may change it; elsewhere its owner alone."""


def oid(text: str) -> dict[str, str]:
    return {"$oid": text.encode().hex().rjust(24, "0")[-24:]}


def _principal(share: str) -> dict[str, Any] | None:
    whom: dict[str, dict[str, Any]] = {
        "viewed": {"principalType": "user", "principalId": oid("viewer"), "permBits": 1},
        "edited": {"principalType": "user", "principalId": oid("editor"), "permBits": 3},
        "owned": {"principalType": "user", "principalId": oid("partner"), "permBits": 15},
        "blind": {"principalType": "user", "principalId": oid("nobody"), "permBits": 14},
        "grouped": {"principalType": "group", "principalId": oid("group"), "permBits": 1},
        "roled": {"principalType": "role", "principalId": "USER", "permBits": 1},
        "led": {"principalType": "role", "principalId": "LEAD", "permBits": 1},
        "public": {"principalType": "public", "permBits": 1},
        "ending": {"principalType": "public", "permBits": 1, "expiredAt": NEVER},
        "ended": {"principalType": "public", "permBits": 1, "expiredAt": LONG_AGO},
    }
    return whom.get(share)


def _entries() -> Iterator[dict[str, Any]]:
    for share in SEEN:
        for kind, key in (("agent", "a"), ("promptGroup", "p"), ("sharedLink", "l")):
            resource = {"resourceType": kind, "resourceId": oid(key + share)}
            own = {"principalType": "user", "principalId": oid("owner"), "permBits": 15}
            for which, principal in enumerate((own, _principal(share))):
                if principal is not None:
                    name = f"{key}{share}{which}"
                    yield {"_id": oid(name), **resource, **principal}
            for name in OUTSIDERS:
                whom = {"principalType": "user", "principalId": oid(name), "permBits": 15}
                yield {"_id": oid(f"{key}{share[:6]}{name[:4]}"), **resource, **whom}


def _file(share: str, kind: str) -> dict[str, Any]:
    owner = oid("owner")["$oid"]
    picture = kind == "picture"
    name = f"{kind}-{share}.{'png' if picture else 'pdf'}"
    return {
        "_id": oid(f"{kind[0]}f{share}"), "user": oid("owner"), "file_id": f"{kind}-{share}",
        "filename": name, "source": "local", "bytes": 4,
        "filepath": f"/{'images' if picture else 'uploads'}/{owner}/{name}",
        "type": "image/png" if picture else "application/pdf",
    }  # fmt: skip


def _message(share: str) -> dict[str, Any]:
    return {
        "_id": oid(f"m{share}"), "messageId": f"m-{share}", "conversationId": f"c-{share}",
        "user": oid("owner")["$oid"], "text": "Look", "sender": "User", "isCreatedByUser": True,
        "createdAt": {"$date": "2025-01-01T00:00:00Z"},
        "files": [_file(share, "picture"), _file(share, "document")],
    }  # fmt: skip


def _backup() -> dict[str, list[dict[str, Any]]]:
    owner = oid("owner")
    return {
        "users": [
            {"_id": oid(name), "email": f"{name}@people.example", "name": name,
             "password": HASH, "role": "LEAD" if name == "lead" else "USER"}
            | ({"emailVerified": False, "expiresAt": NEVER} if name == "unconfirmed" else {})
            for name in [*PEOPLE, *OUTSIDERS]
        ],
        "logs": [{"_id": oid("log"), "key": f"BANS:{oid('banned')['$oid']}", "value": "{}"}],
        "groups": [
            {"_id": oid("group"), "name": "Team",
             "memberIds": [oid(name)["$oid"] for name in ("member", *OUTSIDERS)]},
        ],
        "conversations": [
            {"_id": oid(f"c{share}"), "conversationId": f"c-{share}", "title": share,
             "user": owner["$oid"]}
            for share in SEEN
        ],
        "messages": [_message(share) for share in SEEN],
        "files": [
            *(_file(share, kind) for share in SEEN for kind in ("picture", "document")),
            # The thief's record leads to the owner's bytes.
            _file("private", "document")
            | {"_id": oid("theft"), "user": oid("nobody"), "file_id": "theft-of-bytes"},
        ],
        "sharedlinks": [
            {"_id": oid(f"l{share}"), "shareId": f"share-of-{share}", "user": owner["$oid"],
             "conversationId": f"c-{share}", "messages": [oid(f"m{share}")]}
            for share in SEEN
        ],
        "agents": [
            {"_id": oid(f"a{share}"), "id": f"agent_{share}", "name": share, "author": owner,
             "provider": "openAI", "model": "gpt-4o", "instructions": "canary-instructions",
             "model_parameters": {"apiKey": "canary-key"}, "tools": ["canary-tool"],
             "edges": [{"from": "agent_x", "to": "agent_y", "prompt": "canary-edge"}],
             "support_contact": {"name": "canary-contact"},
             "tool_resources": {"file_search": {"file_ids": ["canary-file"]}}}
            for share in SEEN
        ],
        "promptgroups": [
            {"_id": oid(f"p{share}"), "name": share, "author": owner,
             "productionId": oid(f"v{share}")}
            for share in SEEN
        ],
        "prompts": [
            {"_id": oid(f"v{share}"), "groupId": oid(f"p{share}"), "author": owner,
             "prompt": f"Say {share}", "type": "text"}
            for share in SEEN
        ],
        "aclentries": list(_entries()),
    }  # fmt: skip


def _write(folder: Path, *, taken_back: bool = False) -> Path:
    (folder / "data").mkdir(parents=True)
    backup = _backup()
    if taken_back:
        owner = oid("owner")
        backup["aclentries"] = [e for e in backup["aclentries"] if e.get("principalId") == owner]
    for name, rows in backup.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "data" / f"{name}.json").write_text(text, encoding="utf-8")
    for share in SEEN:
        for kind in ("picture", "document"):
            path = folder / "files" / str(_file(share, kind)["filepath"]).lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(f"{share} {kind}".encode())
    return folder


@dataclass(frozen=True)
class World:
    """Everybody, signed in, and the tables after the run."""

    people: dict[str, Person]
    outsiders: dict[str, Person]
    tables: dict[str, Rows]
    run: Finished
    place: Deployment
    home: Path

    def ids(self, table: str, source: str, prefix: str) -> dict[str, str]:
        """The ids of a table by how each thing was shared."""
        found = {}
        for row in self.tables[table]:
            name = row["meta"]["librechat"][source]
            if str(name).startswith(prefix):
                found[name.removeprefix(prefix)] = row["id"]
        return found


ALL = [(CURRENT, "sqlite"), (CURRENT, "postgresql"), *((older, "sqlite") for older in OLDER)]
TARGETS = ALL if os.environ.get("ACCESS_MATRIX") == "all" else ALL[:1]


@pytest.fixture(scope="module", params=TARGETS, ids="-".join)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    version, database = request.param
    home = tmp_path_factory.mktemp("access")
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").create_database("access_matrix")
    place = deployment(version, home / "place", url)
    with ExitStack() as stack:
        server = stack.enter_context(OpenWebUIServer(place))
        admin = Visitor(server.url).sign_up("Admin", "admin@owner.example", PASSWORD)
        for name, role in ((NEWCOMER, "user"), ("waiting", "pending")):
            added = {"name": name, "email": f"{name}@people.example", "password": PASSWORD,
                     "role": role}  # fmt: skip
            admin.http.post("/api/v1/auths/add", json=added).raise_for_status()
        admin.http.close()
        run = migrate(place, _write(home / "backup"), home / "report")
        assert run.status == 0, run.output[-3000:]

        def enter(name: str) -> Person:
            email = f"{name}@people.example"
            return stack.enter_context(signed_in(server.url, email, PASSWORD))

        with pytest.raises(httpx.HTTPStatusError):
            enter("unconfirmed")
        names = ("chat", "file", "model", "prompt", "group")
        yield World(
            {name: enter(name) for name in [*PEOPLE, NEWCOMER]},
            {name: enter(name) for name in ("banned", "waiting")},
            {name: table_rows(place, name) for name in names},
            run,
            place,
            home,
        )


def _opens(person: Person, path: str, **query: str) -> bool:
    answer = person.http.get(f"/api/v1{path}", params=query)
    assert answer.status_code < 500, answer.text
    return answer.status_code == 200 and answer.text != "null"


def _compare(found: dict[tuple[str, str], bool], seen: dict[str, set[str]]) -> None:
    truth = {(share, name): name in seen[share] for share, name in found}
    assert {key: value for key, value in found.items() if value != truth[key]} == {}
    assert len(found) == len(SEEN) * (len(PEOPLE) + 1)


def _matrix(world: World, sees: Any) -> dict[tuple[str, str], bool]:
    return {
        (share, name): sees(person, share) for name, person in world.people.items()
        for share in SEEN
    }  # fmt: skip


def test_models(world: World) -> None:
    ids = {share: f"agent-{share}" for share in SEEN}
    listed = {name: {row["id"] for row in one.models()} for name, one in world.people.items()}
    by_name = {id(one): name for name, one in world.people.items()}
    _compare(_matrix(world, lambda p, s: ids[s] in listed[by_name[id(p)]]), SEEN)
    _compare(_matrix(world, lambda p, s: _opens(p, "/models/model", id=ids[s])), SEEN)


def test_readers_of_a_model_learn_nothing_that_was_its_owners(world: World) -> None:
    for share, readers in SEEN.items():
        for name in readers - MAY_WRITE.get(share, {"owner"}):
            answer = world.people[name].http.get(
                "/api/v1/models/model", params={"id": f"agent-{share}"}
            )
            assert "canary" not in answer.text, (share, name)
            rows = [row for row in world.people[name].models() if row["name"] == share]
            text = json.dumps(rows)
            if world.place.version.startswith("0.10."):
                text = text.replace("canary-instructions", "")  # 0.10 lists them to readers itself
            assert "canary" not in text, (share, name)


def test_prompts(world: World) -> None:
    ids = {row["name"]: row["id"] for row in world.tables["prompt"]}
    listed = {name: {row["id"] for row in one.prompts()} for name, one in world.people.items()}
    by_name = {id(one): name for name, one in world.people.items()}
    _compare(_matrix(world, lambda p, s: ids[s] in listed[by_name[id(p)]]), SEEN)
    _compare(_matrix(world, lambda p, s: _opens(p, f"/prompts/id/{ids[s]}")), SEEN)
    writable = {name: one.writable_prompts() for name, one in world.people.items()}
    writers = {share: MAY_WRITE.get(share, {"owner"}) for share in SEEN}
    _compare(_matrix(world, lambda p, s: ids[s] in writable[by_name[id(p)]]), writers)


def test_chats_and_their_links(world: World) -> None:
    ids = world.ids("chat", "conversationId", "c-")
    own = {share: {"owner"} for share in SEEN}
    listed = {name: one.chat_ids() for name, one in world.people.items()}
    by_name = {id(one): name for name, one in world.people.items()}
    _compare(_matrix(world, lambda p, s: ids[s] in listed[by_name[id(p)]]), own)
    opened = _matrix(world, lambda p, s: _opens(p, f"/chats/share/share-of-{s}"))
    others = {key: value for key, value in opened.items() if key[1] != "owner"}
    assert {k: v for k, v in others.items() if v != (k[1] in SEEN[k[0]])} == {}


def test_files(world: World) -> None:
    own = {share: {"owner"} for share in SEEN}
    for kind, seen in (("document", own), ("picture", SEEN)):
        ids = world.ids("file", "file_id", f"{kind}-")
        for way in ("", "/content"):
            opened = _matrix(world, lambda p, s: _opens(p, f"/files/{ids[s]}{way}"))  # noqa: B023
            _compare(opened, seen)


def test_a_record_that_leads_to_anothers_bytes_is_not_followed(world: World) -> None:
    assert world.run.collections["files"]["skipped"] == {"not-yours": 1}


def test_a_role_becomes_a_group_of_those_who_had_it(world: World) -> None:
    groups = {row["name"]: row["id"] for row in world.tables["group"]}
    assert groups.keys() == {"Team", "LibreChat role USER", "LibreChat role LEAD"}
    for name, person in world.people.items():
        seen = {row["name"] for row in person.groups()}
        assert ("LibreChat role USER" in seen) == (name in USERS)
        assert ("LibreChat role LEAD" in seen) == (name == "lead")


def test_outsiders_get_nothing_though_everything_was_theirs_to_use(world: World) -> None:
    paths = [
        *("/models/list", "/prompts/", "/chats/list", "/files/", "/groups/", "/folders/"),
        *(f"/prompts/id/{row['id']}" for row in world.tables["prompt"]),
        *(f"/chats/{row['id']}" for row in world.tables["chat"]),
        *(f"/chats/share/share-of-{share}" for share in SEEN),
        *(f"/files/{row['id']}/content" for row in world.tables["file"]),
        *(f"/models/model?id=agent-{share}" for share in SEEN),
    ]
    for name, person in world.outsiders.items():
        assert person.role == "pending"
        opened = [path for path in paths if person.http.get(f"/api/v1{path}").status_code < 400]
        assert opened == [], name
    reasons = world.run.collections["users"]["skipped"]
    assert reasons == {"account-pending": 1, "unverified": 1}


def test_what_was_taken_back_is_taken_back(world: World) -> None:
    """Comes last: what was shared is shared with nobody afterwards."""
    newer = _write(world.home / "newer", taken_back=True)
    run = migrate(world.place, newer, world.home / "newer report")
    assert run.status == 0, run.output[-3000:]
    own = {share: {"owner"} for share in SEEN}
    ids = {row["name"]: row["id"] for row in world.tables["prompt"]}
    _compare(_matrix(world, lambda p, s: _opens(p, "/models/model", id=f"agent-{s}")), own)
    _compare(_matrix(world, lambda p, s: _opens(p, f"/prompts/id/{ids[s]}")), own)
    opened = _matrix(world, lambda p, s: _opens(p, f"/chats/share/share-of-{s}"))
    assert [key for key, value in opened.items() if value and key[1] != "owner"] == []
    pictures = world.ids("file", "file_id", "picture-")
    _compare(_matrix(world, lambda p, s: _opens(p, f"/files/{pictures[s]}/content")), own)
