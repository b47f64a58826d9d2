"""LibreChat's error codes, in words.

As in ``ErrorTypes`` and ``ViolationTypes`` of ``librechat-data-provider`` (LibreChat 0.7 to 0.8).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.content.payload import text_of

_MAX_ERROR = 20_000
"""Characters of a text in which an error code is looked for; a longer one is a whole answer."""

_MAX_INFO = 300

_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "no_user_key": "No API key was set for this endpoint.",
        "invalid_user_key": "The API key was not valid.",
        "expired_user_key": "The API key had expired.",
        "no_base_url": "No address was set for this endpoint.",
        "invalid_base_url": "The address of this endpoint was not valid.",
        "invalid_action": "The action could not be carried out.",
        "auth_failed": "Signing in to the model's provider failed.",
        "no_system_messages": "The model does not take system messages.",
        "input_length": "The conversation was too long for the model.",
        "google_error": "Google's service reported an error.",
        "google_tool_conflict": "The model cannot combine its own tools with others.",
        "invalid_agent_provider": "The agent's provider is not available.",
        "missing_model": "No model was chosen.",
        "models_not_loaded": "The list of models was not loaded.",
        "endpoint_models_not_loaded": "The endpoint's models were not loaded.",
        "illegal_model_request": "The model was not allowed.",
        "moderation": "The provider's moderation refused the content.",
        "refusal": "The model refused to answer.",
        "token_balance": "The token balance did not suffice.",
        "message_limit": "The limit of messages was reached.",
        "concurrent": "Too many messages were being answered at once.",
        "ban": "The account was banned for a while.",
        "stream_expired": "The answer's connection had expired.",
    }
)


def error_sentence(text: object) -> str | None:
    """What an error's text says, for people; None where it holds no code to explain."""
    found = text_of(text)
    if found is None or len(found) > _MAX_ERROR:
        return None
    start, end = found.find("{"), found.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        data = json.loads(found[start : end + 1])
    except (ValueError, RecursionError):
        return None
    code = data.get("type") if isinstance(data, dict) else None
    if not isinstance(code, str) or not code.strip():
        return None
    known = _SENTENCES.get(code.strip().lower())
    sentence = known or f"LibreChat reported the error {single_line(code, limit=100)}."
    info = data.get("info") if known else None
    detail = single_line(clean_text(info), limit=_MAX_INFO) if isinstance(info, str) else ""
    return f"{sentence} ({detail})" if detail else sentence
