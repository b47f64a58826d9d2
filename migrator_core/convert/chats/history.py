"""All messages of a conversation as the ``history`` of an Open WebUI chat (Open WebUI 0.12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from migrator_core.chat_document import NO_QUESTION, ChatMessage, FileItem
from migrator_core.convert.chats.feedback import Rated, lost_feedback, rate
from migrator_core.convert.chats.message import (
    FAILED_NOTE,
    ConvertedMessage,
    convert_message,
    skeleton,
)
from migrator_core.convert.chats.message_ids import NamedMessage
from migrator_core.convert.chats.placement import Place, lay_out
from migrator_core.convert.chats.said import Said
from migrator_core.convert.chats.tree import Flaw, RepairedTree
from migrator_core.convert.chats.usage import usage_by_message
from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.content.context import ChatScope
from migrator_core.convert.content.file_references.file_items import is_document
from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.free_ids import FreeIds
from migrator_core.convert.ids import chat_id
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import EmbeddedFile, FeedbackRow

_FLAWS: Mapping[Flaw, str] = MappingProxyType(
    {
        "orphan": "whose parent does not exist",
        "self": "that name themselves as parent",
        "cycle": "at the start of a circle of parents",
    }
)


@dataclass(frozen=True, slots=True)
class ChatContext:
    """What a conversation's conversion has to know of the rest of the run.

    ``owner_id`` is the account in Open WebUI; ``files`` are that owner's migrated files by
    LibreChat's ``file_id`` and ``paths`` the files that texts name, by path; ``fallback`` is the
    run's start in seconds; ``folder_id`` is the folder that the chat goes to; ``ids`` are those
    that are free; ``pages`` are where addresses of LibreChat's own pages lead now.
    """

    owner_id: str
    files: Mapping[str, FileLink]
    models: ModelMapper
    fallback: int
    paths: Mapping[str, FileLink] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    folder_id: str | None = None
    ids: FreeIds = field(default_factory=FreeIds)
    pages: Mapping[str, str] = field(default_factory=dict)

    def chat_id(self, conversation: Conversation) -> str:
        """The id of a conversation's chat."""
        user, own = conversation.user or "", conversation.conversation_id
        return free_chat_id(user, own, self.owner_id, self.ids)


def free_chat_id(user: str, conversation_id: str, owner_id: str, ids: FreeIds) -> str:
    """The id of the chat of a user's conversation; it belongs to the account ``owner_id``."""
    derived = chat_id(user, conversation_id)
    return ids.of("chat", derived, owner_id, clean_text(conversation_id))


@dataclass(slots=True)
class History:
    """The messages in the order of reading, and what they add up to.

    ``documents`` are the chat-level files by id, ``file_ids`` say which message shows a file
    first, ``embedded`` are files to store before the chat, by id; ``failed`` says what went wrong
    by the message's place in the source; ``feedback`` are the ratings' rows, ``unsure`` the
    messages that lack something another backup may have.
    """

    messages: dict[str, ChatMessage] = field(default_factory=dict)
    documents: dict[str, FileItem] = field(default_factory=dict)
    file_ids: dict[str, str] = field(default_factory=dict)
    embedded: dict[str, EmbeddedFile] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    feedback: tuple[FeedbackRow, ...] = ()
    unsure: list[str] = field(default_factory=list)


def convert_history(
    conversation: Conversation,
    named: Sequence[NamedMessage],
    tree: RepairedTree,
    dates: Mapping[str, int],
    context: ChatContext,
) -> History:
    """Convert every message; one that cannot be is replaced by a note in its place."""
    by_id = {entry.node.id: entry for entry in named}
    layout = lay_out(conversation, by_id, tree, context.models, context.agents)
    scope = _scope(conversation, context)
    history = History()
    for node_id in tree.order:
        parent = tree.parents[node_id]
        if node_id in layout.questions:
            parent = layout.questions[node_id]
            place = layout.place(parent, None, (node_id,), dates[node_id])
            # An answer as a root has neither rating nor regeneration in Open WebUI, and rating it
            # throws.
            history.messages[parent] = skeleton("user", place, content=NO_QUESTION)
        for column in layout.columns[node_id]:
            below = tree.children[node_id] if column.id == node_id else ()
            place = layout.place(column.id, parent, below, dates[node_id])
            _add(history, by_id[node_id].index, column.said, place, scope)
    _add_usage(history, by_id, tree)
    _add_feedback(history, by_id, conversation, context)
    _tell_repairs(history, tree, len(layout.questions), conversation.conversation_id)
    return history


def _scope(conversation: Conversation, context: ChatContext) -> ChatScope:
    user = conversation.user or ""
    return ChatScope(
        user=user,
        owner_id=context.owner_id,
        conversation_id=conversation.conversation_id,
        files=context.files,
        paths=context.paths,
        agents=context.agents,
        ids=context.ids,
        pages=context.pages,
    )


def _add(history: History, index: int, said: Said, place: Place, scope: ChatScope) -> None:
    where = f"conversation {scope.conversation_id}, message {place.id}"
    try:
        converted = convert_message(said, place, scope, where)
    # One hostile message must not take the whole chat with it.
    except Exception as error:  # noqa: BLE001
        history.failed[index] = f"{type(error).__name__}: {error}"
        converted = ConvertedMessage(skeleton(said.role, place, content=FAILED_NOTE))
    if converted.notices:
        history.notices.extend(converted.notices)
    codes = [each.code for each in converted.notices]
    if WarningCode.FILE_REFERENCE_LOST in codes or index in history.failed:
        history.unsure.append(place.id)
    history.messages[place.id] = converted.message
    for file_id in converted.file_ids:
        history.file_ids.setdefault(file_id, place.id)
    for file in converted.embedded:
        history.embedded.setdefault(file.row.id, file)
    for item in converted.message.get("files", []):
        if converted.message["role"] == "user" and is_document(item):
            history.documents.setdefault(item["id"], item)


def _add_usage(history: History, by_id: Mapping[str, NamedMessage], tree: RepairedTree) -> None:
    messages = {node_id: entry.message for node_id, entry in by_id.items()}
    for node_id, usage in usage_by_message(tree, messages).items():
        message = history.messages[node_id]
        if message["role"] == "assistant":
            message["usage"] = usage


def _add_feedback(
    history: History,
    by_id: Mapping[str, NamedMessage],
    conversation: Conversation,
    context: ChatContext,
) -> None:
    rated = []
    for node_id, entry in by_id.items():
        if entry.message.feedback and history.messages[node_id]["role"] == "assistant":
            rated.append(Rated(node_id, entry.message))
            where = f"conversation {conversation.conversation_id}, message {node_id}"
            lost = lost_feedback(entry.message, where)
            history.notices += [lost] if lost else []
    history.feedback = rate(
        conversation,
        context.owner_id,
        context.chat_id(conversation),
        rated,
        history.messages,
        context.fallback,
    )


def _tell_repairs(
    history: History, tree: RepairedTree, questions: int, conversation_id: str
) -> None:
    counts = Counter(tree.flaws.values())
    found = [f"{count} {_FLAWS[flaw]}" for flaw, count in sorted(counts.items())]
    if questions:
        found.append(f"{questions} that begin with an answer, which got a question before it")
    if found:
        some = ", ".join([*tree.flaws][:5])
        detail = f"conversation {conversation_id}: messages: {'; '.join(found)}"
        history.notices.append(
            Notice(WarningCode.TREE_REPAIRED, f"{detail} ({some})" if some else detail)
        )
