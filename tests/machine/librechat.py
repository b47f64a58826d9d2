"""LibreChat as people use it, as the documents that a backup of it holds."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
Backup: TypeAlias = dict[str, list[Document]]

PEOPLE = {name: f"64ca1db05f9d88c1aa1a2b{n:02}" for n, name in enumerate(("ada", "ben", "cem"), 1)}
"""Everybody's ``_id`` in LibreChat."""
TAGS = ("red", "blue")
PUBLIC = "public"


def password(number: int) -> str:
    """A hash as bcrypt writes it; nobody signs in with it."""
    return f"$2a$04$zFDaTBSWL/O2ztgh4KYGO.{number:03}znGlAuBYcmdUlRdUM.BfE0JjMfKu"


class LibreChat:
    """What people made in it. Deeds take numbers that choose among what there is."""

    def __init__(self) -> None:
        """Three people and a group of two of them, and one thing of each kind."""
        self._count = 0
        self.documents: dict[str, dict[str, Document]] = {
            name: {}
            for name in (
                "users", "groups", "conversations", "messages", "conversationtags", "sharedlinks",
                "agents", "promptgroups", "prompts", "aclentries",
            )
        }  # fmt: skip
        for name, own_id in PEOPLE.items():
            self.documents["users"][own_id] = {
                "_id": {"$oid": own_id}, "email": f"{name}@machine.example", "name": name,
                "password": password(0), "provider": "local", **self._dates(),
            }  # fmt: skip
        members = [PEOPLE["ada"], PEOPLE["ben"]]
        self._add("groups", {"name": "Group", "source": "local", "memberIds": members})
        for number, deed in enumerate(("start_chat", "start_chat", "share", "write")):
            self.do(deed, number % 2, 0)
        for deed in ("make_agent", "make_prompt"):
            self.do(deed, 0, 0)
        for kind, whom in ((0, 1), (0, 3), (1, 2), (1, 4)):
            self.do("give", kind, whom)

    def backup(self, missing: str | None = None) -> Backup:
        """All documents as they are now, without one collection where a backup lost it."""
        everything = {name: list(found.values()) for name, found in self.documents.items()}
        everything.pop(missing or "", None)
        return copy.deepcopy(everything)

    def do(self, deed: str, first: int, second: int) -> None:
        """One of :data:`DEEDS`; nothing happens where there is nothing to choose from."""
        DEEDS[deed](self, first, second)

    def start_chat(self, first: int, _second: int) -> None:
        owner = list(PEOPLE.values())[first % len(PEOPLE)]
        chat = f"chat-{self._next()}"
        self.documents["conversations"][chat] = {
            "conversationId": chat, "user": owner, "title": f"About {chat}", "endpoint": "openAI",
            "model": "gpt-4o", "tags": [], "isArchived": False, **self._dates(),
        }  # fmt: skip
        self._turn(self.documents["conversations"][chat], None)

    def write(self, first: int, second: int) -> None:
        if chat := self._pick("conversations", first):
            answers = [m for m in self._messages(chat) if not m["isCreatedByUser"]]
            parent = answers[-1 - second % len(answers)]["messageId"] if answers else None
            self._turn(chat, parent)

    def ask_again(self, first: int, second: int) -> None:
        if chat := self._pick("conversations", first):
            questions = [m for m in self._messages(chat) if m["isCreatedByUser"]]
            if questions:
                question = questions[second % len(questions)]["messageId"]
                self._message(chat, question, asked=False)

    def edit(self, first: int, second: int) -> None:
        if message := self._any_message(first, second):
            message["text"] = f"Edited in LibreChat {self._next()}"

    def rate(self, first: int, second: int) -> None:
        message = self._any_message(first, second)
        if message and not message["isCreatedByUser"]:
            liked = message.pop("feedback", {}).get("rating") == "thumbsUp"
            message["feedback"] = {"rating": "thumbsDown" if liked else "thumbsUp"}

    def delete_message(self, first: int, second: int) -> None:
        """With all that hangs on it; the last question of a chat stays."""
        message = self._any_message(first, second)
        if message and message["parentMessageId"]:
            going = [message["messageId"]]
            for one in going:
                going += [
                    m["messageId"] for m in self.documents["messages"].values()
                    if m["parentMessageId"] == one
                ]  # fmt: skip
                del self.documents["messages"][one]

    def rename(self, first: int, _second: int) -> None:
        if chat := self._pick("conversations", first):
            chat["title"] = f"Renamed in LibreChat {self._next()}"

    def archive(self, first: int, _second: int) -> None:
        if chat := self._pick("conversations", first):
            chat["isArchived"] = not chat["isArchived"]

    def tag(self, first: int, second: int) -> None:
        if chat := self._pick("conversations", first):
            _toggle(chat["tags"], TAGS[second % len(TAGS)])

    def delete_chat(self, first: int, _second: int) -> None:
        if chat := self._pick("conversations", first):
            del self.documents["conversations"][chat["conversationId"]]
            for name in ("messages", "sharedlinks"):
                self._forget(name, "conversationId", chat["conversationId"])

    def share(self, first: int, _second: int) -> None:
        """Open a link, or bring the one there is up to date."""
        chat = self._pick("conversations", first)
        if not chat:
            return
        messages = [m["_id"] for m in self._messages(chat)]
        for link in self.documents["sharedlinks"].values():
            if link["conversationId"] == chat["conversationId"]:
                link |= {"messages": messages, "title": chat["title"]}
                return
        self._add("sharedlinks", {
            "shareId": f"share-{self._next():06}", "conversationId": chat["conversationId"],
            "user": chat["user"], "title": chat["title"], "messages": messages, "isPublic": True,
        })  # fmt: skip

    def unshare(self, first: int, _second: int) -> None:
        if link := self._pick("sharedlinks", first):
            self._forget("sharedlinks", "_id", link["_id"])

    def rename_account(self, first: int, _second: int) -> None:
        if user := self._pick("users", first):
            user["name"] = f"LibreChat {self._next()}"

    def change_password(self, first: int, _second: int) -> None:
        if user := self._pick("users", first):
            user["password"] = password(self._next())

    def join_or_leave(self, first: int, second: int) -> None:
        if group := self._pick("groups", first):
            _toggle(group["memberIds"], list(PEOPLE.values())[second % len(PEOPLE)])

    def rename_group(self, first: int, _second: int) -> None:
        if group := self._pick("groups", first):
            group["name"] = f"Group {self._next()}"

    def make_agent(self, first: int, _second: int) -> None:
        number, owner = self._next(), list(PEOPLE.values())[first % len(PEOPLE)]
        self._add("agents", {
            "id": f"agent_{number}", "name": f"Agent {number}", "author": {"$oid": owner},
            "provider": "openAI", "model": "gpt-4o", "instructions": "Be kind.",
        })  # fmt: skip

    def make_prompt(self, first: int, _second: int) -> None:
        number, owner = self._next(), list(PEOPLE.values())[first % len(PEOPLE)]
        group = self._add("promptgroups", {
            "name": f"Prompt {number}", "command": f"prompt-{number}", "author": {"$oid": owner},
        })  # fmt: skip
        self._version(group)

    def edit_agent(self, first: int, second: int) -> None:
        if agent := self._pick("agents", first):
            name = ("name", "instructions")[second % 2]
            agent[name] = f"From LibreChat {self._next()}"

    def edit_prompt(self, first: int, second: int) -> None:
        if group := self._pick("promptgroups", first):
            if second % 2:
                self._version(group)
            else:
                group["name"] = f"Prompt of LibreChat {self._next()}"

    def give(self, first: int, second: int) -> None:
        """Change who may use an agent or a prompt: one gets in or out."""
        kind = ("agents", "promptgroups")[first % 2]
        thing = self._pick(kind, first // 2)
        if not thing:
            return
        groups = [("group", own_id) for own_id in self.documents["groups"]]
        whom = [*(("user", own_id) for own_id in PEOPLE.values()), *groups, (PUBLIC, "")]
        principal_type, principal = whom[second % len(whom)]
        for own_id, entry in self.documents["aclentries"].items():
            same = entry["resourceId"] == thing["_id"] and entry["principalType"] == principal_type
            if same and entry.get("principalId", {}).get("$oid", "") == principal:
                del self.documents["aclentries"][own_id]
                return
        entry = {
            "principalType": principal_type, "resourceId": thing["_id"],
            "resourceType": {"agents": "agent", "promptgroups": "promptGroup"}[kind],
            "permBits": (1, 15)[second // len(whom) % 2],
        }  # fmt: skip
        if principal:
            entry["principalId"] = {"$oid": principal}
        self._add("aclentries", entry)

    def delete_thing(self, first: int, second: int) -> None:
        kind = ("agents", "promptgroups")[second % 2]
        if thing := self._pick(kind, first):
            self._forget(kind, "_id", thing["_id"])
            self._forget("aclentries", "resourceId", thing["_id"])
            self._forget("prompts", "groupId", thing["_id"])

    def _version(self, group: Document) -> None:
        text = f"Say {self._next()}"
        prompt = self._add("prompts", {
            "groupId": group["_id"], "author": group["author"], "prompt": text, "type": "text",
        })  # fmt: skip
        group["productionId"] = prompt["_id"]

    def _turn(self, chat: Document, parent: str | None) -> None:
        question = self._message(chat, parent, asked=True)
        self._message(chat, question, asked=False)

    def _message(self, chat: Document, parent: str | None, *, asked: bool) -> str:
        number = self._next()
        own_id = f"{'q' if asked else 'a'}-{number}"
        self.documents["messages"][own_id] = {
            "_id": {"$oid": _hex("messages", number)}, "messageId": own_id,
            "conversationId": chat["conversationId"], "user": chat["user"],
            "text": f"Text {number}", "parentMessageId": parent, "isCreatedByUser": asked,
            "model": "gpt-4o", "endpoint": "openAI", **({} if asked else {"sender": "GPT"}),
            **self._dates(),
        }  # fmt: skip
        chat["updatedAt"] = self._dates()["updatedAt"]
        return own_id

    def _messages(self, chat: Document) -> list[Document]:
        own_id = chat["conversationId"]
        return [m for m in self.documents["messages"].values() if m["conversationId"] == own_id]

    def _any_message(self, first: int, second: int) -> Document | None:
        chat = self._pick("conversations", first)
        messages = self._messages(chat) if chat else []
        return messages[second % len(messages)] if messages else None

    def _pick(self, collection: str, number: int) -> Document | None:
        found = list(self.documents[collection].values())
        return found[number % len(found)] if found else None

    def _add(self, collection: str, values: Document) -> Document:
        own_id = _hex(collection, self._next())
        document = {"_id": {"$oid": own_id}, **values, **self._dates()}
        self.documents[collection][own_id] = document
        return document

    def _forget(self, collection: str, name: str, value: object) -> None:
        found = self.documents[collection]
        self.documents[collection] = {k: v for k, v in found.items() if v[name] != value}

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _dates(self) -> Document:
        now = {"$date": f"2026-01-01T{self._count // 60 % 24:02}:{self._count % 60:02}:00Z"}
        return {"createdAt": now, "updatedAt": now}


DEEDS: dict[str, Callable[[LibreChat, int, int], None]] = {
    deed.__name__: deed
    for deed in (
        LibreChat.start_chat, LibreChat.write, LibreChat.ask_again, LibreChat.edit, LibreChat.rate,
        LibreChat.delete_message, LibreChat.rename, LibreChat.archive, LibreChat.tag,
        LibreChat.delete_chat, LibreChat.share, LibreChat.unshare, LibreChat.rename_account,
        LibreChat.change_password, LibreChat.join_or_leave, LibreChat.rename_group,
        LibreChat.make_agent, LibreChat.make_prompt, LibreChat.edit_agent, LibreChat.edit_prompt,
        LibreChat.give, LibreChat.delete_thing,
    )
}  # fmt: skip
"""Everything that people do in LibreChat."""


def _toggle(values: list[str], value: str) -> None:
    if value in values:
        values.remove(value)
    else:
        values.append(value)


def _hex(collection: str, number: int) -> str:
    return f"{sum(collection.encode()):08x}{number:016x}"
