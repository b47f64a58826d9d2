"""What a tool was given and what it answered, as texts that Open WebUI stores and shows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrator_core.convert.content.anchors import spelled_out
from migrator_core.convert.content.embedded import EmbeddedError, from_data_url
from migrator_core.convert.content.file_items import content_url
from migrator_core.convert.content.inline_links import find_link
from migrator_core.convert.content.pieces import PartContext
from migrator_core.convert.files.file_records import FileLink, file_link
from migrator_core.convert.text import clean_json, clean_text
from migrator_core.rows import EmbeddedFile

UNFINISHED = "Error: LibreChat recorded no result; this call was never finished."
SIGN_IN = "Error: this call waited for a sign-in at another service and never ran."

_DATA = re.compile(r"data:[\w.+-]{1,60}/[\w.+-]{1,100};base64,[A-Za-z0-9+/_-]{200,}={0,2}")
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,1000}\]\(\s*(/images/[^\s()]{1,1000})\s*\)")


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's answer: its text, whole, and the files that it brought along."""

    text: str = ""
    links: tuple[FileLink, ...] = ()
    embedded: tuple[EmbeddedFile, ...] = ()


def arguments_text(arguments: object) -> str:
    """Arguments as the text of a JSON object, which is what providers take back.

    Text that is no JSON, and JSON that is no object, stand in one under ``input``.
    """
    if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
        return "{}"
    if isinstance(arguments, str):
        text = clean_text(arguments)
        parsed = _parsed(text, strict=True)
        if isinstance(parsed, dict):
            return spelled_out(text)
        if parsed is None:
            parsed = _parsed(text, strict=False)  # line breaks inside strings, most often
        arguments = text if parsed is None else parsed
    return json_text(arguments if isinstance(arguments, dict) else {"input": arguments})


def arguments_of(arguments: object) -> Mapping[str, object]:
    """Arguments as an object; empty where they are none."""
    if isinstance(arguments, str):
        arguments = _parsed(clean_text(arguments), strict=False)
    return arguments if isinstance(arguments, dict) else {}


def json_text(value: object) -> str:
    """Any value as JSON text that every database stores."""
    return spelled_out(json.dumps(clean_json(value), ensure_ascii=False))


def read_result(output: object, context: PartContext) -> Result:
    """A tool's output. Data in Base64 becomes files; what is no text becomes JSON text."""
    if output is None:
        return Result()
    text = clean_text(output) if isinstance(output, str) else json_text(output)
    embedded: list[EmbeddedFile] = []

    def stored(match: re.Match[str]) -> str:
        try:
            file = from_data_url(match[0], context)
        except EmbeddedError:
            return match[0]
        embedded.append(file)
        return content_url(file.row.id)

    text = _DATA.sub(stored, text)
    pictures = (find_link(match[1], context) for match in _PICTURE.finditer(text))
    links = [file_link(file.row) for file in embedded]
    links += [link for link in pictures if link is not None]
    unique = {link.target_id: link for link in links}
    return Result(spelled_out(text), tuple(unique.values()), tuple(embedded))


def unfinished_note(call: Mapping[str, object], output: object) -> str | None:
    """What to tell about a call that never came to its end; None for one that did.

    ``progress`` is 1 at the end of a call, and a result counts as an end.
    """
    progress = call.get("progress")
    if isinstance(progress, int | float) and not isinstance(progress, bool) and progress >= 1:
        return None
    if output not in (None, ""):
        return None
    return SIGN_IN if call.get("auth") else UNFINISHED


def _parsed(text: str, *, strict: bool) -> object | None:
    """The JSON value of a text, as browsers read it; None where it has none (or is ``null``)."""
    try:
        return json.loads(text, strict=strict, parse_constant=_refuse)  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
