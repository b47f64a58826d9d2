"""Agents as workspace models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.library.agents import convert_agent
from migrator_core.convert.people.avatars import data_uri
from migrator_core.convert.people.grants import Resource, agent_is_shared
from migrator_core.convert.result import Skipped
from migrator_core.librechat import Document
from migrator_core.librechat.documents.agent import Agent
from migrator_core.openwebui import Written
from migrator_core.outcome import Notice, Reason, State, WarningCode
from migrator_core.rows import Item, ModelRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.permissions import Granting
from migrator_core.runs.results import Accounts, Models, Permissions
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part


class AgentsPhase(Phase):
    """``agents``."""

    name = "agents"
    label = "Agents as models"
    collections = frozenset({"agents"})
    part = Part.AGENTS
    needs = (*Granting.needs, Models)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._granting = Granting(inputs, self)
        self._base_models: set[str] = set()

    def steps(self) -> Iterator[Step]:
        """One step an agent."""
        return self._inputs.each("agents", Agent, self._convert)

    def advice(self) -> Iterable[Notice]:
        """What the administrator has to do before people can use these models."""
        if not self._base_models:
            return ()
        names = ", ".join(sorted(self._base_models))
        text = (
            f"The migrated models build on {names}. Connect these models, and share each of them "
            "in Admin Panel → Settings → Models with the people who are to use them."
        )
        return (Notice(WarningCode.BASE_MODEL_ACCESS, text),)

    def _remember(self, written: Written) -> None:
        row = written.item.row
        if written.state is State.MIGRATED and isinstance(row, ModelRow):
            self._base_models.add(row.base_model_id)

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
        row = converted.row
        complete = self._inputs.whole(*Granting.reads)
        yield Write(
            Item("agents", agent.id, row, fingerprint(row), partial=not complete),
            (*converted.notices, *granted.notices),
            children=granted.children,
            weight=1000 + 2 * len(str(row.params)) + len(str(row.meta)),
            then=self._remember,
            things=granted.things,
        )
