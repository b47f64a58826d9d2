"""Agents as workspace models, with what they know and what they were before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from migrator_core.convert.library.agent_versions import earlier_versions, versions_left
from migrator_core.convert.library.agents import convert_agent, label_of
from migrator_core.convert.library.connections import Surroundings, connection_notices
from migrator_core.convert.people.avatars import data_uri
from migrator_core.convert.people.grants import Resource, agent_is_shared, is_for_everybody
from migrator_core.convert.result import Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.agent import Agent
from migrator_core.openwebui import OpenWebUI, Written
from migrator_core.outcome import Notice, Reason
from migrator_core.rows import ModelRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.knowing import Knowing
from migrator_core.runs.phases.permissions import Granting
from migrator_core.runs.phases.surroundings import name_of, surroundings
from migrator_core.runs.results import Accounts, Models, Permissions
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part


class AgentsPhase(Phase):
    """``agents``."""

    name = "agents"
    label = "Agents as models"
    collections = frozenset({"agents"})
    part = Part.AGENTS
    needs = (*Granting.needs, Models, *Knowing.needs)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._granting = Granting(inputs, self)
        self._used = inputs.scratch.used_models()
        self._knowing = Knowing(inputs, self, "agents", Granting.reads)
        self._keeps_versions = True
        self._around = Surroundings()

    def read_ahead(self, advance: Callable[[int], None]) -> None:  # noqa: ARG002 - see Phase
        """What agents are connected to, and what earlier runs may have made of what they know."""
        names: dict[str, str] = {}
        models = self.earlier(Models).mapper
        for agent in self._inputs.readable("agents", Agent):
            names[agent.id] = name_of(agent)
            owner = self.earlier(Accounts).of(agent.author)
            if owner is not None:
                self._knowing.expect(agent, owner, models.agent_model(agent.id))
        self._around = surroundings(self._inputs, names)

    async def ask(self, target: OpenWebUI) -> None:
        """What earlier runs made, and whether there is room for versions."""
        self._keeps_versions = target.schema.has("model_history", "id")
        await self._knowing.ask(target)

    def steps(self) -> Iterator[Step]:
        """One step an agent."""
        return self._inputs.each("agents", Agent, self._convert)

    def _remember(self, written: Written) -> None:
        self._inputs.arrived(written)
        row = written.item.row
        if written.is_there and isinstance(row, ModelRow):
            self._used.note_model(row)

    def _leaves_out(self, agent: Agent) -> bool:
        if not self.is_selected or self.earlier(Accounts).leaves_out(agent.author):
            return True
        return not self._inputs.selection.is_recent((agent.created_at, agent.updated_at))

    def _convert(self, document: Document, agent: Agent) -> Iterator[Step]:
        if not self._inputs.scratch.first_time("agent", agent.id):
            yield skipped(document, Reason.DUPLICATE, source_id=agent.id)
            return
        owner = self.earlier(Accounts).of(agent.author)
        if self._leaves_out(agent):
            self._inputs.leave_out("agent", agent.document_id or "")
            yield skipped(document, Reason.NOT_SELECTED, source_id=agent.id)
            return
        if owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=agent.id)
            return
        permissions = self.earlier(Permissions)
        resource = Resource(
            "agent",
            agent.document_id,
            owner,
            f"agent {agent.name or agent.id}",
            shared=not permissions.incomplete
            and agent_is_shared(agent, permissions.projects, listed="agent" in permissions.decided),
            collaborative=agent.is_collaborative,
        )
        granted = self._granting.grants_of(resource)
        if self._inputs.connected.open_to_all and not is_for_everybody(granted.grants):
            yield skipped(document, Reason.NOT_PRIVATE, source_id=agent.id)
            yield from granted.unused()
            return
        picture = agent.avatar_path
        content = self._inputs.picture(picture, agent.author) if picture else None
        converted = convert_agent(
            agent,
            owner_id=owner,
            models=self.earlier(Models).mapper,
            avatar=data_uri(content) if content else None,
            grants=granted.grants,
            fallback=self._inputs.started,
        )
        if isinstance(converted, Skipped):
            yield skipped(document, converted.reason, converted.detail, source_id=agent.id)
            yield from granted.unused()
            return
        yield from granted.steps
        row, knowing = yield from self._knowing.attach(agent, converted.row, granted.editors)
        row, aging = self._with_versions(agent, row)
        complete = self._inputs.whole(*Granting.reads)
        yield Write(
            Item("agents", agent.id, row, fingerprint(row), partial=not complete),
            (
                *converted.notices,
                *connection_notices(agent, label_of(agent), self._around),
                *knowing,
                *aging,
                *granted.notices,
            ),
            children=granted.children,
            weight=1000 + 2 * len(str(row.params)) + len(str(row.meta)),
            then=self._remember,
            things=granted.things,
        )

    def _with_versions(self, agent: Agent, row: ModelRow) -> tuple[ModelRow, tuple[Notice, ...]]:
        """The model with what it was before; and what to say of it."""
        mapper, accounts = self.earlier(Models).mapper, self.earlier(Accounts).by_user
        earlier = earlier_versions(agent, row, mapper, accounts)
        if not self._keeps_versions:
            left = len(earlier.versions) + earlier.left
            why = "Open WebUI keeps versions of models from 0.12 on"
            return row, (versions_left(agent, row, left, why),) if left else ()
        why = "of each agent the newest hundred come"
        notices = (versions_left(agent, row, earlier.left, why),) if earlier.left else ()
        return replace(row, earlier=earlier.versions), notices
