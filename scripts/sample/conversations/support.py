"""Tomás, who runs warehouse and support: custom endpoints, code, errors, a very long chat."""

from __future__ import annotations

from scripts.sample.chat import Chat, Turn, answer, ask, reply

SQL = """Articles below their reorder level, the emptiest first:

```sql
SELECT article, stock, reorder - stock AS missing
FROM warehouse
WHERE stock < reorder
ORDER BY missing DESC;
```

An index on `(stock, reorder)` does not help here: the comparison is between two columns."""

STAND_UP_DAYS = 40
TASKS = (
    "two pallets from the sawmill", "returns from the shop", "labels for the export boxes",
    "the broken scanner", "samples for the retailers", "a second look at shelf four",
    "the cord delivery",
)  # fmt: skip


def _stand_up() -> tuple[Turn, ...]:
    """Forty days, a question and an answer each: a chain as long as real ones get."""
    turns: list[Turn] = []
    for day in range(1, STAND_UP_DAYS + 1):
        task, other = TASKS[day % len(TASKS)], TASKS[(day * 3 + 1) % len(TASKS)]
        turns.append(ask(f"Day {day}: done with {task}. Next is {other}."))
        turns.append(reply(f"Noted for day {day}. {task[0].upper()}{task[1:]}: closed."))
    return tuple(turns)


CHATS = (
    Chat(
        "reorder", "tomas", "SQL: stock below the reorder level", "2026-01-12 10:30",
        endpoint="OpenRouter", model="deepseek/deepseek-r1", sender="DeepSeek R1",
        tags=("sql", "warehouse"), extra={"endpointType": "custom"},
        turns=(
            ask("Which articles are below their reorder level? The table is called warehouse.",
                files=("stock",), keeps_files=("stock",)),
            reply(SQL),
            ask("And in one line of Python, for the CSV?"),
            reply("```python\n[r for r in csv.DictReader(open('stock.csv'), delimiter=';') "
                  "if int(r['stock']) < int(r['reorder'])]\n```"),
        ),
    ),
    Chat(
        "article-regex", "tomas", "Regex for article numbers", "2026-01-21 14:12",
        shared_id="same-id", endpoint="ollama", model="llama3.1:8b", sender="llama3.1:8b",
        extra={"endpointType": "custom"},
        turns=(
            ask("A regex for article numbers such as HAL-30 or ÖRE-10?"),
            answer("<think>Letters may be outside ASCII, so \\w is too wide and [A-Z] too "
                   "narrow.</think>\n\n`^\\p{Lu}{3}-\\d{2}$`, if your engine knows Unicode "
                   "classes.",
                   shows=("`^\\p{Lu}{3}-\\d{2}$`, if your engine knows Unicode classes.",),
                   reasoning=("Letters may be outside ASCII",)),
            ask("It does not."),
            answer(":::thinking\nList the letters then.\n:::\n\n`^[A-ZÄÖÜÅØ]{3}-\\d{2}$`",
                   shows=("`^[A-ZÄÖÜÅØ]{3}-\\d{2}$`",), reasoning=("List the letters then.",)),
        ),
    ),
    Chat(
        "stand-up", "tomas", "Daily stand-up, January and February", "2026-01-02 08:00",
        tags=("warehouse",), turns=_stand_up(),
    ),
    Chat(
        "late-delivery", "tomas", "Late delivery, order 10482", "2026-02-05 11:20",
        turns=(
            ask("Order 10482 is nine days late. Draft an apology."),
            answer('{"type":"no_user_key"}', error=True, shows=()),
            ask("Again, please.", key="again"),
            answer("Dear Ms Okafor,\n\nyour lamp should have been with you on 27 January. It was "
                   "not, and we did not tell you. Both", key="cut",
                   extra={"unfinished": True, "finish_reason": "incomplete"}),
            reply("Dear Ms Okafor,\n\nyour lamp should have been with you on 27 January. It was "
                  "not, and we did not tell you. Both are our mistakes; shipping is on us.",
                  key="whole", after="again"),
            ask("Perfect. And a line for the delivery note?", after="whole"),
            reply({"type": "error", "error": "Rate limit reached, try again in 20 s."}, error=True),
        ),
    ),
    Chat(
        "old-logo", "tomas", "First chat ever", "2023-10-17 12:00", endpoint="gptPlugins",
        model="gpt-4", sender="ChatGPT",
        extra={"chatGptLabel": None, "agentOptions": None, "bingConversationId": None},
        system="You are a helpful assistant.",
        turns=(
            ask("Hello? Does this thing work?"),
            answer("Hello! It does. What would you like to know?",
                   extra={"plugin": {"latest": None, "inputs": [], "outputs": ""},
                          "likesMsg": None}),
        ),
    ),
    Chat(
        "imported", "tomas", "Imported Chat", "2025-03-03 03:03", sender="GPT-4",
        turns=(
            ask("How heavy may a parcel be?", dated=False),
            answer("Usually 31.5 kg. Check the carrier's list for islands.", dated=False),
        ),
    ),
    Chat(
        "animation", "tomas", "Blinking lamp in the newsletter", "2026-02-06 13:00",
        turns=(
            ask("Does this animation work in mail programs?",
                files=("blinking", "misplaced", "traversal"),
                keeps_files=("blinking", "misplaced")),
            reply("In most of them. Outlook for Windows shows only the first frame, so make sure "
                  "that frame says what matters."),
        ),
    ),
)  # fmt: skip
