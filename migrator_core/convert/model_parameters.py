"""An agent's model parameters, from every provider's names to Open WebUI's.

LibreChat keeps the names of the provider's own API: ``max_tokens`` for OpenAI, ``maxOutputTokens``
for Anthropic and Google, ``maxTokens`` for Bedrock, ``max_output_tokens`` in old agent forms.
Values may be numbers, numeric strings, empty strings or null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from migrator_core.convert.cleaning import clean_text, single_line

# ruff: noqa: ANN401 - the values are whatever a document holds

_INT64 = 2**63

IRRELEVANT = frozenset(
    {
        "chatGptLabel",
        "disableStreaming",
        "endpoint",
        "fileTokenLimit",
        "iconURL",
        "imageDetail",
        "maxContextTokens",
        "max_context_tokens",
        "model",
        "modelLabel",
        "promptCache",
        "resendFiles",
        "resendImages",
        "spec",
        "stream",
        "streaming",
    }
)
"""How LibreChat itself talks to the provider; nothing that a person would miss in an answer."""


def _decimal(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _number(value: Any) -> float | None:
    """Whole numbers stay whole: ``1``, not ``1.0``."""
    number = _decimal(value)
    if number is None:
        return None
    return int(number) if number.is_integer() and abs(number) < _INT64 else number


def _whole(value: Any) -> int | None:
    number = _number(value)
    return number if isinstance(number, int) else None


def _positive(value: Any) -> int | None:
    number = _whole(value)
    return number if number is not None and number > 0 else None


def _word(value: Any) -> str | None:
    return (single_line(value, limit=50) or None) if isinstance(value, str) else None


def _stop(value: Any) -> list[str] | None:
    """Stop sequences, written so that Open WebUI's decoding gives them back."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        return None
    texts = [clean_text(item) for item in items if isinstance(item, str)]
    return [_escaped(text) for text in texts if text] or None


def _escaped(text: str) -> str:
    """``text`` so that it survives the server.

    The server decodes UTF-8 bytes as ``unicode_escape`` (0.12, ``utils/payload.py``), which takes a
    backslash for an escape and garbles every character beyond ASCII.
    """
    return "".join(
        char if char.isascii() and char != "\\" else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


_Reader = Callable[[Any], Any]

_READERS: dict[str, tuple[str, _Reader]] = {
    "temperature": ("temperature", _number),
    "top_p": ("top_p", _number),
    "topP": ("top_p", _number),
    "min_p": ("min_p", _number),
    "minP": ("min_p", _number),
    "top_k": ("top_k", _whole),
    "topK": ("top_k", _whole),
    "max_tokens": ("max_tokens", _positive),
    "maxTokens": ("max_tokens", _positive),
    "max_output_tokens": ("max_tokens", _positive),
    "maxOutputTokens": ("max_tokens", _positive),
    "max_completion_tokens": ("max_tokens", _positive),
    "frequency_penalty": ("frequency_penalty", _number),
    "frequencyPenalty": ("frequency_penalty", _number),
    "presence_penalty": ("presence_penalty", _number),
    "presencePenalty": ("presence_penalty", _number),
    "repeat_penalty": ("repeat_penalty", _number),
    "seed": ("seed", _whole),
    "num_ctx": ("num_ctx", _positive),
    "stop": ("stop", _stop),
    "reasoning_effort": ("reasoning_effort", _word),
}


def convert_parameters(parameters: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Open WebUI's ``params``, and the names of the parameters that have no counterpart there.

    Unknown names are never passed on, because Open WebUI would hand them to the provider as they
    are. Empty values count as not set; of two names for one parameter, the first in the table
    above that has a usable value counts.
    """
    result: dict[str, Any] = {}
    for name, (target, read) in _READERS.items():
        value = read(parameters[name]) if name in parameters else None
        if value is not None and target not in result:
            result[target] = value
    dropped = [
        name
        for name, value in parameters.items()
        if name not in IRRELEVANT and not _is_unset(value) and not _is_used(name, value)
    ]
    return result, dropped


def _is_used(name: str, value: Any) -> bool:
    reader = _READERS.get(name)
    return reader is not None and reader[1](value) is not None


def _is_unset(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})
