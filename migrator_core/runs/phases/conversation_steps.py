"""The steps that become of one conversation, its messages and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import BinaryIO

from migrator_core.convert.chats.chat import ConvertedChat
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.openwebui import Written
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.rows import FileRow
from migrator_core.runs.phases.stray_files import Stray
from migrator_core.runs.steps import Enclosure, Step, Unchanged, Write, skipped

MESSAGES = "messages"


def left_out(
    document: Document,
    conversation: Conversation,
    message_ids: Iterable[str],
    reason: Reason,
    detail: str | None = None,
) -> Iterator[Step]:
    """Skip a conversation, and its messages for the same reason."""
    yield skipped(document, reason, detail, source_id=conversation.conversation_id)
    for source_id in message_ids:
        yield Outcome(MESSAGES, source_id, State.SKIPPED, None, reason)


def enclosures(
    conversation: Conversation, converted: ConvertedChat, strays: Mapping[str, Stray]
) -> Iterator[Step]:
    """The files to store before the chat that shows them."""
    where = f"conversation {conversation.conversation_id}"
    for file in converted.embedded:
        opened = partial(BytesIO, file.content)
        yield _enclosure(file.row, opened, len(file.content), where)
    shown = {file_id for _, file_id in converted.row.file_ids}
    for target_id in sorted(shown & strays.keys()):
        stray = strays[target_id]
        yield _enclosure(stray.row, stray.blob.open, 1000, where)


def _enclosure(
    row: FileRow, open_blob: Callable[[], BinaryIO], weight: int, where: str
) -> Enclosure:
    item = Item(MESSAGES, f"{where}: {row.filename}", row, fingerprint(row), row.meta["size"])
    return Enclosure(item, open_blob, f"{where}: {row.filename}", weight)


def as_it_was(conversation: Conversation, chat_id: str, message_ids: Sequence[str]) -> Step:
    """A conversation that is there as the backup has it."""
    outcome = Outcome("conversations", conversation.conversation_id, State.EXISTING, chat_id)
    return Unchanged(outcome, ((MESSAGES, message_ids),))


def written(
    item: Item, converted: ConvertedChat, then: Callable[[Written], None]
) -> Iterator[Step]:
    """A chat to write, with the outcomes of its messages."""
    yield from converted.message_outcomes
    yield Write(
        item,
        converted.notices,
        children=((MESSAGES, converted.message_ids),),
        weight=converted.weight,
        then=then,
        things={MESSAGES: [f"message/{target_id}" for target_id in converted.target_ids]},
    )
