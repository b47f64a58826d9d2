"""Memories: what LibreChat remembers about each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from migrator_core.convert.library.memories import convert_memory
from migrator_core.convert.result import Skipped, notice
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.memory_entry import MemoryEntry
from migrator_core.openwebui import Written
from migrator_core.outcome import Notice, Reason, WarningCode
from migrator_core.rows import MemoryRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, Models
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part

IN_A_PROMPT = 2000
"""So many characters of somebody's memories are in a prompt, unless an administrator changed it
(Open WebUI 0.10 to 0.12, ``MEMORIES_USER_CHAR_LIMIT``)."""


class MemoriesPhase(Phase):
    """``memoryentries``."""

    name = "memories"
    label = "Memories"
    collections = frozenset({"memoryentries"})
    part = Part.MEMORIES
    needs = (Accounts, Models)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._agents: dict[str, tuple[str | None, str]] = {}
        self._lengths: Counter[str] = Counter()

    def read_ahead(self, advance: Callable[[int], None]) -> None:  # noqa: ARG002 - see Phase
        """The names of the agents, and whose they are: some memories belong to one of them."""
        if self._inputs.has("memoryentries"):
            for agent in self._inputs.readable("agents", Agent):
                self._agents.setdefault(agent.id, (agent.author, agent.name or ""))

    def steps(self) -> Iterator[Step]:
        """One step a memory."""
        return self._inputs.each("memoryentries", MemoryEntry, self._convert)

    def advice(self) -> Iterable[Notice]:
        """Whose memories are longer than what Open WebUI puts into a prompt."""
        people = sum(length > IN_A_PROMPT for length in self._lengths.values())
        if people:
            text = f"people with more than {IN_A_PROMPT:,} characters of memories: {people:,}"
            yield notice(WarningCode.MEMORIES_LONG, text)

    def _convert(self, document: Document, memory: MemoryEntry) -> Iterator[Step]:
        accounts = self.earlier(Accounts)
        owner = accounts.of(memory.user)
        if not self.is_selected or accounts.leaves_out(memory.user):
            yield skipped(document, Reason.NOT_SELECTED)
        elif owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED)
        elif not self._inputs.scratch.first_time("memory", memory.id):
            yield skipped(document, Reason.DUPLICATE)
        else:
            row = convert_memory(
                memory,
                owner_id=owner,
                agent=self._called(memory),
                fallback=self._inputs.started,
            )
            if isinstance(row, Skipped):
                yield skipped(document, row.reason)
                return
            item = Item(document.collection, memory.id, row, fingerprint(row))
            yield Write(item, weight=1000 + 2 * len(row.content), then=self._remember)

    def _called(self, memory: MemoryEntry) -> str:
        """What an agent is called: by its name only to its author, who may be alone to see it."""
        if not memory.agent_id:
            return ""
        author, name = self._agents.get(memory.agent_id, (None, ""))
        known = name if author is not None and author == memory.user else ""
        return known or self.earlier(Models).mapper.agent_model(memory.agent_id)

    def _remember(self, written: Written) -> None:
        row = written.item.row
        if written.is_there and isinstance(row, MemoryRow):
            self._lengths[row.user_id] += len(row.content) + len(row.path or "") + len("- : \n")
