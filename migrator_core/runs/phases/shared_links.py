"""Shared links: noted before the chats, carried over with the chat that each one shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from migrator_core.convert.chats.chat import ChatContext
from migrator_core.convert.chats.shared_chats import (
    convert_link,
    has_ended,
    open_chat,
    readers,
    share_id,
)
from migrator_core.convert.people.grants import Resource
from migrator_core.convert.result import Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import ChatRow, SharedChatRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.pages import note_link
from migrator_core.runs.phases.permissions import Granting, ResourceGrants
from migrator_core.runs.results import Accounts, Conversations, Permissions, SharedLinks
from migrator_core.runs.scratch import Noted
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part

COLLECTION = "sharedlinks"
RECENT_LINK = "recent link"
"""What it is noted as that a conversation has a link that is new enough to be brought."""
_RESOURCE: Final = "sharedLink"


class LinksPhase(Phase):
    """``sharedlinks``: noted for later; only links of no use here get their outcome now."""

    name = "shared links"
    label = "Shared links"
    collections = frozenset({COLLECTION})
    part = Part.CONVERSATIONS
    needs = (Accounts, Permissions)
    leaves = SharedLinks

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)
        self._notes = inputs.scratch.notes("link", SharedLink)

    def steps(self) -> Iterator[Step]:
        """Note every link under its conversation."""
        return self._inputs.each(COLLECTION, SharedLink, self._note)

    def result(self) -> SharedLinks:
        """The links that may be of use."""
        return SharedLinks(self._notes)

    def _note(self, document: Document, link: SharedLink) -> Iterator[Step]:
        user = link.user or ""
        if not self.is_selected or self._accounts.leaves_out(user):
            self._inputs.leave_out(_RESOURCE, link.id or "")
            yield skipped(document, Reason.NOT_SELECTED)
        elif self._accounts.of(user) is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED)
        elif has_ended(link, self._inputs.started * 1000):
            yield skipped(document, Reason.EXPIRED)
        elif link.expired_at is not None:
            yield Notice(WarningCode.ACCESS_NARROWED, f"Shared link {link.share_id}, with an end.")
            yield skipped(document, Reason.EXPIRES)
        elif not link.conversation_id:
            yield skipped(document, Reason.CONVERSATION_MISSING)
        else:
            self._notes.add((user, link.conversation_id), document.source_id, link)
            permissions = self.earlier(Permissions)
            public = link.is_public and not permissions.incomplete
            if public or permissions.notes.has(_RESOURCE, link.id or ""):
                note_link(self._inputs, link, user, public=public)
            since = self._inputs.selection
            if since.since is not None and since.is_recent((link.created_at, link.updated_at)):
                self._inputs.scratch.first_time(RECENT_LINK, user, link.conversation_id)


class UnusedLinksPhase(Phase):
    """The links of conversations that did not become chats."""

    name = "unused shared links"
    label = "Shared links left over"
    needs = (SharedLinks, Conversations)

    def steps(self) -> Iterator[Step]:
        """One skipped outcome a link."""
        conversations = self.earlier(Conversations)
        for noted in self.earlier(SharedLinks).notes.remaining():
            link = noted.document
            if self._inputs.was_left_out(
                "conversation", link.user or "", link.conversation_id or ""
            ):
                self._inputs.leave_out(_RESOURCE, link.id or "")
                yield _left_out(noted.source_id, Reason.NOT_SELECTED, None)
                continue
            known = conversations.has(link.user or "", link.conversation_id or "")
            reason = Reason.RESOURCE_NOT_MIGRATED if known else Reason.CONVERSATION_MISSING
            yield _left_out(noted.source_id, reason, f"conversation {link.conversation_id}")


@dataclass(frozen=True, slots=True)
class LinkedChat:
    """A chat as it is with its link, the step that follows it, and the other links' outcomes."""

    row: ChatRow
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    source_id: str
    link: SharedLink
    granted: ResourceGrants


class Linking:
    """Gives chats their links. A phase that uses it needs :attr:`needs`.

    Args:
        taken: the shared chats that Open WebUI has, each with the id of its chat.
    """

    needs = (SharedLinks, *Granting.needs)

    def __init__(self, inputs: Inputs, phase: Phase, taken: Mapping[str, str]) -> None:
        self._inputs = inputs
        self._notes = phase.earlier(SharedLinks).notes
        self._incomplete = phase.earlier(Permissions).incomplete
        self._granting = Granting(inputs, phase)
        self._taken = taken

    def has_links(self, user: str, conversation_id: str) -> bool:
        """Whether a link was noted for a conversation."""
        return self._notes.has(user, conversation_id)

    def link(
        self,
        conversation: Conversation,
        messages: Sequence[Message],
        scope: ChatContext,
        row: ChatRow,
    ) -> LinkedChat:
        """The link of one chat; the links noted for its conversation are used up."""
        notes = self._notes.take(conversation.user or "", conversation.conversation_id)
        self._inputs.claim(COLLECTION, [noted.source_id for noted in notes])
        before: list[Step] = []
        best: _Candidate | None = None
        for candidate in self._newest_first(notes, row.user_id):
            before += candidate.granted.steps
            if not readers(candidate.granted.grants):
                before += _unused(candidate, Reason.LINK_OFF, None)
            elif best is not None:
                kept = f"the link {best.link.share_id} was kept"
                before += _unused(candidate, Reason.ONE_LINK_PER_CHAT, kept)
            else:
                best = candidate
        if best is None:
            return LinkedChat(row, tuple(before))
        return self._open(best, conversation, messages, scope, row, before)

    def _newest_first(self, notes: Sequence[Noted[SharedLink]], owner: str) -> list[_Candidate]:
        candidates = []
        for noted in notes:
            link = noted.document
            label = f"shared link {link.share_id}"
            public = link.is_public and not self._incomplete
            resource = Resource(_RESOURCE, link.id, owner, label, shared=public)
            granted = self._granting.grants_of(resource)
            candidates.append(_Candidate(noted.source_id, link, granted))
        return sorted(candidates, key=lambda each: each.link.created_at or 0, reverse=True)

    def _open(
        self,
        best: _Candidate,
        conversation: Conversation,
        messages: Sequence[Message],
        scope: ChatContext,
        row: ChatRow,
        before: list[Step],
    ) -> LinkedChat:
        own_id = share_id(best.link, row.id, self._taken)
        if not self._inputs.scratch.first_time("share id", own_id):
            own_id = share_id(best.link, row.id, {own_id: ""})
        shared = convert_link(
            best.link,
            conversation,
            messages,
            scope,
            own_id=own_id,
            grants=readers(best.granted.grants),
        )
        if isinstance(shared, Skipped):
            before += _unused(best, shared.reason, shared.detail)
            return LinkedChat(row, tuple(before))
        partial = not self._inputs.whole(*Granting.reads)
        write = Write(
            Item(COLLECTION, best.source_id, shared.row, fingerprint(shared.row), partial=partial),
            (*shared.notices, *best.granted.notices),
            children=best.granted.children,
            weight=_weight(shared.row),
            things=best.granted.things,
        )
        return LinkedChat(open_chat(row, shared), tuple(before), (write,))


def _unused(candidate: _Candidate, reason: Reason, detail: str | None) -> list[Step]:
    """The outcomes of a link that is left out, and of its permissions."""
    rest = ResourceGrants(carried=candidate.granted.carried)
    return [_left_out(candidate.source_id, reason, detail), *rest.unused()]


def _left_out(source_id: str, reason: Reason, detail: str | None) -> Outcome:
    return Outcome(COLLECTION, source_id, State.SKIPPED, None, reason, detail)


def _weight(row: SharedChatRow) -> int:
    messages = row.chat["history"]["messages"].values()
    return sum(len(message["content"]) + 500 for message in messages)
