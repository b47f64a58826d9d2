"""What the index of messages gives."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from migrator_core.librechat.collection import RawDocument
from migrator_core.record import record


class Unowned(StrEnum):
    """Why a message is nobody's here."""

    FOREIGN = "foreign"
    OWNER_UNKNOWN = "owner unknown"


class Untaken(NamedTuple):
    """A message that nobody took."""

    source_id: str
    conversation: str | None
    user: str | None
    fate: Unowned | None = None


@record
class StoredMessage:
    """A message as it lies in its file, and what outcomes call it."""

    source_id: str
    raw: RawDocument
