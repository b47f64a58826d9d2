"""Two versions of a tree of messages as one: what LibreChat has now, and what is in Open WebUI."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrator_core.chat_document import NO_QUESTION
from migrator_core.openwebui.contents.choices import Choice, choose, remembered
from migrator_core.openwebui.contents.digests import Digests
from migrator_core.openwebui.contents.messages import (
    Message,
    entry,
    replaced,
    said,
    says_more,
    stands,
)

_SAID = 8
"""Characters of a ledger's entry that tell what a message says; the rest is where it stands."""


@dataclass(slots=True)
class MergedTree:
    """All messages in their order, what became of those of the backup, and what is written then.

    ``brought`` are the messages that were added or replaced, ``moved`` those with another parent;
    ``added`` those that were not there; ``dropped`` are questions that we had made up.
    """

    messages: dict[str, dict[str, Any]]
    choices: dict[str, Choice] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    brought: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.brought or self.moved)


def merge_tree(
    backup: Mapping[str, Message],
    there: Mapping[str, Message],
    written: Digests | None,
    unsure: Container[str] = (),
) -> MergedTree:
    """Bring the messages of the backup into the tree that is there; nothing of it gets lost.

    Args:
        backup: parents before their children.
        there: the messages in Open WebUI.
        written: the ledger's entries by message, None where what we wrote is not known.
        unsure: messages of the backup that may say less than what an earlier run has written.
    """
    merge = _Merge(backup, written, MergedTree({key: dict(value) for key, value in there.items()}))
    for message_id, message in backup.items():
        if message_id in there:
            merge.meet(message_id, message, there[message_id], hesitate=message_id in unsure)
        else:
            merge.miss(message_id, message)
    for message_id, known in (written or {}).items():
        merge.result.written.setdefault(message_id, known)
    merge.drop_made_up()
    merge.link_children()
    return merge.result


@dataclass(slots=True)
class _Merge:
    backup: Mapping[str, Message]
    written: Digests | None
    result: MergedTree
    siblings: defaultdict[object, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for key, message in self.result.messages.items():
            self.siblings[message.get("parentId")].append(key)

    def meet(self, message_id: str, message: Message, there: Message, *, hesitate: bool) -> None:
        """A message that is there: compare what it says, and where it stands."""
        before = (self.written or {}).get(message_id)
        known = self.written is not None
        ours, theirs = said(message), said(there)
        was = before[:_SAID] if before else None
        choice = choose(ours, was, theirs, known=known)
        if choice is Choice.BRING and hesitate and not says_more(message, there):
            choice, ours = Choice.SAME, theirs
        if choice is Choice.BRING:
            self.result.messages[message_id] = replaced(there, message)
            self.result.brought.add(message_id)
        self.result.choices[message_id] = choice
        place = before[_SAID:] if before else stands(there.get("parentId"))
        place = self._move(message_id, there.get("parentId"), place)
        now = remembered(choice, ours, was, known=known)
        if now is not None:
            self.result.written[message_id] = now + place

    def miss(self, message_id: str, message: Message) -> None:
        """A message that is not there: somebody removed it, or it is new."""
        if message_id in (self.written or {}):
            self.result.choices[message_id] = Choice.REMOVED
            return
        parent = self._nearest(message)
        if parent is None and message.get("parentId") is not None and message["role"] != "user":
            # The question that it answers was removed, with all that came before.
            self.result.choices[message_id] = Choice.REMOVED
            return
        new = {**message, "parentId": parent, "childrenIds": []}
        self._insert(message_id, new)
        self.result.choices[message_id] = Choice.BRING
        self.result.written[message_id] = entry(message, parent)
        self.result.added.append(message_id)
        self.result.brought.add(message_id)

    def drop_made_up(self) -> None:
        """Take away questions that we made up, once nothing hangs on them any more."""
        messages = self.result.messages
        parents = {message.get("parentId") for message in messages.values()}
        for message_id in [key for key in messages if key not in self.backup]:
            if message_id not in parents and self._is_made_up(message_id):
                del messages[message_id]
                del self.result.written[message_id]
                self.result.dropped.append(message_id)
        for message_id in [key for key in self.result.added if key not in parents]:
            if messages[message_id].get("content") == NO_QUESTION:  # its answer has a real one
                del messages[message_id], self.result.written[message_id]
                del self.result.choices[message_id]
                self.result.added.remove(message_id)
                self.result.brought.discard(message_id)

    def link_children(self) -> None:
        """Name the children again where there are others now, in the order of the messages.

        It is the order that Open WebUI itself gives them whenever a page saves a chat (0.12,
        ``models/chats.py: merge_history``).
        """
        messages = self.result.messages
        touched = {messages[message_id].get("parentId") for message_id in self.result.added}
        if self.result.moved:
            touched |= messages.keys()
        children: dict[object, list[str]] = {parent: [] for parent in touched}
        for message_id, message in messages.items():
            if message.get("parentId") in children:
                children[message.get("parentId")].append(message_id)
        for parent, below in children.items():
            if isinstance(parent, str) and parent in messages:
                messages[parent]["childrenIds"] = below

    def _nearest(self, message: Message) -> str | None:
        """The nearest ancestor that is there."""
        parent = message.get("parentId")
        seen = set()
        while parent is not None and parent not in self.result.messages:
            if parent in seen or parent not in self.backup:
                return None
            seen.add(parent)
            parent = self.backup[parent].get("parentId")
        return parent

    def _move(self, message_id: str, there: str | None, written: str) -> str:
        """Hang a message where the backup has it now; the place that we have written then.

        Only where it still hangs where we put it, and only away from what the backup has, too:
        another backup may lack what it hangs on. A question that we made up gives way.
        """
        wanted = self._nearest(self.backup[message_id])
        known = there is None or there in self.backup or self._is_made_up(there)
        if wanted is None or wanted == there or not known or written != stands(there):
            return written
        if self.written is None or self._is_below(wanted, message_id):
            return written
        self.result.messages[message_id]["parentId"] = wanted
        self.result.moved.add(message_id)
        return stands(wanted)

    def _is_made_up(self, message_id: str) -> bool:
        """Whether we wrote it for an answer without a question, and nobody has touched it."""
        message = self.result.messages.get(message_id, {})
        before = (self.written or {}).get(message_id, "")
        return message.get("content") == NO_QUESTION and before[:_SAID] == said(message)

    def _is_below(self, message_id: str | None, ancestor: str) -> bool:
        seen = set()
        while message_id is not None and message_id not in seen:
            if message_id == ancestor:
                return True
            seen.add(message_id)
            message_id = self.result.messages.get(message_id, {}).get("parentId")
        return False

    def _insert(self, message_id: str, message: dict[str, Any]) -> None:
        """Put a message before the first later one with the same parent, else at the end."""
        messages = self.result.messages
        messages[message_id] = message
        later = self._later_sibling(message)
        self.siblings[message["parentId"]].append(message_id)
        if later is None:
            return
        behind = [key for key in messages if key != message_id]
        for key in behind[behind.index(later) :]:
            messages[key] = messages.pop(key)

    def _later_sibling(self, message: Message) -> str | None:
        time = message.get("timestamp") or 0
        for key in self.siblings[message["parentId"]]:
            when = self.result.messages[key].get("timestamp")
            if isinstance(when, int | float) and when > time:
                return key
        return None
