"""What a tool was given, and other values, as JSON text that Open WebUI stores and shows."""

from __future__ import annotations

import json
from collections.abc import Mapping

from migrator_core.convert.cleaning import clean_json, clean_text
from migrator_core.convert.content.markdown.anchors import spelled_out


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


def _parsed(text: str, *, strict: bool) -> object | None:
    """The JSON value of a text, as browsers read it; None where it has none (or is ``null``)."""
    try:
        return json.loads(text, strict=strict, parse_constant=_refuse)  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
