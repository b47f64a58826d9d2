"""What another process is given of a conversation, and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator_core.convert.chats.chat import ConvertedChat
from migrator_core.convert.free_ids import FreeIds
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.encoded import Encoded
from migrator_core.librechat.collection import Decoder
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.openwebui import Encoder


@dataclass(frozen=True, slots=True)
class Setup:
    """What all conversations of a run have in common.

    ``notes`` is the directory of a copy of the run's notes that nobody writes to, ``decode`` reads
    one document and says nothing of what it had to replace; ``started`` is in seconds, ``hosts``
    are LibreChat's own addresses. ``encoder`` makes of a chat what the database takes; None where
    nothing is to be written.
    """

    notes: Path
    decode: Decoder
    models: ModelMapper
    ids: FreeIds
    started: int
    encoder: Encoder | None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One conversation with its messages as they lie in the backup: source ids and raw bytes.

    A chat that ``is_new`` has only to be inserted.
    """

    conversation: Conversation
    user: str
    owner: str
    folder: str | None
    is_new: bool
    messages: Sequence[tuple[str, bytes]]

    @property
    def size(self) -> int:
        """Bytes of its messages."""
        return sum(len(raw) for _, raw in self.messages)


@dataclass(frozen=True, slots=True)
class Answer:
    """A conversation of which everything could be converted, without a look into the backup.

    ``fingerprint`` is its row's.
    """

    converted: ConvertedChat
    fingerprint: str
    encoded: Encoded | None
