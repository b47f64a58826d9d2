"""Conversations with all their messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from migrator_core.convert.chats.chat import (
    is_temporary,
)
from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.librechat import Document, Unowned
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.values import normalise_id
from migrator_core.openwebui import Encoder, OpenWebUI
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.runs.converting.ahead import Ahead
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.chats import Chats, Own
from migrator_core.runs.phases.conversation_steps import (
    MESSAGES,
    as_it_was,
    left_out,
)
from migrator_core.runs.phases.pages import AUTHORS, Pages
from migrator_core.runs.phases.permissions import Granting
from migrator_core.runs.phases.shared_links import Linking
from migrator_core.runs.phases.unchanged import Unchanges
from migrator_core.runs.results import (
    Accounts,
    Conversations,
    Files,
    Folders,
    Ids,
    Messages,
    Models,
)
from migrator_core.runs.steps import (
    Found,
    Pending,
    Step,
    skipped,
    unreadable,
)
from migrator_core.selection import Part

_MAX_NAME = 200
_NOBODYS = {Unowned.FOREIGN: Reason.OTHER_TENANT, Unowned.OWNER_UNKNOWN: Reason.OWNER_UNKNOWN}


class ConversationsPhase(Phase):
    """``conversations`` and ``messages``. One conversation at a time is in memory."""

    name = "conversations"
    label = "Conversations and messages"
    collections = frozenset({"conversations", MESSAGES})
    part = Part.CONVERSATIONS
    needs = (Files, Folders, Ids, Messages, Models, *Linking.needs)
    leaves = Conversations

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)
        self._folders = self.earlier(Folders)
        self._ids = self.earlier(Ids).free
        self._files = self.earlier(Files)
        self._messages = self.earlier(Messages)
        self._index = self._messages.index
        self._linking = Linking(inputs, self, {})
        self._unchanged = Unchanges(inputs, self)
        self._chats = self._converting({})
        self._ahead: Ahead | None = None
        self._encoder: Encoder | None = None

    async def ask(self, target: OpenWebUI) -> None:
        """The addresses of shared chats that are taken, and what is known to be unchanged."""
        await self._unchanged.ask(target)
        if self._inputs.pool is not None and not self._inputs.trusts_nobody:
            self._encoder = await Encoder.of(target)
        taken = await target.inventory.shared_chats()
        self._linking = Linking(self._inputs, self, taken)
        self._chats = self._converting(taken)

    def _converting(self, taken: Mapping[str, str]) -> Chats:
        pages = Pages(self._inputs, self, taken)
        return Chats(self._inputs, self, self._linking, self._unchanged, pages)

    def total(self) -> int | None:
        """All messages and conversations."""
        return self._index.total + self._messages.conversations

    def steps(self) -> Iterator[Step]:
        """A step a conversation, with its messages; at the end the messages nobody asked for."""
        self._name_agents()
        if self._inputs.has(MESSAGES):
            yield Found(MESSAGES, self._index.total)
        for document in self._index.unreadable():
            yield unreadable(document)
        steps = self._inputs.each("conversations", Conversation, self._convert)
        self._ahead = self._hand_over()
        yield from steps if self._ahead is None else self._ahead.in_order(steps)
        for one in self._index.untaken():
            reason = _NOBODYS[one.fate] if one.fate is not None else self._why_untaken(one.user)
            yield Outcome(MESSAGES, one.source_id, State.SKIPPED, None, reason)

    def _hand_over(self) -> Ahead | None:
        """Let other processes convert, where there are any."""
        pool = self._inputs.pool
        setup = self._chats.setup(self._encoder) if pool is not None else None
        return None if pool is None or setup is None else Ahead.begin(pool, setup)

    def result(self) -> Conversations:
        """Which conversations there are."""
        return Conversations(self._inputs.scratch)

    def _why_untaken(self, user: str | None) -> Reason:
        if not self.is_selected or self._accounts.leaves_out(user):
            return Reason.NOT_SELECTED
        known = user is None or self._accounts.of(user) is not None
        return Reason.CONVERSATION_MISSING if known else Reason.OWNER_NOT_MIGRATED

    def _convert(self, document: Document, conversation: Conversation) -> Iterator[Step]:
        source_id, user = conversation.conversation_id, conversation.user
        owner = self._accounts.of(user)
        if not self.is_selected or self._accounts.leaves_out(user):
            yield from self._leave_out(document, conversation, Reason.NOT_SELECTED)
        elif owner is None or user is None:
            yield from self._leave_out(document, conversation, Reason.OWNER_NOT_MIGRATED)
        elif not self._inputs.scratch.first_time("conversation", user, source_id):
            # Its messages belong to the first row with this id.
            yield skipped(document, Reason.DUPLICATE, source_id=source_id)
        elif is_temporary(conversation) and not self._inputs.settings.include_temporary:
            yield from self._leave_out(document, conversation, Reason.TEMPORARY)
        else:
            yield from self._chat(document, conversation, user, owner)

    def _chat(
        self, document: Document, conversation: Conversation, user: str, owner: str
    ) -> Iterator[Step]:
        stored = self._index.take_stored(conversation.conversation_id, user)
        folder = self._folders.of(conversation.chat_project_id, owner)
        complete = self._inputs.whole("sharedlinks", *Granting.reads)
        source = self._unchanged.source(
            document, stored, user=user, owner=owner, folder=folder, complete=complete
        )
        if self._linking.has_links(user, conversation.conversation_id):
            source = ""  # what is shared depends on too much
        own = Own(document, conversation, stored, user, owner, folder, source, complete)
        proven = self._unchanged.proven(source)
        if proven is not None and self._inputs.selection.since is None:
            self._chats.count(own)
            yield as_it_was(conversation, proven, [message.source_id for message in stored])
            return
        if self._ahead is None or self._linking.has_links(user, conversation.conversation_id):
            yield from self._chats.here(own)
        else:
            yield Pending(self._chats.job(own), partial(self._chats.finish, own))

    def _name_agents(self) -> None:
        """Learn what people call the agents, whose ids are all that messages have."""
        if not self._inputs.has("agents"):
            return
        for document in self._inputs.backup.documents("agents"):
            if self._inputs.foreign(document):
                continue
            agent_id, name = (
                (document.data.get("id"), document.data.get("name"))
                if document.data is not None
                else (None, None)
            )
            author = normalise_id(document.data.get("author")) if document.data else None
            if isinstance(agent_id, str) and author is not None:
                self._inputs.scratch.add_name(AUTHORS, clean_text(agent_id), author)
            if isinstance(agent_id, str) and isinstance(name, str):
                self._inputs.scratch.add_name(
                    "agents", clean_text(agent_id), single_line(name, limit=_MAX_NAME)
                )

    def _leave_out(
        self, document: Document, conversation: Conversation, reason: Reason
    ) -> Iterator[Step]:
        """Skip a conversation, and its messages for the same reason."""
        taken: Iterable[str] = ()
        if conversation.user is not None:
            taken = self._index.take_ids(conversation.conversation_id, conversation.user)
        yield from left_out(document, conversation, taken, reason)
