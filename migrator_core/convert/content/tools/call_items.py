"""Tool calls as items of a message's ``output`` (Open WebUI 0.12, ``utils/middleware.py``).

A call and its result are two items that share a ``call_id``. Both are sent to the model again if
the call's status says that it ended; ``incomplete`` ones are shown only
(``utils/misc.py: convert_output_to_messages``). Text of a result that is not ``input_text`` is
shown and not sent (``structuredOutput.ts: getToolResultText``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeGuard
from uuid import uuid5

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.tools.results import Result
from migrator_core.convert.files.file_link import FileLink, content_url
from migrator_core.convert.ids import NAMESPACE
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

_MAX_NAME = 300
_SENDABLE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def call_items(
    call_id: str, name: str, arguments: str, result: Result, note: str | None = None
) -> tuple[FunctionCallItem, FunctionCallOutputItem]:
    """A call with its result; ``arguments`` is JSON text, ``note`` says why it never ended."""
    name = shown_name(name)
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
    pictures = [_picture(link) for link in result.links if link.is_image]
    if pictures:
        output["files"] = pictures
    return call, output


def shown_name(name: str) -> str:
    """A tool's name for people; never empty."""
    return single_line(name, limit=_MAX_NAME) or "tool"


def _picture(link: FileLink) -> Picture:
    return {"type": "image", "url": content_url(link.target_id), "name": link.filename}


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
