"""The ``output`` of an answer in Open WebUI, as typed dictionaries: what a model did, in order.

The shapes that conversion builds and Open WebUI 0.10 to 0.12 reads. Sources, of Open WebUI 0.12.4:
``utils/middleware.py`` (what it stores), ``structuredOutput.ts`` (what it shows),
``utils/misc.py: convert_output_to_messages`` (what models are sent again).
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

Status: TypeAlias = Literal["completed", "incomplete"]


class OutputText(TypedDict):
    """Text that people see; in a tool's result, models are not sent it."""

    type: Literal["output_text"]
    text: str


class InputText(TypedDict):
    """Text of a tool's result that people see and models are sent."""

    type: Literal["input_text"]
    text: str


class Picture(TypedDict):
    """A picture that a tool's result shows; ``url`` is a whole address."""

    type: Literal["image"]
    url: str
    name: str


class MessageItem(TypedDict):
    """What the model said."""

    type: Literal["message"]
    id: str
    status: Status
    role: Literal["assistant"]
    content: list[OutputText]


class ReasoningItem(TypedDict):
    """What the model thought."""

    type: Literal["reasoning"]
    id: str
    status: Status
    start_tag: str
    end_tag: str
    attributes: dict[str, str]
    content: list[OutputText]
    summary: None


class SendableCall(TypedDict):
    """A call as a provider takes it, where its name is not one that providers take."""

    name: str
    arguments: str


class FunctionCallItem(TypedDict):
    """A call of a tool; ``arguments`` is the text of a JSON object."""

    type: Literal["function_call"]
    id: str
    call_id: str
    name: str
    arguments: str
    status: Status
    provider_function: NotRequired[SendableCall]


class FunctionCallOutputItem(TypedDict):
    """What came of the call with the same ``call_id``."""

    type: Literal["function_call_output"]
    id: str
    call_id: str
    output: list[InputText | OutputText]
    status: Status
    files: NotRequired[list[Picture]]


class Printed(TypedDict):
    """What a run of code printed."""

    stdout: str
    stderr: str
    result: str


class ProducedFile(TypedDict):
    """A file that a run of code made; ``url`` is a whole address."""

    name: str
    url: str


class CodeInterpreterItem(TypedDict):
    """A run of code. ``call_id``, ``name`` and ``files`` are ours; Open WebUI keeps them."""

    type: Literal["open_webui:code_interpreter"]
    id: str
    call_id: str
    name: str
    status: Status
    start_tag: str
    end_tag: str
    attributes: dict[str, object]
    lang: str
    code: str
    output: Printed
    files: NotRequired[list[ProducedFile]]


class ContextCompactionItem(TypedDict):
    """A summary of the turns before it."""

    type: Literal["open_webui:context_compaction"]
    id: str
    status: Status
    summary: str
    content: list[OutputText]


OutputItem: TypeAlias = (
    MessageItem
    | ReasoningItem
    | FunctionCallItem
    | FunctionCallOutputItem
    | CodeInterpreterItem
    | ContextCompactionItem
)
"""An entry of ``output``. An ``id`` is empty until the message's place in the chat is known."""
