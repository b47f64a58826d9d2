"""Tool calls as items of a message's ``output`` (Open WebUI 0.12, ``utils/middleware.py``).

A call and its result are two items that share a ``call_id``. Both are sent to the model again if
the call's status says that it ended; ``incomplete`` ones are shown only
(``utils/misc.py: convert_output_to_messages``). Text of a result that is not ``input_text`` is
shown and not sent (``structuredOutput.ts: getToolResultText``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeGuard
from uuid import uuid5

from migrator_core.chat_document import CodeExecution, ExecutionResult
from migrator_core.convert.content.file_items import content_url
from migrator_core.convert.content.tool_results import Result
from migrator_core.convert.files.file_records import FileLink
from migrator_core.convert.ids import NAMESPACE
from migrator_core.convert.text import single_line
from migrator_core.output_items import (
    CodeInterpreterItem,
    FunctionCallItem,
    FunctionCallOutputItem,
    InputText,
    OutputItem,
    OutputText,
    Picture,
    Status,
)

UNNAMED = "tool"

_MAX_NAME = 300
_SENDABLE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}", re.ASCII)
_LANGUAGES: Mapping[str, str] = MappingProxyType({"py": "python", "": "python", "sh": "bash"})


def call_items(
    call_id: str, name: str, arguments: str, result: Result, note: str | None = None
) -> tuple[FunctionCallItem, FunctionCallOutputItem]:
    """A call with its result; ``arguments`` is JSON text, ``note`` says why it never ended."""
    name = single_line(name, limit=_MAX_NAME) or UNNAMED
    status: Status = "completed" if note is None else "incomplete"
    call: FunctionCallItem = {
        "type": "function_call",
        "id": f"fc_{call_id}",
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
        "status": status,
    }
    if not _SENDABLE_NAME.fullmatch(name):
        # Shown as it was; providers refuse names with other characters.
        sendable = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64]
        call["provider_function"] = {"name": sendable, "arguments": arguments}
    parts: list[InputText | OutputText] = [{"type": "input_text", "text": result.text}]
    if note is not None:
        parts.append({"type": "output_text", "text": note})
    output: FunctionCallOutputItem = {
        "type": "function_call_output",
        "id": f"fco_{call_id}",
        "call_id": call_id,
        "output": parts,
        "status": status,
    }
    pictures = [_picture(link) for link in result.links if _is_image(link)]
    if pictures:
        output["files"] = pictures
    return call, output


@dataclass(frozen=True, slots=True)
class CodeRun:
    """A run of code: ``given`` is what it was given besides, ``files`` what it produced.

    ``note`` says why it never ended.
    """

    name: str
    code: str
    language: str
    result: Result
    given: Mapping[str, object] = field(default_factory=dict)
    files: Sequence[FileLink] = ()
    note: str | None = None


def code_item(call_id: str, run: CodeRun) -> CodeInterpreterItem:
    """A run of code as an item.

    ``call_id``, ``name`` and ``files`` are additions: Open WebUI has no place for them and keeps
    them as they are.
    """
    language = run.language.strip().lower()
    language = _LANGUAGES.get(language, language)
    language = language if _LANGUAGE.fullmatch(language) else "text"
    item: CodeInterpreterItem = {
        "type": "open_webui:code_interpreter",
        "id": f"ci_{call_id}",
        "call_id": call_id,
        "name": single_line(run.name, limit=_MAX_NAME) or UNNAMED,
        "status": "completed" if run.note is None else "incomplete",
        "start_tag": "<code_interpreter>",
        "end_tag": "</code_interpreter>",
        "attributes": {"type": "code", "lang": language, **run.given},
        "lang": language,
        "code": run.code,
        "output": {"stdout": run.result.text, "stderr": run.note or "", "result": ""},
    }
    links = {link.target_id: link for link in (*run.files, *run.result.links)}
    if links:
        item["files"] = [
            {"name": link.filename, "url": content_url(link.target_id)} for link in links.values()
        ]
    return item


def code_executions(output: Iterable[OutputItem]) -> list[CodeExecution]:
    """The message's ``code_executions``: runs of code with what they printed and produced.

    The front end shows a code item's code only; what came of it is shown from here
    (Open WebUI 0.10 to 0.12, ``CodeExecutionModal.svelte``).
    """
    return [
        {
            "id": item["id"],
            "name": item["name"],
            "code": item["code"],
            "language": item["lang"],
            "result": _execution_result(item),
        }
        for item in output
        if item["type"] == "open_webui:code_interpreter"
    ]


def _execution_result(item: CodeInterpreterItem) -> ExecutionResult:
    result: ExecutionResult = {"output": item["output"]["stdout"], "files": item.get("files", [])}
    if item["output"]["stderr"]:
        result["error"] = item["output"]["stderr"]
    return result


def number_calls(output: Iterable[OutputItem], message_id: str) -> None:
    """Give every call of the message a ``call_id`` of its own.

    LibreChat stores calls without an id, and some models use one again; the second of two with
    the same id would answer with the first one's result.
    """
    taken: set[str] = set()
    renamed: dict[str, str] = {}
    for place, item in enumerate(output):
        if item["type"] == "function_call_output":
            own = renamed.get(item["call_id"], item["call_id"])
            item["id"] = f"fco_{own}"
        elif _is_call(item):
            own = item["call_id"]
            while not own or own in taken:
                own = f"call_{uuid5(NAMESPACE, f'call:{message_id}:{place}:{own}')}"
            taken.add(own)
            renamed[item["call_id"]] = own
            item["id"] = f"fc_{own}" if item["type"] == "function_call" else f"ci_{own}"
        else:
            continue
        item["call_id"] = own


def _is_call(item: OutputItem) -> TypeGuard[FunctionCallItem | CodeInterpreterItem]:
    return item["type"] in {"function_call", "open_webui:code_interpreter"}


def _is_image(link: FileLink) -> bool:
    return link.content_type.lower().startswith("image/")


def _picture(link: FileLink) -> Picture:
    return {"type": "image", "url": content_url(link.target_id), "name": link.filename}
