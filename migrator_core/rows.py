"""What conversion hands to the writer: Open WebUI's rows, as plain data.

These classes carry Open WebUI's own column names and units: timestamps are whole seconds since
the epoch unless a name says otherwise. They import nothing of Open WebUI, so that conversion can
be tested without it; the target package maps them onto the model classes it finds
(Open WebUI 0.10 to 0.12, ``open_webui/models/*.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from migrator_core.access_row import AccessRow
from migrator_core.chat_document import ChatDocument, FeedbackData

JsonDict: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission on one resource. ``user`` with id ``*`` is everybody who is signed in."""

    principal_type: Literal["user", "group"]
    principal_id: str
    permission: Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account: the ``user`` row and its ``auth`` row.

    ``created_at`` is the source's; the writer moves it behind the target's first account, which
    would otherwise lose its place as the protected primary admin.
    """

    id: str
    email: str
    name: str
    username: str | None
    profile_image_url: str
    password_hash: str
    created_at: int
    updated_at: int
    last_active_at: int
    info: JsonDict
    pending: bool = False
    """Whether an administrator has to let the person in first."""
    oauth: JsonDict = field(default_factory=dict)
    """What providers call the person, where they sign in elsewhere."""
    settings: JsonDict = field(default_factory=dict)
    """What the person chose in LibreChat, as far as there is a counterpart."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group and its members, all of them accounts in Open WebUI."""

    id: str
    name: str
    description: str
    member_ids: tuple[str, ...]
    meta: JsonDict
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag of one user. ``id`` is derived from the name by Open WebUI's rule."""

    id: str
    name: str
    user_id: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file record. ``stored_name`` is the name to give the storage provider."""

    id: str
    user_id: str
    filename: str
    stored_name: str
    data: JsonDict
    meta: JsonDict
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file whose bytes stood inside a message, in Base64 for example."""

    row: FileRow
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder for chats, at the top level."""

    id: str
    user_id: str
    name: str
    data: JsonDict
    meta: JsonDict
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """A rating of one answer. It comes with its chat, which refers to it.

    It has no copy of the chat, which Open WebUI would let administrators read who may not read
    the chat itself.
    """

    id: str
    user_id: str
    data: FeedbackData
    meta: JsonDict
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat with all its messages.

    ``chat`` is the JSON document the front end reads, ``history.messages`` included; the writer
    derives the ``chat_message`` rows from it. ``tags`` are the owner's tags by name, which need
    rows of their own; ``file_ids`` links ``(message id, file id)`` for ``chat_file``. ``share_id``
    is the id of the :class:`SharedChatRow` that follows the chat. ``unsure`` are messages that the
    backup may have held more of once (one that failed, one whose file is missing): what an earlier
    run wrote of them is not replaced.
    """

    id: str
    user_id: str
    title: str
    chat: ChatDocument
    created_at: int
    updated_at: int
    archived: bool
    pinned: bool
    meta: JsonDict
    current_message_id: str
    folder_id: str | None = None
    tags: tuple[TagRow, ...] = ()
    file_ids: tuple[tuple[str, str], ...] = ()
    feedback: tuple[FeedbackRow, ...] = ()
    share_id: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedChatRow:
    """What others see of a chat: a copy of it under an address of its own (``/s/<id>``)."""

    id: str
    chat_id: str
    user_id: str
    title: str
    chat: ChatDocument
    created_at: int
    updated_at: int
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptVersion:
    """Another version of a prompt than the current one; ``message`` tells them apart."""

    content: str
    user_id: str
    message: str
    created_at: int


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A prompt; ``command`` is wished for, the writer's caller has made sure it is free.

    ``written_by`` and ``written_at`` are the current version's, ``others`` its other versions, the
    oldest first.
    """

    id: str
    command: str
    user_id: str
    name: str
    content: str
    tags: tuple[str, ...]
    meta: JsonDict
    created_at: int
    updated_at: int
    grants: tuple[Grant, ...] = ()
    written_by: str | None = None
    written_at: int | None = None
    others: tuple[PromptVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """What a model was once; ``message`` tells its versions apart."""

    name: str
    base_model_id: str
    params: JsonDict
    meta: JsonDict
    user_id: str
    message: str
    created_at: int


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A workspace model on top of ``base_model_id``, or what is set for a connected model.

    ``earlier`` versions, the oldest first.
    """

    id: str
    user_id: str
    base_model_id: str | None
    name: str
    params: JsonDict
    meta: JsonDict
    created_at: int
    updated_at: int
    grants: tuple[Grant, ...] = ()
    earlier: tuple[ModelVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class KnowledgeRow:
    """A collection of files that models can be given; ``file_ids`` are files that are there."""

    id: str
    user_id: str
    name: str
    description: str
    file_ids: tuple[str, ...]
    meta: JsonDict
    created_at: int
    updated_at: int
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A skill. ``files`` are its own text and what lies beside it, which needs Open WebUI 0.12."""

    id: str
    user_id: str
    name: str
    description: str
    content: str
    files: tuple[JsonDict, ...]
    meta: JsonDict
    created_at: int
    updated_at: int
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A memory of the type ``user``, in every prompt. ``path`` is what it is filed under."""

    id: str
    user_id: str
    content: str
    path: str | None
    meta: JsonDict
    created_at: int
    updated_at: int


Row: TypeAlias = (
    UserRow
    | GroupRow
    | TagRow
    | FolderRow
    | FileRow
    | ChatRow
    | SharedChatRow
    | PromptRow
    | KnowledgeRow
    | ModelRow
    | SkillRow
    | MemoryRow
    | AccessRow
)
