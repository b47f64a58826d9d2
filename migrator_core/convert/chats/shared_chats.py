"""LibreChat's shared links as Open WebUI's shared chats (Open WebUI 0.10 to 0.12).

A shared chat is a copy of its own. It shows what the link showed in LibreChat and nothing else: no
message that was written later, no other branch, no system prompt, no rating.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator_core.convert import ids
from migrator_core.convert.chats.chat import chat_document, chat_title
from migrator_core.convert.chats.chat_dates import chat_dates
from migrator_core.convert.chats.history import ChatContext, History, convert_history
from migrator_core.convert.chats.message_ids import NamedMessage, name_messages
from migrator_core.convert.chats.placement import chat_model
from migrator_core.convert.chats.tree import RepairedTree, order_and_repair
from migrator_core.convert.content.file_references.file_items import is_picture
from migrator_core.convert.dates import row_dates
from migrator_core.convert.people.grants import EVERYONE
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.outcome import Notice, Reason, WarningCode
from migrator_core.rows import ChatRow, Grant, SharedChatRow

_USABLE = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class SharedChat(Converted[SharedChatRow]):
    """A shared chat, and the ids of the files whose content its messages show."""

    file_ids: frozenset[str] = frozenset()


def share_id(link: SharedLink, chat_id: str, taken: Mapping[str, str]) -> str:
    """The id in the link's address: LibreChat's own where it can stay.

    ``taken`` are the ids in use, each with its chat.
    """
    own = link.share_id or ""
    if _USABLE.fullmatch(own) and taken.get(own, chat_id) == chat_id:
        return own
    return ids.share_id(link.id or "", own)


def has_ended(link: SharedLink, now: int) -> bool:
    """Whether the link had expired before ``now``, in milliseconds."""
    return link.expired_at is not None and link.expired_at <= now


def readers(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Who may open the link, of all that is granted: a shared chat can only be read.

    A public link was open to everybody, or to everybody who was signed in: an environment variable
    of LibreChat decided (``ALLOW_SHARED_LINKS_PUBLIC``), which no backup holds, so that it is the
    latter here.
    """
    return tuple(grant for grant in grants if grant.permission == "read")


def convert_link(
    link: SharedLink,
    conversation: Conversation,
    messages: Sequence[Message],
    context: ChatContext,
    *,
    own_id: str,
    grants: tuple[Grant, ...],
) -> SharedChat | Skipped:
    """The shared copy of a conversation; ``messages`` are all that the conversation has now."""
    chat_id = context.chat_id(conversation)
    visible = _visible(link, messages, chat_id)
    if not visible:
        return Skipped(Reason.NO_MESSAGES, "the link shows no message that still exists")
    named, tree = _tree(visible, chat_id)
    dates = chat_dates(conversation, named, tree, context.fallback)
    history = convert_history(conversation, named, tree, dates.messages, context)
    for message in history.messages.values():
        if message["role"] == "assistant":  # what a message tells its owner only
            message.pop("annotation", None)
            message.pop("feedbackId", None)
            message.pop("usage", None)
    title = chat_title(link.title or conversation.title)
    # The id of the chat itself stays out: before Open WebUI 0.12, whoever may open the link could
    # read the whole chat by it.
    made = row_dates(link.created_at, link.updated_at, link.id, context.fallback)
    models = [chat_model(conversation, context.models)]
    chat = chat_document(own_id, title, models, history, tree.current, made.created)
    row = SharedChatRow(
        id=own_id,
        chat_id=chat_id,
        user_id=context.owner_id,
        title=title,
        chat=chat,
        created_at=made.created,
        updated_at=made.updated,
        grants=grants,
    )
    return SharedChat(
        row=row, notices=_notices(link, own_id, grants), file_ids=_pictures(history, context)
    )


def _notices(link: SharedLink, own_id: str, grants: Sequence[Grant]) -> tuple[Notice, ...]:
    found = []
    if own_id != link.share_id:
        moved = f"shared link {link.share_id} is now /s/{own_id}, for {_whom(grants)}"
        found.append(notice(WarningCode.SHARED_LINK_MOVED, moved))
    if _is_open(grants):
        detail = f"shared link {own_id}: everybody who has an account and is signed in"
        found.append(notice(WarningCode.ACCESS_NARROWED, detail))
    return tuple(found)


def _pictures(history: History, context: ChatContext) -> frozenset[str]:
    """The files that readers saw: pictures, and what stood in the messages themselves.

    Of a document, LibreChat's links showed the name; its download was for its owner alone
    (``/api/files/download/:userId/:file_id``), while everybody is given pictures (``/images``).
    """
    links = [*context.files.values(), *context.paths.values()]
    seen = {link.target_id for link in links if is_picture(link.content_type)}
    return frozenset(history.file_ids.keys() & (seen | history.embedded.keys()))


def open_chat(row: ChatRow, shared: SharedChat) -> ChatRow:
    """The chat with its link.

    Whoever may open the link may read the files that ``chat_file`` ties to the chat, so those that
    the link does not show lose that tie; their owner needs none.
    """
    ties = tuple(tie for tie in row.file_ids if tie[1] in shared.file_ids)
    return replace(row, share_id=shared.row.id, file_ids=ties)


def _visible(link: SharedLink, messages: Sequence[Message], chat_id: str) -> list[Message]:
    """What the link shows: the messages it lists, and of these the branch that it is about."""
    listed_ids = set(link.messages)
    listed = [message for message in messages if message.document_id in listed_ids]
    end: object = link.target_message_id
    if end is None or end == "" or not listed:
        return listed
    named, tree = _tree(listed, chat_id)
    by_id = {entry.node.id: entry.message for entry in named}
    step = next((key for key, message in by_id.items() if message.message_id == end), None)
    branch: set[str] = set()
    while step is not None:
        branch.add(step)
        step = tree.parents[step]
    return [entry.message for entry in named if entry.node.id in branch]


def _tree(
    messages: Sequence[Message], chat_id: str
) -> tuple[tuple[NamedMessage, ...], RepairedTree]:
    named = name_messages(messages, chat_id, "").kept
    return named, order_and_repair([entry.node for entry in named])


def _is_open(grants: Sequence[Grant]) -> bool:
    return any(grant.principal_id == EVERYONE for grant in grants)


def _whom(grants: Sequence[Grant]) -> str:
    if _is_open(grants):
        return "everybody who is signed in"
    return f"{len(grants)} accounts and groups"
