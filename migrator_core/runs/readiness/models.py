"""The models that chats and agents name: whether people can go on with them here."""

from __future__ import annotations

from collections import Counter

from migrator_core.convert.model_mapping import SAVED_AGENT, ModelMapper
from migrator_core.librechat import Backup
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.runs.readiness.findings import Findings
from migrator_core.settings import Settings

_READ_AT_MOST = 200 * 1024 * 1024
"""Bytes of conversations that are looked through: a check is to answer in seconds."""
_NAMED = 10


class NamedModels:
    """Counts the chats and agents that name each model of Open WebUI, after the model map."""

    def __init__(self, settings: Settings) -> None:
        """Map models as these settings say."""
        self._mapper = ModelMapper(settings.model_map, settings.default_model, frozenset())
        self.chats: Counter[str] = Counter()
        self.agents: Counter[str] = Counter()

    def read(self, backup: Backup) -> None:
        """Look at every agent and, where that is quick, every conversation."""
        for document in backup.documents("agents"):
            try:
                agent = parse(Agent, document.data or {})
            except InvalidDocumentError:
                continue
            self.agents[self._mapper.base_model(agent.provider, agent.model).id] += 1
        if backup.size("conversations") > _READ_AT_MOST:
            return
        for document in backup.documents("conversations"):
            try:
                one = parse(Conversation, document.data or {})
            except InvalidDocumentError:
                continue
            if not (one.agent_id or one.model or "").startswith(SAVED_AGENT):
                name = self._mapper.chat_model(one.endpoint, one.model, one.agent_id)
                self.chats[name] += 1

    async def say(self, found: Findings) -> None:
        """Which of them people cannot use yet."""
        named = self.chats + self.agents
        if found.target is None or not named:
            return
        shared = await found.target.inventory.public_models()
        closed = [name for name, _ in named.most_common() if name not in shared]
        if not closed:
            return
        first = ", ".join(self._counted(name) for name in closed[:_NAMED])
        more = f" and {len(closed) - _NAMED:,} more" if len(closed) > _NAMED else ""
        found.warnings.append(
            f"Of {len(named):,} models that chats and agents name, not everybody may use in Open "
            f"WebUI: {first}{more}. People can read those chats, and go on with them once a model "
            "of that id is connected and shared with them, or once the model map leads to another."
        )

    def _counted(self, name: str) -> str:
        counts = [
            f"{what}: {count:,}"
            for what, count in (("chats", self.chats[name]), ("agents", self.agents[name]))
            if count
        ]
        return f"{name} ({', '.join(counts)})"
