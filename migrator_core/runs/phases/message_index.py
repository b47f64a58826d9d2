"""One pass over the messages: where each of them lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from migrator_core.convert.people.tenants import is_foreign
from migrator_core.librechat import MessageIndex
from migrator_core.librechat.values import normalise_id
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.pages import TEMPORARY
from migrator_core.runs.results import Messages


class IndexPhase(Phase):
    """``messages`` come in any order; with the index, a conversation fetches its own."""

    name = "index of messages"
    label = "Index of messages"
    leaves = Messages

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._index: MessageIndex | None = None
        self._conversations = 0

    def read_ahead(self, advance: Callable[[int], None]) -> None:
        """Build the index; and count the conversations, so that the longest phase has a total."""

        def read(count: int) -> None:
            advance(count)
            self._inputs.pause()

        chosen = self._inputs.settings.tenant
        is_others = partial(is_foreign, chosen=chosen) if chosen else None
        self._index = self._inputs.backup.message_index(read, is_others)
        self._index.add_owners(self._owners())
        self._index.settle()

    def _owners(self) -> Iterator[tuple[object, object]]:
        """Whose conversations there are, counted on the way."""
        if self._inputs.has("conversations"):
            for document in self._inputs.backup.documents("conversations"):
                self._inputs.pause()
                self._conversations += 1
                data = document.data or {}
                self._note_temporary(data)
                yield data.get("conversationId"), data.get("user")

    def _note_temporary(self, data: Mapping[str, Any]) -> None:
        """Note what stays behind, for those who link to it."""
        told = data.get("isTemporary")
        temporary = told if isinstance(told, bool) else data.get("expiredAt") is not None
        user, conversation = normalise_id(data.get("user")), data.get("conversationId")
        if not temporary or self._inputs.settings.include_temporary:
            return
        if user is not None and isinstance(conversation, str):
            self._inputs.scratch.first_time(TEMPORARY, user, conversation)

    def result(self) -> Messages | None:
        """The index."""
        return None if self._index is None else Messages(self._index, self._conversations)
