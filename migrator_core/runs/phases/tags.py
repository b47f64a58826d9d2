"""Bookmarks: the list of tags that each person keeps."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.chats.tags import tag_row
from migrator_core.convert.fingerprint import fingerprint
from migrator_core.librechat import Document
from migrator_core.librechat.documents.conversation_tag import ConversationTag
from migrator_core.openwebui import Written
from migrator_core.outcome import Reason
from migrator_core.rows import Item
from migrator_core.runs.context import Context, skipped
from migrator_core.runs.driver import Parcel, Step


class TagsPhase:
    """``conversationtags``. Tags that only conversations name come with their chats."""

    name = "tags"

    def __init__(self, context: Context) -> None:
        self._context = context

    def total(self) -> int | None:
        """Not known before the collection has been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """One step a bookmark."""
        return self._context.each("conversationtags", ConversationTag, self._convert)

    def written(self, written: Written) -> None:
        """Nothing later depends on these rows."""

    def _convert(self, document: Document, tag: ConversationTag) -> Iterator[Step]:
        owner = self._context.accounts.get(tag.user or "")
        if owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED)
            return
        row = tag_row(tag.tag or "", owner)
        if row is None:
            yield skipped(document, Reason.NO_TEXT)
            return
        yield Parcel(Item(document.collection, document.source_id, row, fingerprint(row)))
