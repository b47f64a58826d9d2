"""Assistants of OpenAI and Azure as workspace models of the people who made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from migrator_core.convert.library.agents import label_of
from migrator_core.convert.library.assistants import Uses, agent_of, convert_assistant
from migrator_core.convert.library.connections import Surroundings, connection_notices
from migrator_core.convert.people.avatars import data_uri
from migrator_core.convert.result import Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.assistant import Assistant, AssistantUse
from migrator_core.openwebui import OpenWebUI, Written
from migrator_core.outcome import Reason
from migrator_core.rows import ModelRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.knowing import Knowing
from migrator_core.runs.phases.surroundings import surroundings
from migrator_core.runs.results import Accounts, Models
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part


class AssistantsPhase(Phase):
    """``assistants``, which come with the agents."""

    name = "assistants"
    label = "Assistants as models"
    collections = frozenset({"assistants"})
    part = Part.AGENTS
    needs = (Accounts, Models, *Knowing.needs)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._knowing = Knowing(inputs, self, "assistants", ("users",))
        self._uses = Uses()
        self._used = inputs.scratch.used_models()
        self._around = Surroundings()

    def read_ahead(self, advance: Callable[[int], None]) -> None:  # noqa: ARG002 - see Phase
        """By which models the assistants answered: only their conversations say so."""
        found = False
        models = self.earlier(Models).mapper
        for assistant in self._inputs.readable("assistants", Assistant):
            found = True
            owner = self.earlier(Accounts).of(assistant.user)
            if owner is not None:
                agent = agent_of(assistant, self._uses)
                model_id = models.assistant_model(agent.author, agent.id)
                self._knowing.expect(agent, owner, model_id)
        if found:
            for use in self._inputs.readable("conversations", AssistantUse):
                self._uses.count(use)
            self._around = surroundings(self._inputs, {})

    async def ask(self, target: OpenWebUI) -> None:
        """What earlier runs made."""
        await self._knowing.ask(target)

    def steps(self) -> Iterator[Step]:
        """One step an assistant."""
        return self._inputs.each("assistants", Assistant, self._convert)

    def _convert(self, document: Document, assistant: Assistant) -> Iterator[Step]:
        accounts, name = self.earlier(Accounts), assistant.id
        owner = accounts.of(assistant.user)
        recent = self._inputs.selection.is_recent((assistant.created_at, assistant.updated_at))
        if not self._inputs.scratch.first_time("assistant", assistant.user or "", name):
            yield skipped(document, Reason.DUPLICATE, source_id=name)
        elif not self.is_selected or not recent or accounts.leaves_out(assistant.user):
            yield skipped(document, Reason.NOT_SELECTED, source_id=name)
        elif owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=name)
        elif self._inputs.connected.open_to_all:
            yield skipped(document, Reason.NOT_PRIVATE, source_id=name)
        else:
            yield from self._write(document, assistant, owner)

    def _write(self, document: Document, assistant: Assistant, owner: str) -> Iterator[Step]:
        agent = agent_of(assistant, self._uses)
        mapper = self.earlier(Models).mapper
        picture = agent.avatar_path
        content = self._inputs.picture(picture, agent.author) if picture else None
        converted = convert_assistant(
            agent,
            model_id=mapper.assistant_model(agent.author, agent.id),
            owner_id=owner,
            models=mapper,
            avatar=data_uri(content) if content else None,
            fallback=self._inputs.started,
        )
        if isinstance(converted, Skipped):
            yield skipped(document, converted.reason, converted.detail, source_id=agent.id)
            return
        row, knowing = yield from self._knowing.attach(agent, converted.row)
        connections = connection_notices(agent, label_of(agent), self._around)
        yield Write(
            Item("assistants", agent.id, row, fingerprint(row)),
            (*converted.notices, *connections, *knowing),
            weight=1000 + len(str(row.meta)),
            then=self._remember,
        )

    def _remember(self, written: Written) -> None:
        self._inputs.arrived(written)
        row = written.item.row
        if written.is_there and isinstance(row, ModelRow):
            self._used.note_model(row)
