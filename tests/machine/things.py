"""What a backup says, thing by thing, and how the rows of Open WebUI are called in its words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from migrator_core.convert import ids
from tests.machine.librechat import PUBLIC, Backup, Document

Things: TypeAlias = dict[str, Any]
State: TypeAlias = dict[tuple[str, str], Things]
"""By collection and id of a document, its things: hashable values, None for what is not there."""

RATINGS = {"thumbsUp": 1, "thumbsDown": -1}


@dataclass
class Names:
    """The documents that rows come from, by collection and id; other rows keep their ids."""

    rows: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, collection: str, row_id: str) -> str:
        """The document's id."""
        return self.rows.get((collection, row_id), row_id)

    def learn(self, backup: Backup) -> None:
        """Whatever this backup may be migrated to."""
        self.rows |= {(collection, row): own for collection, own, row in _named(backup)}


def _named(backup: Backup) -> list[tuple[str, str, str]]:
    found = [("users", _id(user), user_id(_id(user))) for user in backup.get("users", ())]
    found += [("groups", _id(one), ids.group_id(_id(one))) for one in backup.get("groups", ())]
    for chat in backup.get("conversations", ()):
        own_id = chat["conversationId"]
        found.append(("conversations", own_id, ids.chat_id(chat["user"], own_id)))
    found += [("sharedlinks", _id(one), one["shareId"]) for one in backup.get("sharedlinks", ())]
    found += [("agents", one["id"], ids.model_id(one["id"])) for one in backup.get("agents", ())]
    found += [
        ("promptgroups", _id(one), ids.prompt_id(_id(one)))
        for one in backup.get("promptgroups", ())
    ]
    return found


def user_id(own_id: str) -> str:
    """The account of a person."""
    return ids.user_id(own_id)


def wanted(backup: Backup) -> State:
    """What would be there if nobody did anything in Open WebUI."""
    state: State = {}
    for user in backup.get("users", ()):
        state["users", _id(user)] = {"name": user["name"], "password": user["password"]}
    for group in backup.get("groups", ()):
        members = {f"member/{user_id(member)}": True for member in group["memberIds"]}
        state["groups", _id(group)] = {"name": group["name"], **members}
    messages: defaultdict[str, list[Document]] = defaultdict(list)
    for message in backup.get("messages", ()):
        messages[message["conversationId"]].append(message)
    links = {link["conversationId"]: link for link in backup.get("sharedlinks", ())}
    for chat in backup.get("conversations", ()):
        own_id = chat["conversationId"]
        state["conversations", own_id] = _chat(chat, messages[own_id], links.get(own_id))
        if own_id in links:
            state["sharedlinks", _id(links[own_id])] = _link(links[own_id], messages[own_id])
    for agent in backup.get("agents", ()):
        state["agents", agent["id"]] = {
            "name": agent["name"], "instructions": agent["instructions"], **_access(agent, backup)
        }  # fmt: skip
    texts = {_id(prompt): prompt["prompt"] for prompt in backup.get("prompts", ())}
    for group in backup.get("promptgroups", ()):
        state["promptgroups", _id(group)] = {
            "name": group["name"], "content": texts[group["productionId"]["$oid"]],
            **_access(group, backup),
        }  # fmt: skip
    return state


def _chat(chat: Document, messages: list[Document], link: Document | None) -> Things:
    things: Things = {
        "title": chat["title"], "archived": chat["isArchived"],
        "link": link["shareId"] if link else None, "shown": _shown(messages),
        **{f"tag/{tag}": True for tag in chat["tags"]},
    }  # fmt: skip
    for message in messages:
        rating = RATINGS.get(message.get("feedback", {}).get("rating"))
        things[f"said/{message['messageId']}"] = (message["text"], rating)
        things[f"parent/{message['messageId']}"] = message["parentMessageId"]
    return things


def _shown(messages: list[Document]) -> str | None:
    """Where LibreChat's page ends: it shows the newest of several answers, at every fork."""
    shown: str | None = None
    while below := [m for m in messages if m["parentMessageId"] == shown]:
        shown = max(below, key=lambda message: message["createdAt"]["$date"])["messageId"]
    return shown


def _link(link: Document, messages: list[Document]) -> Things:
    shown = tuple((m["messageId"], m["text"]) for m in messages if m["_id"] in link["messages"])
    copied = (link["title"], shown)
    return {"of": link["conversationId"], "copy": copied, "may/user/*/read": True}


def _access(thing: Document, backup: Backup) -> Things:
    found: Things = {}
    for entry in backup.get("aclentries", ()):
        principal = entry.get("principalId", {}).get("$oid", "")
        if entry["resourceId"] != thing["_id"] or principal == thing["author"]["$oid"]:
            continue
        whom = {
            PUBLIC: "user/*", "user": f"user/{user_id(principal)}",
            "group": f"group/{ids.group_id(principal)}",
        }[entry["principalType"]]  # fmt: skip
        found[f"may/{whom}/read"] = True
        if entry["permBits"] == 15 and entry["principalType"] != PUBLIC:
            found[f"may/{whom}/write"] = True
    return found


def _id(document: Document) -> str:
    own_id: str = document["_id"]["$oid"]
    return own_id


def allowed(backup: Backup, given: set[tuple[str, str, str]]) -> dict[tuple[str, str], set[str]]:
    """Who may read what at most: as LibreChat says, and by what somebody gave in Open WebUI."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for group in backup["groups"]:
        members[ids.group_id(_id(group))] |= {user_id(member) for member in group["memberIds"]}
    for kind, own_id, person in given:
        if kind == "group":
            members[own_id].add(person)
    everybody = {user_id(_id(user)) for user in backup["users"]}
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, own_id, person in given:
        found[kind, own_id].add(person)
    for link in backup["sharedlinks"]:
        chat = ids.chat_id(link["user"], link["conversationId"])
        found["shared_chat", chat] |= everybody
    for kind, collection in (("model", "agents"), ("prompt", "promptgroups")):
        for thing in backup[collection]:
            own = ids.model_id(thing["id"]) if kind == "model" else ids.prompt_id(_id(thing))
            for name in _access(thing, backup):
                _, principal, whom, _ = name.split("/")
                people = members[whom] if principal == "group" else {whom}
                found[kind, own] |= everybody if whom == "*" else people
    return found
