"""Yuki, who designs: other scripts, other providers, shared agents."""

from __future__ import annotations

from scripts.sample.agents import AGENTS
from scripts.sample.chat import Chat, answer, ask, reply

COPYWRITER = AGENTS["copywriter"]

CHATS = (
    Chat(
        "names", "yuki", "新商品の名前を考える", "2026-01-14 01:10", endpoint="google",
        model="gemini-2.5-flash", sender="Gemini", tags=("名前",), pinned=True,
        turns=(
            ask("北欧風の照明に合う、短い日本語の名前を三つ考えてください。", files=("names",),
                keeps_files=("names",)),
            reply("1. **燈(あかり)** – 一番素直です。\n2. **木漏れ日** – 木の素材に合います。\n"
                  "3. **月影** – 夜の読書灯に。"),
            ask("二番を英語で説明すると?"),
            reply("*Komorebi* is the light that falls through leaves. There is no single English "
                  "word for it, which is why people remember it."),
        ),
    ),
    Chat(
        "welcome", "yuki", "Welcome, in five languages", "2026-01-15 02:00",
        turns=(
            ask("„Welcome to the showroom“ in five languages, please."),
            reply("- Willkommen im Ausstellungsraum\n- Bem-vindo ao showroom\n"
                  "- ショールームへようこそ\n- أهلًا بكم في صالة العرض\n"
                  "- Ласкаво просимо до шоуруму 💡"),
        ),
    ),
    Chat(
        "optics", "yuki", "How bright is a candle?", "2026-01-16 03:00", endpoint="azureOpenAI",
        model="gpt-4o-mini", sender="GPT-4o mini",
        turns=(
            ask("How many lumens does a candle have?"),
            reply("A candle shines with about one candela in every direction, so\n\n$$\\Phi = "
                  "4\\pi \\cdot 1\\,\\mathrm{cd} \\approx 12.6\\,\\mathrm{lm}$$\n\nHalden 30 has "
                  "806 lm: sixty-four candles."),
        ),
    ),
    Chat(
        "product-text", "yuki", "Product text for Halden 45", "2026-02-09 04:30",
        endpoint="agents", model=COPYWRITER.id, sender="Product copywriter",
        extra={"agent_id": COPYWRITER.id},
        turns=(
            ask("Three sentences for Halden 45, please."),
            reply("Halden 45 hangs low and means it. The shade is turned from one piece of oak, "
                  "thin enough to glow at the rim. Put it above a table where people stay."),
        ),
    ),
    Chat(
        "gone-agent", "yuki", "Colour names", "2025-06-11 05:00", endpoint="agents",
        model="agent_deletedAgent0000000000", sender="Colour expert",
        extra={"agent_id": "agent_deletedAgent0000000000"},
        turns=(
            ask("A better word for dark green?"),
            reply("*Moss*, if it may be soft. *Spruce*, if it has to be serious."),
        ),
    ),
    Chat(
        "handbook", "yuki", "Core hours", "2026-02-10 00:50", endpoint="bedrock",
        model="anthropic.claude-3-haiku-20240307-v1:0", sender="Claude",
        turns=(
            ask("When are the core hours, according to the handbook?", files=("handbook-yuki",),
                keeps_files=("handbook-yuki",)),
            answer("From 10:00 to 15:00."),
        ),
    ),
)  # fmt: skip
