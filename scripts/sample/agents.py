"""Agents: private, shared, with knowledge and tools, and one whose author is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bson import ObjectId

from scripts.sample.files import ANALYST_AVATAR, FILES
from scripts.sample.people import PEOPLE
from scripts.sample.values import Document, at, nanoid, oid

CREATED = at("2025-11-03 10:00")


@dataclass(frozen=True)
class Agent:
    """An agent; ``access`` as with prompts; ``base_model`` is what a run without a map chooses.

    ``knows`` are the files that its knowledge base has, of those that it names.

    ``legacy`` agents are shared the way LibreChat did before 0.8: through a project, without
    access entries.
    """

    key: str
    owner: str
    name: str
    provider: str
    model: str | None
    instructions: str
    base_model: str
    access: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    legacy: bool = False
    knows: tuple[str, ...] = ()
    extra: Document = field(default_factory=dict)

    @property
    def row_id(self) -> ObjectId:
        """The ``_id``, which sharing refers to."""
        return oid(f"agent {self.key}", CREATED)

    @property
    def id(self) -> str:
        """The ``agent_…`` id, which conversations refer to."""
        return f"agent_{nanoid(f'agent {self.key}')}"

    @property
    def document(self) -> Document:
        """The row in ``agents``."""
        return {
            "_id": self.row_id,
            "id": self.id,
            "name": self.name,
            "description": "",
            "instructions": self.instructions,
            "provider": self.provider,
            "model": self.model,
            "model_parameters": {},
            "tools": [],
            "tool_resources": {},
            "conversation_starters": [],
            "author": PEOPLE[self.owner].id,
            "authorName": PEOPLE[self.owner].name,
            "category": "general",
            "versions": [{"name": self.name, "model": self.model, "createdAt": CREATED}],
            "createdAt": CREATED,
            "updatedAt": CREATED + timedelta(days=1),
            "__v": 0,
            **self.extra,
        }


AGENTS: dict[str, Agent] = {
    agent.key: agent
    for agent in (
        Agent(
            "analyst", "mara", "Sales analyst", "openAI", "gpt-4o",
            "You analyse the sales of Lumen & Oak.\nToday is {{current_date}}.", "gpt-4o",
            knows=("sales",),
            extra={
                "description": "Numbers, with the code that made them",
                "model_parameters": {"temperature": 0.2, "top_p": "0.9", "max_tokens": 4000},
                "tools": ["execute_code", "web_search", "get_rate_action_YmFuay5leGFt"],
                "tool_resources": {"execute_code": {"file_ids": [FILES["sales"].id]}},
                "conversation_starters": ["Which region sold best?", "Draw the last quarter"],
                "avatar": {
                    "filepath": f"/images/{PEOPLE['mara'].hex}/{ANALYST_AVATAR}?manual=false",
                    "source": "local",
                },
                "category": "finance",
            },
        ),
        Agent(
            "copywriter", "mara", "Product copywriter", "anthropic", "claude-sonnet-4-5",
            "Write short, warm product texts. No exclamation marks.", "gpt-4o",
            access={"public": "read"},
            extra={"model_parameters": {"maxOutputTokens": 800, "topP": 0.95, "thinking": False},
                   "artifacts": "default", "is_promoted": True},
        ),
        Agent(
            "reader", "mara", "Contract reader", "OpenRouter", "mistralai/mistral-large",
            "Answer only from the attached agreements and name the clause.",
            "mistralai/mistral-large", access={"group:design": "read"}, knows=("contract",),
            extra={"tools": ["file_search"], "tool_resources": {"file_search": {
                "file_ids": [FILES["contract"].id, FILES["vectors"].id, "no-such-file"],
                "vector_store_ids": []}}},
        ),
        Agent(
            "warehouse", "tomas", "Warehouse assistant", "ollama", "llama3.1:8b",
            "You know every shelf. Ask {{current_user}} for the article number first.",
            "llama3.1:8b", access={"user:yuki": "write", "group:warehouse": "read"},
            extra={"model_parameters": {"temperature": "0.1", "stop": ["###"], "max_tokens": ""},
                   "tools": ["sys__server__sys_mcp_Company-Wiki", "search_mcp_Company-Wiki"],
                   "edges": [{"from": "self", "to": "agent_deletedAgent0000000000"}]},
        ),
        Agent(
            "helper", "priya", "Office helper", "google", None, "Help with forms.", "gpt-4o",
            access={"user:mara": "read"},
            extra={"model_parameters": {"temperature": None}, "tools": None},
        ),
        Agent(
            "faq", "tomas", "Delivery questions", "openAI", "gpt-4o-mini",
            "Answer questions about delivery times.", "gpt-4o-mini", access={"public": "read"},
            legacy=True, extra={"isCollaborative": False},
        ),
        Agent(
            "external", "oliver", "Offer checker", "openAI", "gpt-4o", "Check offers.", "gpt-4o",
            reason="owner-not-migrated", access={"public": "read"},
        ),
    )
}  # fmt: skip


def documents() -> list[Document]:
    """The ``agents`` collection."""
    return [agent.document for agent in AGENTS.values()]


def truth() -> list[Document]:
    """What becomes of each agent."""
    return [
        {
            "key": agent.key,
            "id": agent.id,
            "user": PEOPLE[agent.owner].hex,
            "name": agent.name,
            "model_id": f"agent-{agent.id.removeprefix('agent_')}",
            "base_model": agent.base_model,
            "access": agent.access,
            "knows": [FILES[name].id for name in agent.knows],
            "outcome": "skipped" if agent.reason else "migrated",
            "reason": agent.reason,
        }
        for agent in AGENTS.values()
    ]
