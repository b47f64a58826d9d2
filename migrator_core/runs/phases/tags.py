"""Bookmarks: the list of tags that each person keeps."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.chats.tags import tag_row
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.conversation_tag import ConversationTag
from migrator_core.outcome import Reason
from migrator_core.runs.phase import Phase
from migrator_core.runs.results import Accounts
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part


class TagsPhase(Phase):
    """``conversationtags``. Tags that only conversations name come with their chats."""

    name = "tags"
    label = "Bookmarks as tags"
    collections = frozenset({"conversationtags"})
    part = Part.TAGS
    needs = (Accounts,)

    def steps(self) -> Iterator[Step]:
        """One step a bookmark."""
        return self._inputs.each("conversationtags", ConversationTag, self._convert)

    def _convert(self, document: Document, tag: ConversationTag) -> Iterator[Step]:
        accounts = self.earlier(Accounts)
        owner = accounts.of(tag.user)
        if not self.is_selected or accounts.leaves_out(tag.user):
            yield skipped(document, Reason.NOT_SELECTED)
            return
        if owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED)
            return
        row = tag_row(tag.tag or "", owner)
        if row is None:
            yield skipped(document, Reason.NO_TEXT)
            return
        yield Write(Item(document.collection, document.source_id, row, fingerprint(row)))
