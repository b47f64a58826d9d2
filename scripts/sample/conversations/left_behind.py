"""What must not arrive: temporary chats, chats of people who stay behind, loose ends."""

from __future__ import annotations

from scripts.sample.chat import Chat, answer, ask
from scripts.sample.values import at

CHATS = (
    Chat(
        "temporary", "mara", "Question about a salary", "2026-03-14 18:00", reason="temporary",
        extra={"expiredAt": at("2026-04-13 18:00"), "isTemporary": True},
        turns=(
            ask("What does a product lead earn in Hamburg?", extra={"isTemporary": True}),
            answer("It depends. Please ask somebody who is allowed to know."),
        ),
    ),
    Chat("no-messages", "yuki", "New Chat", "2026-03-01 00:00", (), reason="no-messages"),
    Chat(
        "external", "oliver", "Terms of the offer", "2026-01-30 09:30",
        reason="owner-not-migrated",
        turns=(
            ask("Compare the two offers."),
            answer("The second one is cheaper from the fourth year on."),
        ),
    ),
    Chat(
        "opening-hours", "kiosk", "Opening hours", "2026-02-01 10:00",
        reason="owner-not-migrated",
        turns=(ask("Are you open on Sunday?"), answer("No. Monday to Saturday, ten to six.")),
    ),
    Chat(
        "handover", "former", "Handover", "2025-12-19 15:00", reason="owner-not-migrated",
        turns=(
            ask("Summarise what my successor needs to know."),
            answer("The key to the kiln hangs behind the door."),
        ),
    ),
    Chat(
        "deleted-chat", "tomas", "(row was deleted)", "2025-07-07 07:07", has_row=False,
        reason="conversation-missing",
        turns=(
            ask("These two messages stayed when their conversation was deleted."),
            answer("So they did."),
        ),
    ),
)  # fmt: skip
