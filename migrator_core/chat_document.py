"""The document that Open WebUI keeps of a chat (``chat.chat``), as typed dictionaries.

The shapes that conversion builds and Open WebUI 0.10 to 0.12 reads; keys that it has besides and
that no migrated chat needs are left out. Sources, of Open WebUI 0.12.4: ``main.py:
chat_completion`` and ``Chat.svelte`` (document and history), ``ResponseMessage.svelte`` and
``UserMessage.svelte`` (messages), ``MessageInput.svelte`` (``files``), ``Citations.svelte``
(``sources``), ``CodeExecutionModal.svelte`` (``code_executions``), ``models/feedbacks.py``
(ratings). For ``output`` see :mod:`.output_items`.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

from migrator_core.output_items import OutputItem, ProducedFile

Role: TypeAlias = Literal["user", "assistant"]

NO_QUESTION = "(no question: this branch begins with an answer)"
"""What a made-up question says, where LibreChat has none before an answer."""

LOST_FILE = ("📎 ", " (file not migrated)")
"""What stands before and after the name of a file that a message cannot show."""


class FileDescription(TypedDict):
    """The part of ``file.meta`` that a message repeats; ``size`` is in bytes."""

    name: str
    content_type: str
    size: int


class FileCopy(TypedDict):
    """The part of the file's record that a message repeats."""

    id: str
    filename: str
    meta: FileDescription


class FileItem(TypedDict):
    """An entry of ``files``; ``context: "full"`` sends the whole text to the model."""

    type: Literal["file"]
    id: str
    url: str
    name: str
    size: int
    content_type: str
    collection_name: str
    status: Literal["uploaded"]
    error: str
    itemId: str
    file: FileCopy
    context: NotRequired[Literal["full"]]


class CitedSource(TypedDict):
    """What a source is; ``type`` is there for a file of the chat's owner."""

    id: str
    name: str
    url: NotRequired[str]
    type: NotRequired[Literal["file"]]


class SourceFacts(TypedDict, total=False):
    """What else may be known of a text of a source.

    ``page`` counts from zero, ``external`` shows the name as it is, ``type`` marks a file that
    cannot be opened.
    """

    url: str
    external: bool
    file_id: str
    page: int
    type: str
    attribution: str
    date: str


class SourceMetadata(SourceFacts):
    """Where one text of a source comes from."""

    source: str
    name: str


class SourceEntry(TypedDict):
    """An entry of ``sources``: texts, with as many ``metadata`` and ``distances`` (0 to 1)."""

    source: CitedSource
    document: list[str]
    metadata: list[SourceMetadata]
    distances: NotRequired[list[float]]


class StatusLine(TypedDict):
    """An entry of ``statusHistory``, which people see and models are not sent."""

    action: NotRequired[str]
    description: str
    done: bool


class ExecutionResult(TypedDict):
    """What a run of code printed and made."""

    output: str
    files: list[ProducedFile]
    error: NotRequired[str]


class CodeExecution(TypedDict):
    """An entry of ``code_executions``."""

    id: str
    name: str
    code: str
    language: str
    result: ExecutionResult


class Annotation(TypedDict):
    """A rating, 1 or -1."""

    rating: int
    reason: NotRequired[str]
    comment: NotRequired[str]


class FeedbackData(Annotation):
    """A rating as the evaluation pages count it (``feedback.data``)."""

    model_id: str
    sibling_model_ids: NotRequired[list[str]]


class CachedTokens(TypedDict):
    """How many of the tokens were in the provider's cache."""

    cached_tokens: int


class Usage(TypedDict):
    """The tokens that an answer took."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_details: NotRequired[CachedTokens]


class MessageError(TypedDict):
    """What went wrong. A bare ``true`` would hide the message's content."""

    content: str


class Ending(TypedDict, total=False):
    """How an answer ended, where it did not come to its end (LibreChat's words)."""

    unfinished: bool
    finish_reason: str


class MessageMeta(TypedDict):
    """Free-form; nothing of it is shown."""

    librechat: Ending


class ShownFields(TypedDict, total=False):
    """What a message shows besides its ``content``; a field that would be empty is left out."""

    output: list[OutputItem]
    code_executions: list[CodeExecution]
    files: list[FileItem]
    sources: list[SourceEntry]
    statusHistory: list[StatusLine]


class _Message(ShownFields):
    """What both kinds of message have; ``timestamp`` is in seconds, a root's parent None."""

    id: str
    parentId: str | None
    childrenIds: list[str]
    content: str
    timestamp: int


class Question(_Message):
    """What a person said; ``models`` answer it, several of them side by side."""

    role: Literal["user"]
    models: list[str]


class Answer(_Message):
    """What a model said; ``modelIdx`` is its place among those that answered side by side."""

    role: Literal["assistant"]
    model: str
    modelName: str
    modelIdx: int
    done: bool
    annotation: NotRequired[Annotation]
    feedbackId: NotRequired[str]
    usage: NotRequired[Usage]
    error: NotRequired[MessageError]
    meta: NotRequired[MessageMeta]


ChatMessage: TypeAlias = Question | Answer


class FlatMessage(TypedDict):
    """A message in the flat list, as far as a search looks at it."""

    id: str
    parentId: str | None
    role: Role
    content: str


class ChatHistory(TypedDict):
    """All messages by id, parents before their children, and the branch that is shown."""

    currentId: str
    messages: dict[str, ChatMessage]


class ChatDocument(TypedDict):
    """A chat; ``timestamp`` is in milliseconds.

    ``params`` are a model's parameters and system prompt, under the names that
    :mod:`migrator_core.convert.model_parameters` lists.
    """

    id: str
    title: str
    models: list[str]
    params: dict[str, Any]
    files: list[FileItem]
    history: ChatHistory
    messages: list[FlatMessage]
    tags: list[str]
    timestamp: int
