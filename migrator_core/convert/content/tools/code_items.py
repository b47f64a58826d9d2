"""Runs of code as items of a message's ``output`` and as its ``code_executions``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from migrator_core.chat_document import CodeExecution, ExecutionResult
from migrator_core.convert.content.tools.call_items import shown_name
from migrator_core.convert.content.tools.results import Result
from migrator_core.convert.files.file_link import FileLink, content_url
from migrator_core.output_items import CodeInterpreterItem, OutputItem

_LANGUAGE = re.compile(r"[\w+#.-]{1,30}", re.ASCII)
_LANGUAGES: Mapping[str, str] = MappingProxyType({"py": "python", "": "python", "sh": "bash"})


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
        "name": shown_name(run.name),
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
