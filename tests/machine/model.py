"""What must be there after a run: the rules of ``docs/running-again.md`` in plain Python."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import Enum

from tests.machine.things import State, Things

MIGRATED = "migrated"
EXISTING = "existing"
CHANGED = "changed-in-open-webui"
REMOVED = "removed-in-open-webui"


class Choice(Enum):
    """What becomes of a thing."""

    SAME = EXISTING
    BRING = MIGRATED
    KEEP = CHANGED
    AWAY = REMOVED


def choose(wanted: object, was: object, now: object) -> Choice:
    """The one rule, for what the backup says, what we wrote, and what is there."""
    if wanted == now:
        return Choice.SAME
    if was == now:
        return Choice.BRING
    return Choice.AWAY if now is None else Choice.KEEP


@dataclass
class Expected:
    """What is there after a run, what runs have written then, and what the report says."""

    there: State
    written: State
    fates: dict[tuple[str, str], str] = field(default_factory=dict)


def expect(
    wanted: State,
    written: State,
    there: State,
    given: Collection[tuple[str, str, str]] = (),
    lost: str = "",
) -> Expected:
    """What a run has to make of what is there; the backup lacks the collection ``lost``.

    ``given`` are members that somebody let in here: collection, document and person.
    """
    after = Expected(copy.deepcopy(there), copy.deepcopy(written))
    for collection, own_id, person in given:
        after.written.get((collection, own_id), {}).pop(f"member/{person}", None)
    for key in wanted:
        if key[0] != "sharedlinks":
            _Document(key, wanted, after, lost).settle()
    for key in written.keys() & there.keys() - wanted.keys():
        if lost not in {key[0], "aclentries", "groups", "sharedlinks"}:
            _Document(key, wanted, after, lost).take_access_back()
    return after


@dataclass
class _Document:
    key: tuple[str, str]
    wanted: State
    after: Expected
    lost: str

    def __post_init__(self) -> None:
        self.want: Things = self.wanted.get(self.key, {})
        self.was = self.after.written.get(self.key, {})
        self.now = self.after.there.get(self.key, {})
        self.choices: dict[str, Choice] = {}
        self.messages: dict[str, Choice] = {}

    @property
    def is_chat(self) -> bool:
        return self.key[0] == "conversations"

    def settle(self) -> None:
        if self.key not in self.after.there:
            self._bring_whole() if self.key not in self.after.written else self._stay_away()
            return
        for name in {**self.want, **self.was}:
            if not self._is_message(name):
                self._settle(name)
        if self.is_chat:
            self._settle_tree()
            self._settle_link()
        every = {*self.choices.values(), *self.messages.values()}
        if {Choice.KEEP, Choice.AWAY} & {*self.choices.values()}:
            fate = CHANGED
        else:
            fate = MIGRATED if Choice.BRING in every else EXISTING
        self._say(fate)

    def take_access_back(self) -> None:
        """LibreChat has deleted it: it stays, for nobody but its owner."""
        for name in [one for one in self.was if one.startswith("may/")]:
            self._settle(name)
        if self.is_chat and choose(None, self.was.get("link"), self.now["link"]) is Choice.BRING:
            self._settle("link")
            self._settle_link()

    def _bring_whole(self) -> None:
        self.after.there[self.key] = dict(self.want)
        self.after.written[self.key] = dict(self.want)
        self.messages = dict.fromkeys(self._message_ids(), Choice.BRING)
        if self.is_chat and self.want["link"]:
            self._bring_link()
        self._say(MIGRATED)

    def _stay_away(self) -> None:
        self.messages = dict.fromkeys(self._message_ids(), Choice.AWAY)
        self._say(REMOVED)

    def _settle(self, name: str) -> None:
        want, was, now = self.want.get(name), self.was.get(name), self.now.get(name)
        choice = choose(want, was, now)
        if want is None and choice is Choice.BRING and self.lost in _decide(name):
            return
        if want is not None or choice is Choice.BRING:
            self.choices[name] = choice
        if choice is Choice.BRING:
            _set(self.now, name, want)
        if choice is Choice.BRING or (choice is Choice.SAME and not want):
            _set(self.was, name, want)

    def _settle_tree(self) -> None:
        before = set(_messages(self.now))
        ours = {*_messages(self.was)}
        for message in self._message_ids():
            said, parent = f"said/{message}", f"parent/{message}"
            if message in before:
                self._settle(said)
                self.messages[message] = self.choices.pop(said)
                self._move(message)
            elif message in ours or self._lost_its_question(message):
                self.messages[message] = Choice.AWAY
            else:
                self.messages[message] = Choice.BRING
                self.now |= {said: self.want[said], parent: self._nearest(message)}
                self.was |= {said: self.want[said], parent: self._nearest(message)}
        untouched = before <= ours and self.was["shown"] == self.now["shown"]
        if untouched and f"said/{self.want['shown']}" in self.now:
            self.now["shown"] = self.was["shown"] = self.want["shown"]

    def _lost_its_question(self, message: str) -> bool:
        """An answer is of no use where its question and all before it were removed."""
        had_parent = self.want[f"parent/{message}"] is not None
        return message.startswith("a-") and had_parent and self._nearest(message) is None

    def _nearest(self, message: str) -> str | None:
        parent: str | None = self.want[f"parent/{message}"]
        while parent is not None and f"said/{parent}" not in self.now:
            parent = self.want.get(f"parent/{parent}")
        return parent

    def _move(self, message: str) -> None:
        name = f"parent/{message}"
        nearest, now = self._nearest(message), self.now[name]
        if self.was.get(name) == now and nearest is not None and nearest != now:
            self.now[name] = self.was[name] = nearest

    def _settle_link(self) -> None:
        """The copy that a link shows is there exactly as long as the link is."""
        choice = self.choices.get("link")
        link = self._link()
        for key in [one for one in self.after.there if one[0] == "sharedlinks"]:
            gone = choice is Choice.BRING and key != link
            if gone and key in self.after.written and self._chat_of(key) == self.key:
                del self.after.there[key]
        if link is None:
            return
        if choice in {Choice.KEEP, Choice.AWAY}:
            self.after.fates[link] = choice.value
        elif link not in self.after.there:
            self._bring_link()
        else:
            _Document(link, self.wanted, self.after, self.lost).settle()

    def _bring_link(self) -> None:
        link = self._link()
        if link is not None:
            _Document(link, self.wanted, self.after, self.lost)._bring_whole()

    def _link(self) -> tuple[str, str] | None:
        for key in self.wanted:
            if key[0] == "sharedlinks" and self._chat_of(key) == self.key:
                return key
        return None

    def _chat_of(self, link: tuple[str, str]) -> tuple[str, str]:
        things = self.wanted.get(link) or self.after.written[link]
        return ("conversations", things["of"])

    def _message_ids(self) -> list[str]:
        return list(_messages(self.want)) if self.is_chat else []

    def _is_message(self, name: str) -> bool:
        return self.is_chat and (name == "shown" or name.startswith(("said/", "parent/")))

    def _say(self, fate: str) -> None:
        self.after.fates[self.key] = fate
        for message, choice in self.messages.items():
            self.after.fates["messages", message] = choice.value


def _messages(things: Things) -> Iterator[str]:
    return (name.removeprefix("said/") for name in things if name.startswith("said/"))


def _decide(name: str) -> set[str]:
    """The collections without which nothing of this kind is taken back."""
    if name == "link":
        return {"sharedlinks", "aclentries"}
    return {"aclentries", "groups"} if name.startswith("may/") else set()


def _set(things: Things, name: str, value: object) -> None:
    if value is None and name != "link":
        things.pop(name, None)
    else:
        things[name] = value
