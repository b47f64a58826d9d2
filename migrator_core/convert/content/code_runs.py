"""Tools that run code, as code-interpreter items."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from migrator_core.convert.content.file_items import file_id_of, link_of, shown_file
from migrator_core.convert.content.pieces import PartContext, Pieces
from migrator_core.convert.content.text import message_items
from migrator_core.convert.content.tool_items import CodeRun, code_item
from migrator_core.convert.content.tool_results import (
    Result,
    arguments_of,
    json_text,
    read_result,
    unfinished_note,
)
from migrator_core.convert.files.file_records import FileLink
from migrator_core.convert.text import clean_json, clean_text


class Runner(NamedTuple):
    """Which arguments of a tool hold the code and its language, and the language by default."""

    code: tuple[str, ...]
    language: str = "lang"
    default: str = "python"


RUNNERS: Mapping[str, Runner] = MappingProxyType(
    {
        "execute_code": Runner(("code",)),
        "code_interpreter": Runner(("code", "input")),
        "run_tools_with_code": Runner(("code",)),
        "bash_tool": Runner(("command", "code"), default="bash"),
    }
)
"""LibreChat's own tools that run code (0.7.6 to 0.8.8), by name."""


def convert_code_run(
    call_id: str, name: str, call: Mapping[str, object], context: PartContext
) -> Pieces | None:
    """A call of one of the :data:`RUNNERS`; None where its arguments hold no code."""
    runner = RUNNERS[name]
    arguments = arguments_of(call.get("args"))
    key = next((key for key in runner.code if isinstance(arguments.get(key), str)), None)
    if key is None:
        return None
    language = arguments.get(runner.language)
    used = {key, runner.language if isinstance(language, str) else key}
    rest = {name: value for name, value in arguments.items() if name not in used}
    result = read_result(call.get("output"), context)
    run = CodeRun(
        name=name,
        code=clean_text(str(arguments[key])),
        language=language if isinstance(language, str) and language.strip() else runner.default,
        result=result,
        given={"arguments": clean_json(rest)} if rest else {},
        files=attached_to(call_id, context),
        note=unfinished_note(call, call.get("output")),
    )
    item = code_item(call_id, run)
    return Pieces(output=(item,), file_ids=_ids(result), embedded=result.embedded)


def convert_interpreter(
    call_id: str, call: Mapping[str, object], payload: object, context: PartContext
) -> Pieces:
    """The code interpreter of OpenAI's assistants: ``{input, outputs: [logs | image]}``."""
    outputs = payload.get("outputs") if isinstance(payload, dict) else None
    told: list[str] = []
    shown: list[Pieces] = []
    links: list[FileLink] = []
    for output in outputs if isinstance(outputs, list) else [outputs]:
        image = output.get("image") if isinstance(output, dict) else None
        if image:
            if file_id_of(image) not in context.pictures:
                shown.append(shown_file(image, context))
            link = link_of(image, context)
            links += [link] if link is not None else []
        elif output:
            told.append(_logs(output))
    result = read_result("\n".join(told), context)
    code = payload.get("input") if isinstance(payload, dict) else payload
    run = CodeRun(
        name="code_interpreter",
        code=clean_text(code) if isinstance(code, str) else json_text(code) if code else "",
        language="python",
        result=result,
        files=(*links, *attached_to(call_id, context)),
        note=unfinished_note({"progress": 1, **call}, told or links or None),
    )
    text = "\n\n".join(piece.text for piece in shown if piece.text)
    return Pieces(
        text=text,
        output=(code_item(call_id, run), *message_items(text)),
        files=tuple(file for piece in shown for file in piece.files),
        file_ids=(*_ids(result), *(file_id for piece in shown for file_id in piece.file_ids)),
        embedded=result.embedded,
        notices=tuple(notice for piece in shown for notice in piece.notices),
    )


def attached_to(call_id: str, context: PartContext) -> tuple[FileLink, ...]:
    """The migrated files that this call attached to the message."""
    entries = (
        entry
        for entry in context.attachments
        if isinstance(entry, dict) and call_id and entry.get("toolCallId") == call_id
    )
    return tuple(link for entry in entries if (link := link_of(entry, context)) is not None)


def _logs(output: object) -> str:
    logs = output.get("logs") if isinstance(output, dict) else output
    return logs if isinstance(logs, str) else json_text(output)


def _ids(result: Result) -> tuple[str, ...]:
    return tuple(link.target_id for link in result.links)
