"""What the migration promises, in the words in which an administrator is asked to confirm it."""

from __future__ import annotations

PROMISES = (
    "The backup is only read, never changed.",
    "Every document ends as migrated, already there, skipped or failed with a reason; it adds up.",
    "Nothing that Open WebUI already holds is overwritten, unless a valve asks for it.",
    "Nobody gains access to anything they could not see before, and nobody becomes an admin.",
    "It can be cancelled at any time, and running it again continues where it was.",
)
