"""How Open WebUI's front end reads the variables of a prompt.

A port of ``extractInputVariables``, ``parseVariableDefinition`` and the editor's
``replaceVariables`` (Open WebUI 0.12.4, ``src/lib/utils/index.ts`` and ``RichTextInput.svelte``).
"""

from __future__ import annotations

import json
import re
from typing import Any

_DEFINED = re.compile(r"\{\{\s*([^|}\s]+)\s*\|\s*([^}]+)\s*\}\}")
_PLAIN = re.compile(r"\{\{\s*([^|}\s]+)\s*\}\}")
_FILLED = re.compile(r"\{\{\s*([^|}]+)(?:\|[^}]*)?\s*\}\}")


def input_variables(text: str) -> dict[str, dict[str, Any]]:
    """What the front end asks for: name → type and properties."""
    found = {match[1]: _definition(match[2].strip()) for match in _DEFINED.finditer(text)}
    for match in _PLAIN.finditer(text):
        found.setdefault(match[1], {"type": "text"})
    return found


def fill(text: str, values: dict[str, str]) -> str:
    """The prompt after the form was filled in."""

    def value(match: re.Match[str]) -> str:
        return values.get(match[1].strip(), match[0])

    return "\n".join(_FILLED.sub(value, line) for line in text.split("\n"))


def _definition(definition: str) -> dict[str, Any]:
    kind, *properties = _split(definition, ":")
    result: dict[str, Any] = {"type": kind.removeprefix("type=")}
    for item in properties:
        name, *values = _split(item, "=")
        result[name] = _value("=".join(values)) if values else True
    return result


def _value(text: str) -> Any:
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    return json.loads(text) if text[:1] in "[{" else text


def _split(text: str, delimiter: str) -> list[str]:
    parts: list[str] = []
    current = ""
    depth = 0
    quoted = escaped = False
    for char in text:
        if escaped or char == "\\":
            escaped = not escaped
        elif char == '"':
            quoted = not quoted
        elif not quoted:
            depth += (char in "[{") - (char in "]}")
            if char == delimiter and depth == 0:
                parts.append(current.strip())
                current = ""
                continue
        current += char
    return [*parts, current.strip()] if current.strip() else parts
