"""A conversation's own model parameters, as the controls beside a chat of Open WebUI store them.

The names are those of :mod:`migrator_core.convert.model_parameters`. Only stop sequences are
written differently: a chat's controls keep them as one line of text, which the browser splits at
commas and decodes (``Chat.svelte: getStopTokens``, 0.10 to 0.12).
"""

from __future__ import annotations

import json

from migrator_core.convert.cleaning import clean_json, clean_text
from migrator_core.convert.model_mapping import SAVED_AGENT
from migrator_core.convert.model_parameters import convert_parameters
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.rows import JsonDict

_ASSISTANTS = frozenset({"assistants", "azureassistants"})


def chat_parameters(conversation: Conversation) -> JsonDict:
    """Open WebUI's ``params`` of the chat, without its system prompt.

    Empty for a saved agent or an assistant: LibreChat used the agent's own parameters then, and
    the chat's would overrule those of the migrated model.
    """
    if not _applies(conversation):
        return {}
    given = {name: value for name, value in conversation.parameters.items() if name != "stop"}
    params: JsonDict = convert_parameters(given)[0]
    stop = _stop_line(conversation.parameters.get("stop"))
    return params | ({"stop": stop} if stop else {})


def other_parameters(conversation: Conversation) -> JsonDict:
    """What :func:`chat_parameters` has no place for, under LibreChat's names."""
    applies = _applies(conversation)
    rest = {
        name: value
        for name, value in conversation.parameters.items()
        if value is not None
        and value not in ("", [], {})
        and not (applies and (name == "stop" or convert_parameters({name: value})[0]))
    }
    result: JsonDict = clean_json(rest)
    return result


def _applies(conversation: Conversation) -> bool:
    saved = (conversation.agent_id or "").startswith(SAVED_AGENT)
    return not saved and (conversation.endpoint or "").lower() not in _ASSISTANTS


def _stop_line(value: object) -> str:
    items = value if isinstance(value, list) else [value]
    texts = [clean_text(item) for item in items if isinstance(item, str)]
    return ",".join(_encoded(text) for text in texts if text)


def _encoded(text: str) -> str:
    r"""One sequence so that the browser gets it back.

    It escapes quotes, reads the result as JSON, and decodes that as a part of an address; before,
    it splits at commas and trims. So commas and outer spaces become ``\u`` escapes.
    """
    escaped = json.dumps(text.replace("%", "%25"), ensure_ascii=False)[1:-1]
    escaped = escaped.replace('\\"', '"').replace(",", "\\u002c")
    inner = escaped.strip()
    start = escaped[: len(escaped) - len(escaped.lstrip())]
    end = escaped[len(escaped.rstrip()) :] if inner else ""
    return _escaped_spaces(start) + inner + _escaped_spaces(end)


def _escaped_spaces(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)
