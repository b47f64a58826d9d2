"""Parts of type ``tool_call``: what models asked of tools, and what came back.

LibreChat's agents store ``{id, name, args, output, progress}``, since 0.8.8 with ``runStepStatus``
(``completed``, ``cancelled``, ``failed``) and ``runStepDurationMs``; the OpenAI assistants
``{type: "function", function: {name, arguments, output}}``, ``{type: "code_interpreter", …}``,
``{type: "retrieval"}`` and ``{type: "file_search"}`` (LibreChat 0.7 to 0.8).
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import NOTHING, Part, Pieces
from migrator_core.convert.content.tools.arguments import arguments_text, json_text
from migrator_core.convert.content.tools.call_items import call_items
from migrator_core.convert.content.tools.code_runs import RUNNERS, convert_code_run
from migrator_core.convert.content.tools.handoffs import handoff_status, is_handoff
from migrator_core.convert.content.tools.interpreter import convert_interpreter
from migrator_core.convert.content.tools.results import read_result, unfinished_note

_MAX_ID = 300
_TOPICS = (
    *("name", "args", "function", "code_interpreter", "retrieval", "file_search"),
    "subagent_content",
)
_ENDINGS = ("runStepStatus", "progress")
"""How the call ended; LibreChat's types allow for both beside the call as well."""

_BUILT_IN = frozenset({"retrieval", "file_search", "code_interpreter"})


def convert_tool_call(part: Part, context: PartContext) -> Pieces:
    """A tool call of any kind. Sign-in links (``auth``) are left behind: they are secrets."""
    call: Mapping[str, object] = part.fields
    if isinstance(part.payload, dict):
        beside = {key: part.fields[key] for key in _ENDINGS if key in part.fields}
        call = {**beside, **part.payload}
    if not any(call.get(key) for key in (*_TOPICS, "id", "output")) and not _kind(call):
        return NOTHING if _is_empty(part) else convert_unknown(part, context)
    call_id = single_line(text_of(call.get("id")), limit=_MAX_ID)
    function = call.get("function")
    if isinstance(function, dict):
        values = {"args": function.get("arguments"), "output": function.get("output")}
        return _function(call_id, function.get("name"), {**call, **values}, context)
    kind = _kind(call)
    if kind == "code_interpreter" and not call.get("name"):
        return convert_interpreter(call_id, call, call.get(kind), context)
    if kind in _BUILT_IN and not call.get("name"):
        return _built_in(call_id, kind, call, context)
    return _function(call_id, call.get("name"), call, context)


def _is_empty(part: Part) -> bool:
    return part.payload in (None, "", {}, []) and not any(part.fields.values())


def _kind(call: Mapping[str, object]) -> str:
    kind = call.get("type")
    if isinstance(kind, str) and kind in _BUILT_IN:
        return kind
    # The type may be lost; the payload's key tells as well.
    return next((key for key in sorted(_BUILT_IN) if isinstance(call.get(key), dict)), "")


def _function(
    call_id: str, name: object, call: Mapping[str, object], context: PartContext
) -> Pieces:
    known = text_of(name) or ""
    if known in RUNNERS:
        run = convert_code_run(call_id, known, call, context)
        if run is not None:
            return run
    output = call.get("output")
    result = read_result(output, context)
    note = unfinished_note({"progress": 1, **call} if is_handoff(known) else call, output)
    return Pieces(
        output=call_items(call_id, known, arguments_text(call.get("args")), result, note),
        status=handoff_status(known, context) if note is None else (),
        file_ids=result.file_ids,
        embedded=result.embedded,
    )


def _built_in(call_id: str, kind: str, call: Mapping[str, object], context: PartContext) -> Pieces:
    """A search of the assistants, of which OpenAI tells little more than that it was done."""
    payload = call.get(kind)
    output = call.get("output")
    if output is None and payload:
        output = payload if isinstance(payload, str) else json_text(payload)
    result = read_result(output, context)
    note = unfinished_note({"progress": 1, **call}, output)
    arguments = arguments_text(call.get("args"))
    return Pieces(
        output=call_items(call_id, kind, arguments, result, note), embedded=result.embedded
    )
