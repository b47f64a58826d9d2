"""What LibreChat's own pages became: conversations, shared links and agents that texts link to."""

from __future__ import annotations

import json
from collections.abc import Mapping

from migrator_core.convert.chats.history import free_chat_id
from migrator_core.convert.chats.shared_chats import share_id
from migrator_core.convert.page_links import Page, chat_page, model_page, shared_page
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Phase
from migrator_core.runs.results import Accounts, Ids, Messages, Models

TEMPORARY = "temporary conversation"
"""What it is noted as that a conversation stays behind."""
_SHARED = "shared page"
_NEWEST = "newest shared page"
AUTHORS = "author of an agent"
"""Kinds of names: who made an agent, and whose and which a shared link is."""


def note_link(inputs: Inputs, link: SharedLink, user: str, *, public: bool) -> None:
    """Note a shared link that somebody can open; of several of a conversation the newest stays."""
    if not link.share_id:
        return
    conversation = json.dumps([user, link.conversation_id])
    newest = inputs.scratch.names(_NEWEST, [conversation]).get(conversation)
    if newest is None or json.loads(newest)[0] < (link.created_at or 0):
        known = json.dumps([link.created_at or 0, link.share_id])
        inputs.scratch.add_name(_NEWEST, conversation, known)
    values = json.dumps([user, link.conversation_id, link.id, public])
    inputs.scratch.add_name(_SHARED, link.share_id, values)


class Pages:
    """Looks up pages. A phase that uses it needs :attr:`needs`.

    Args:
        taken: the shared chats that Open WebUI has, each with the id of its chat.
    """

    needs = (Accounts, Ids, Messages, Models)

    def __init__(self, inputs: Inputs, phase: Phase, taken: Mapping[str, str]) -> None:
        self._inputs = inputs
        self._accounts = phase.earlier(Accounts)
        self._ids = phase.earlier(Ids).free
        self._index = phase.earlier(Messages).index
        self._models = phase.earlier(Models).mapper
        self._taken = taken

    def places(self, pages: Mapping[str, Page], user: str) -> dict[str, str]:
        """Where those of these addresses lead now that are open to a user; the others stay."""
        found: dict[str, str] = {}
        for address, page in pages.items():
            place = self._place(page, user)
            if place is not None:
                found[address] = place
        return found

    def _place(self, page: Page, user: str) -> str | None:
        if page.kind == "conversation":
            chat = self._chat(user, page.id)
            return None if chat is None else chat_page(chat)
        if page.kind == "share":
            return self._shared(page.id, user)
        author = self._inputs.scratch.names(AUTHORS, [page.id]).get(page.id)
        if author != user or self._accounts.of(author) is None:
            return None  # whether somebody else may use it is not known yet
        return model_page(self._models.agent_model(page.id))

    def _chat(self, user: str, conversation: str) -> str | None:
        """The id of the chat that a user's conversation becomes, if it does."""
        owner = self._accounts.of(user)
        stays_behind = self._inputs.scratch.has(TEMPORARY, user, conversation)
        if owner is None or stays_behind or not self._index.has(conversation, user):
            return None
        return free_chat_id(user, conversation, owner, self._ids)

    def _shared(self, own_id: str, user: str) -> str | None:
        noted = self._inputs.scratch.names(_SHARED, [own_id]).get(own_id)
        if noted is None:
            return None
        owner, conversation, source_id, public = json.loads(noted)
        key = json.dumps([owner, conversation])
        newest = self._inputs.scratch.names(_NEWEST, [key]).get(key)
        chat = self._chat(owner, conversation)
        is_open = public or owner == user
        if chat is None or not is_open or newest is None or json.loads(newest)[1] != own_id:
            return None
        link = SharedLink.model_construct(id=source_id, share_id=own_id)
        return shared_page(share_id(link, chat, self._taken))
