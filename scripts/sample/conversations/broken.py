"""Damage as real databases have it: trees, texts, dates, rows without their counterpart."""

from __future__ import annotations

from scripts.sample.chat import ROOT, Chat, answer, ask, reply
from scripts.sample.values import uuid


def _id(chat: str, key: str) -> str:
    return uuid(f"message {chat} {key}")


NOWHERE = uuid("a message that was deleted")

CHATS = (
    Chat(
        "orphans", "tomas", "Returns process", "2025-09-10 09:00", tags=("warehouse",),
        turns=(
            ask("Describe the returns process.", key="root"),
            answer("Goods in, check, refund, shelf or repair.", key="fine"),
            ask("Who checks?", key="lost", after=ROOT, raw_parent=NOWHERE, repaired=True),
            answer("Whoever is on the early shift.", key="below-lost", repaired=True),
        ),
    ),
    Chat(
        "circle", "tomas", "Shift plan", "2025-09-11 09:00", current=("one", "two", "three"),
        turns=(
            ask("Two shifts or three?", key="one", after=ROOT, repaired=True,
                raw_parent=_id("circle", "three")),
            answer("Two, with an hour of overlap.", key="two", repaired=True),
            ask("And on Saturdays?", key="three", repaired=True),
        ),
    ),
    Chat(
        "own-parent", "tomas", "Forklift licence", "2025-09-12 09:00",
        turns=(
            ask("How long is a forklift licence valid?", key="q", after=ROOT, repaired=True,
                raw_parent=_id("own-parent", "q")),
            answer("It does not expire, but you are instructed once a year."),
        ),
    ),
    Chat(
        "two-roots", "tomas", "Pallet sizes", "2025-09-15 09:00",
        turns=(
            ask("Size of a euro palet?", key="first"),
            answer("120 by 80 centimetres.", key="first-answer"),
            ask("Size of a euro pallet?", key="second", after=ROOT, raw_parent=""),
            answer("1200 by 800 millimetres; 144 millimetres high.", key="second-answer"),
        ),
    ),
    Chat(
        "greeting", "tomas", "Service desk", "2025-09-16 09:00",
        turns=(
            answer("Welcome to the service desk. What is broken?", key="hello"),
            ask("The scanner at dock two."),
            answer("Hold the yellow button for ten seconds, then scan any label."),
        ),
    ),
    Chat(
        "odd-text", "tomas", "  Odd\u0000 characters\nin a title  ", "2025-09-17 09:00",
        turns=(
            ask("From the old system: A\u0000B\ufeff \u202eabc\u202c end",
                shows=("From the old system:", "end")),
            answer("Line\u2028separator, \U0001f9d1\u200d\U0001f527 and e\u0301 arrive unharmed.",
                   shows=("separator, \U0001f9d1\u200d\U0001f527 and e\u0301 arrive unharmed.",)),
        ),
    ),
    Chat(
        "text-null", "tomas", "<b>Bold</b> & \"quoted\"", "2025-09-18 09:00",
        turns=(
            ask("Short question"),
            reply("Short answer", extra={"text": None, "sender": None, "model": None,
                                         "createdAt": "2025-09-18T09:01:00.000Z"}),
        ),
    ),
)  # fmt: skip
