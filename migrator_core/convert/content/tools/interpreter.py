"""The code interpreter of OpenAI's assistants: ``{input, outputs: [logs | image]}``."""

from __future__ import annotations

from collections.abc import Mapping

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.file_references.lookup import file_id_of, link_of
from migrator_core.convert.content.file_references.showing import attach_entry
from migrator_core.convert.content.pieces import Pieces, together
from migrator_core.convert.content.text_items import message_items
from migrator_core.convert.content.tools.arguments import json_text
from migrator_core.convert.content.tools.code_items import CodeRun, code_item
from migrator_core.convert.content.tools.code_runs import attached_to
from migrator_core.convert.content.tools.results import read_result, unfinished_note
from migrator_core.convert.files.file_link import FileLink


def convert_interpreter(
    call_id: str, call: Mapping[str, object], payload: object, context: PartContext
) -> Pieces:
    """A run with its logs, and the pictures it made unless the message shows them anyway."""
    outputs = payload.get("outputs") if isinstance(payload, dict) else None
    told: list[str] = []
    shown: list[Pieces] = []
    links: list[FileLink] = []
    for output in outputs if isinstance(outputs, list) else [outputs]:
        image = output.get("image") if isinstance(output, dict) else None
        if image:
            if file_id_of(image) not in context.pictures:
                shown.append(attach_entry(image, context))
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
    found = Pieces(file_ids=result.file_ids, embedded=result.embedded)
    return together([found, *shown], text, (code_item(call_id, run), *message_items(text)))


def _logs(output: object) -> str:
    logs = output.get("logs") if isinstance(output, dict) else output
    return logs if isinstance(logs, str) else json_text(output)
