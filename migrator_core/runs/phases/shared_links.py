"""Shared links: noted before the chats, carried over with the chat that each one shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator_core.convert.chats.chat import ChatContext
from migrator_core.convert.chats.shared_chats import (
    convert_link,
    has_ended,
    open_chat,
    readers,
    share_id,
)
from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.people.grants import Resource
from migrator_core.convert.result import Skipped
from migrator_core.librechat import Document
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.librechat.values import Millis
from migrator_core.openwebui import Written
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.rows import ChatRow, Item, SharedChatRow
from migrator_core.runs.context import Context, skipped
from migrator_core.runs.driver import Parcel, Step
from migrator_core.runs.phases.permissions import Shares, shares_of

COLLECTION = "sharedlinks"
_NOTE = "link"
_DATES = ("createdAt", "updatedAt", "expiredAt")


class LinksPhase:
    """``sharedlinks``: noted for later; only links of no use here get their outcome now."""

    name = "shared links"

    def __init__(self, context: Context) -> None:
        self._context = context

    def total(self) -> int | None:
        """Not known before the collection has been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """Note every link under its conversation."""
        return self._context.each(COLLECTION, SharedLink, self._note)

    def written(self, written: Written) -> None:
        """Nothing is written here."""

    def _note(self, document: Document, link: SharedLink) -> Iterator[Step]:
        user = link.user or ""
        if user not in self._context.accounts:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED)
        elif has_ended(link, self._context.started * 1000):
            yield skipped(document, Reason.EXPIRED)
        elif not link.conversation_id:
            yield skipped(document, Reason.CONVERSATION_MISSING)
        else:
            note = {"source_id": document.source_id, "link": link.model_dump(by_alias=True)}
            self._context.scratch.add_note(_NOTE, _key(user, link.conversation_id), note)


class UnusedLinksPhase:
    """The links of conversations that did not become chats."""

    name = "unused shared links"

    def __init__(self, context: Context) -> None:
        self._context = context

    def total(self) -> int | None:
        """Not known beforehand."""
        return None

    def steps(self) -> Iterator[Step]:
        """One skipped outcome a link."""
        for note in self._context.scratch.remaining_notes(_NOTE):
            link = _link(note)
            known = _key(link.user or "", link.conversation_id or "")
            missing = self._context.scratch.first_time("conversation", known)
            reason = Reason.CONVERSATION_MISSING if missing else Reason.RESOURCE_NOT_MIGRATED
            yield _left_out(note["source_id"], reason, f"conversation {link.conversation_id}")

    def written(self, written: Written) -> None:
        """Nothing is ever written here."""


@dataclass(frozen=True, slots=True)
class SharedStep:
    """A chat as it is with its link, the step that follows it, and the other links' outcomes."""

    row: ChatRow
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    source_id: str
    link: SharedLink
    shares: Shares


class Sharer:
    """Gives chats their links.

    Args:
        taken: the shared chats that Open WebUI has, each with the id of its chat.
    """

    def __init__(self, context: Context, taken: Mapping[str, str]) -> None:
        self._context = context
        self._taken = taken

    def share(
        self,
        conversation: Conversation,
        messages: Sequence[Message],
        scope: ChatContext,
        row: ChatRow,
    ) -> SharedStep:
        """The link of one chat; the links noted for its conversation are used up."""
        user = conversation.user or ""
        key = _key(user, conversation.conversation_id)
        notes = self._context.scratch.take_notes(_NOTE, key)
        self._context.claim(COLLECTION, [note["source_id"] for note in notes])
        before: list[Step] = []
        best: _Candidate | None = None
        for candidate in self._newest_first(notes, row.user_id):
            before += candidate.shares.steps
            if not readers(candidate.shares.grants):
                before += _unused(candidate, Reason.LINK_OFF, None)
            elif best is not None:
                kept = f"the link {best.link.share_id} was kept"
                before += _unused(candidate, Reason.ONE_LINK_PER_CHAT, kept)
            else:
                best = candidate
        if best is None:
            return SharedStep(row, tuple(before))
        return self._open(best, conversation, messages, scope, row, before)

    def _newest_first(self, notes: Sequence[dict[str, object]], owner: str) -> list[_Candidate]:
        candidates = []
        for note in notes:
            link = _link(note)
            label = f"shared link {link.share_id}"
            public = link.is_public and not self._context.permissions_incomplete
            resource = Resource("sharedLink", link.id, owner, label, shared=public)
            candidates.append(
                _Candidate(str(note["source_id"]), link, shares_of(self._context, resource))
            )
        return sorted(candidates, key=lambda each: each.link.created_at or 0, reverse=True)

    def _open(
        self,
        best: _Candidate,
        conversation: Conversation,
        messages: Sequence[Message],
        scope: ChatContext,
        row: ChatRow,
        before: list[Step],
    ) -> SharedStep:
        own_id = share_id(best.link, row.id, self._taken)
        if not self._context.scratch.first_time("share id", own_id):
            own_id = share_id(best.link, row.id, {own_id: ""})
        shared = convert_link(
            best.link,
            conversation,
            messages,
            scope,
            own_id=own_id,
            grants=readers(best.shares.grants),
        )
        if isinstance(shared, Skipped):
            before += _unused(best, shared.reason, shared.detail)
            return SharedStep(row, tuple(before))
        parcel = Parcel(
            Item(COLLECTION, best.source_id, shared.row, fingerprint(shared.row)),
            (*shared.notices, *best.shares.notices),
            children=best.shares.children,
            weight=_weight(shared.row),
        )
        return SharedStep(open_chat(row, shared), tuple(before), (parcel,))


def _unused(candidate: _Candidate, reason: Reason, detail: str | None) -> list[Step]:
    """The outcomes of a link that is left out, and of its permissions."""
    rest = Shares(carried=candidate.shares.carried)
    return [_left_out(candidate.source_id, reason, detail), *rest.unused()]


def _left_out(source_id: str, reason: Reason, detail: str | None) -> Outcome:
    return Outcome(COLLECTION, source_id, State.SKIPPED, None, reason, detail)


def _link(note: Mapping[str, object]) -> SharedLink:
    """A noted link; its dates were milliseconds, whatever their size."""
    data = note["link"]
    fields = dict(data) if isinstance(data, dict) else {}
    fields |= {name: Millis(fields[name]) for name in _DATES if fields.get(name) is not None}
    return parse(SharedLink, fields)


def _key(user: str, conversation_id: str) -> str:
    # Half a surrogate pair cannot be a key of the notes; its escape can.
    return f"{user}/{conversation_id}".encode("utf-8", "backslashreplace").decode("utf-8")


def _weight(row: SharedChatRow) -> int:
    messages = row.chat["history"]["messages"].values()
    return sum(len(message["content"]) + 500 for message in messages)
