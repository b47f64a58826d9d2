"""The smaller collections: what is carried over in part, what is not, and what never is."""

from __future__ import annotations

from scripts.sample.agents import AGENTS
from scripts.sample.conversations import CHATS
from scripts.sample.conversations.product import LAUNCH_PROJECT
from scripts.sample.people import PEOPLE
from scripts.sample.prompts import PROMPTS
from scripts.sample.values import Document, at, nanoid, oid, uuid

SINCE = at("2025-12-01 09:00")
MARA, TOMAS, YUKI = PEOPLE["mara"], PEOPLE["tomas"], PEOPLE["yuki"]


def _row(key: str, /, **fields: object) -> Document:
    return {"_id": oid(key, SINCE), **fields, "createdAt": SINCE, "updatedAt": SINCE, "__v": 0}


def _tags() -> list[Document]:
    used = sorted({(chat.owner, tag) for chat in CHATS for tag in chat.tags})
    rows = [
        _row(f"tag {owner} {tag}", tag=tag, user=PEOPLE[owner].hex, count=1, position=index)
        for index, (owner, tag) in enumerate(used)
        if tag != "Onboarding"  # a tag that only its conversations know
    ]
    return [*rows, _row("tag unused", tag="Saved", user=MARA.hex, count=0, position=99)]


def _shared_links() -> list[Document]:
    chat = next(chat for chat in CHATS if chat.key == "spring-plan")
    return [
        _row("shared", shareId=nanoid("share"), conversationId=chat.id, user=MARA.hex,
             title=chat.title, messages=[], isPublic=True),
    ]  # fmt: skip


def presets_truth() -> list[Document]:
    """The presets that arrive, each for its owner alone."""
    return [
        {"key": "translator", "user": MARA.hex, "name": "Strict translator"},
        {"key": "short", "user": TOMAS.hex, "name": "Short answers"},
    ]


def assistants_truth() -> list[Document]:
    """The assistants that arrive, each for its owner alone."""
    return [{"key": "budget", "user": MARA.hex, "name": "Assistant asst_budget"}]


def documents() -> dict[str, list[Document]]:
    """Every collection that has no module of its own, by name."""
    return {
        "conversationtags": _tags(),
        "sharedlinks": _shared_links(),
        "chatprojects": [
            _row("project halden", name="Halden launch", user=MARA.hex, conversationCount=1)
            | {"_id": LAUNCH_PROJECT},
        ],
        "projects": [_row("instance", name="instance",
                 agentIds=[a.id for a in AGENTS.values() if a.legacy],
                 promptGroupIds=[p.id for p in PROMPTS.values() if p.legacy])],
        "presets": [
            _row("preset", presetId=uuid("preset"), title="Strict translator", user=MARA.hex,
                 endpoint="openAI", model="gpt-4o", promptPrefix="Translate literally.",
                 temperature=0.0, defaultPreset=True, order=0),
            _row("preset 2", presetId=uuid("preset 2"), title="Ask the analyst", user=MARA.hex,
                 endpoint="agents", agent_id=AGENTS["analyst"].id, order=1),
            _row("preset 3", presetId=uuid("preset 3"), title="Short answers", user=TOMAS.hex,
                 endpoint="anthropic", model="claude-sonnet-4-5", maxOutputTokens=200,
                 promptPrefix="Answer in one line.",
                 web_search=True),
        ],
        "memoryentries": [
            _row("memory 1", userId=MARA.id, key="working_hours", value="No Fridays",
                 tokenCount=3),
            _row("memory 2", userId=YUKI.id, key="language", value="日本語と英語", tokenCount=5),
            _row("memory 3", userId=MARA.id, key="currency", value="Always euros", tokenCount=2,
                 agentId=AGENTS["analyst"].id),
            _row("memory 4", userId=TOMAS.id, key="nothing", value=" ", tokenCount=0),
        ],
        "balances": [_row("balance", user=MARA.id, tokenCredits=1_200_000)],
        "transactions": [
            _row(f"transaction {n}", user=TOMAS.id, tokenType="completion", rawAmount=-n * 100,
                 conversationId=uuid("chat stand-up"), context="message")
            for n in range(1, 6)
        ],
        "toolcalls": [_row("toolcall", user=MARA.id, toolId="execute_code", result="ok")],
        "actions": [
            _row("action", action_id="act_1", user=MARA.id, agent_id=AGENTS["analyst"].id,
                 metadata={"domain": "bank.example", "api_key": "encrypted:not-a-real-key"}),
        ],
        "assistants": [_row("assistant", assistant_id="asst_budget", user=MARA.id)],
        "mcpservers": [
            _row("mcp", serverName="Company-Wiki", author=MARA.id,
                 config={"type": "sse", "url": "https://wiki.lumenoak.example/mcp"}),
        ],
        "agentcategories": [_row("category", value="finance", label="Finance", order=1)],
        "banners": [_row("banner", bannerId="b1", message="Stocktaking on 28 February")],
        "sessions": [_row("session", user=MARA.id, refreshTokenHash="00" * 32)],
        "tokens": [_row("token", userId=TOMAS.id, type="mcp_oauth", token="encrypted:not-real")],
        "keys": [_row("key", userId=YUKI.id, name="openAI", value="encrypted:not-real")],
        "pluginauths": [
            _row("plugin", userId=MARA.hex, authField="SERPER_API_KEY", value="encrypted:not-real"),
        ],
        "agentapikeys": [],
        "logs": [],
    }  # fmt: skip
