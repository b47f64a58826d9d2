"""Priya, who runs the office, with her two sign-ins that are one person."""

from __future__ import annotations

from scripts.sample.chat import Chat, ask, reply

CHATS = (
    Chat(
        "onboarding", "priya", "First day of a new colleague", "2026-02-11 09:00",
        tags=("office", "Onboarding"),
        turns=(
            ask("A checklist for the first day of a new colleague?", files=("handbook-priya",),
                keeps_files=("handbook-priya",)),
            reply("- [x] Laptop and key are ready\n- [ ] Coffee with the team at ten\n- [ ] Tour "
                  "of the workshop\n- [ ] Lunch at noon, as the handbook says\n- [ ] First task: "
                  "hang a lamp"),
            ask("Who should show them the workshop?"),
            reply("Somebody who joined less than a year ago: they still know what was confusing."),
        ),
    ),
    Chat(
        "holidays", "priya", "Holiday calendar 2025", "2025-01-07 10:00", archived=True,
        tags=("office",), extra={"archivedAt": None},
        turns=(
            ask("Which public holidays in Hamburg fall on a Thursday in 2025?"),
            reply("1 May and 29 May. Expect the Friday after each to be empty."),
        ),
    ),
    Chat(
        "lunch", "priya-google", "Lunch near the new office", "2025-11-25 11:15",
        turns=(
            ask("Where can fourteen people eat without booking?", files=("lunch",),
                keeps_files=("lunch",)),
            reply("The canteen at the harbour. Go before twelve or after half past one."),
        ),
    ),
)  # fmt: skip
