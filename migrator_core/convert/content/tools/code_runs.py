"""Tools that run code, as code-interpreter items."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from migrator_core.convert.cleaning import clean_json, clean_text
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.file_references.lookup import link_of
from migrator_core.convert.content.pieces import Pieces
from migrator_core.convert.content.tools.arguments import arguments_of
from migrator_core.convert.content.tools.code_items import CodeRun, code_item
from migrator_core.convert.content.tools.results import read_result, unfinished_note
from migrator_core.convert.files.file_link import FileLink


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
    return Pieces(output=(item,), file_ids=result.file_ids, embedded=result.embedded)


def attached_to(call_id: str, context: PartContext) -> tuple[FileLink, ...]:
    """The migrated files that this call attached to the message."""
    entries = context.attachments.of_call(call_id) if call_id else ()
    return tuple(link for entry in entries if (link := link_of(entry, context)) is not None)
