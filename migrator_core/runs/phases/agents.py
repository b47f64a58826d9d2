"""Agents as workspace models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.library.agents import convert_agent
from migrator_core.convert.people.avatars import data_uri
from migrator_core.convert.people.grants import Resource, agent_is_shared
from migrator_core.convert.result import Skipped
from migrator_core.librechat import Document
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.project import Project
from migrator_core.openwebui import Written
from migrator_core.outcome import Notice, Reason, State, WarningCode
from migrator_core.rows import Item, ModelRow
from migrator_core.runs.context import Context, skipped
from migrator_core.runs.driver import Parcel, Step
from migrator_core.runs.phases.permissions import shares_of


class AgentsPhase:
    """``agents``."""

    name = "agents"

    def __init__(self, context: Context, projects: Sequence[Project]) -> None:
        self._context = context
        self._projects = projects
        self._base_models: set[str] = set()

    def total(self) -> int | None:
        """Not known before the collection has been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """One step an agent."""
        return self._context.each("agents", Agent, self._convert)

    def written(self, written: Written) -> None:
        """Collect the base models that people will need access to."""
        row = written.item.row
        if written.state is State.MIGRATED and isinstance(row, ModelRow):
            self._base_models.add(row.base_model_id)

    def advice(self) -> Notice | None:
        """What the administrator has to do before people can use these models."""
        if not self._base_models:
            return None
        names = ", ".join(sorted(self._base_models))
        return Notice(
            WarningCode.BASE_MODEL_ACCESS,
            f"The migrated models build on {names}. Connect these models, and share each of them "
            "in Admin Panel → Settings → Models with the people who are to use them.",
        )

    def _convert(self, document: Document, agent: Agent) -> Iterator[Step]:
        if not self._context.scratch.first_time("agent", agent.id):
            yield skipped(document, Reason.DUPLICATE, source_id=agent.id)
            return
        owner = self._context.accounts.get(agent.author or "")
        if owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=agent.id)
            return
        resource = Resource(
            "agent",
            agent.document_id,
            owner,
            f"agent {agent.name or agent.id}",
            shared=agent_is_shared(agent, self._projects),
            collaborative=agent.is_collaborative,
        )
        shares = shares_of(self._context, resource)
        picture = agent.avatar_path
        content = self._context.picture(picture, agent.author) if picture else None
        converted = convert_agent(
            agent,
            owner_id=owner,
            models=self._context.models,
            avatar=data_uri(content) if content else None,
            grants=shares.grants,
            fallback=self._context.started,
        )
        if isinstance(converted, Skipped):
            yield skipped(document, converted.reason, converted.detail, source_id=agent.id)
            yield from shares.unused()
            return
        yield from shares.steps
        row = converted.row
        yield Parcel(
            Item("agents", agent.id, row, fingerprint(row)),
            (*converted.notices, *shares.notices),
            children=shares.children,
            weight=1000 + 2 * len(str(row.params)) + len(str(row.meta)),
        )
