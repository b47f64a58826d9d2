"""Tokens that an answer took, as Open WebUI's ``usage`` (0.10 to 0.12, ``utils/response.py``).

Open WebUI reads a chat's length off its last answer's usage, so half a truth (an answer's tokens
without its prompt's) would be worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator_core.chat_document import Usage
from migrator_core.convert.chats.tree import RepairedTree, ancestors_first
from migrator_core.librechat.documents.message import Message

MOST_TOKENS = 1_000_000_000
"""PostgreSQL adds tokens up as 32-bit integers; one larger number would break everybody's
statistics (``models/chat_messages.py``)."""


def usage_by_message(tree: RepairedTree, messages: Mapping[str, Message]) -> dict[str, Usage]:
    """The usage of every message that has one, by its id in the tree.

    What the provider reported (``metadata.usage``, LibreChat 0.8.7 on) counts. Before, LibreChat
    counted every message's tokens itself (``tokenCount``) and took the sum over the branch for the
    prompt; so it is here, where no message of the branch lacks its count.
    """
    branch: dict[str, int | None] = {}
    found: dict[str, Usage] = {}
    for node_id in ancestors_first(tree):
        parent = tree.parents[node_id]
        before = branch[parent] if parent is not None else 0
        own = _tokens(messages[node_id].token_count)
        branch[node_id] = None if before is None or own is None else before + own
        usage = _reported(messages[node_id])
        # A first message has nothing before it that it could be the answer to.
        if usage is None and own and before:
            usage = _usage(before, own)
        if usage is not None:
            found[node_id] = usage
    return found


def _reported(message: Message) -> Usage | None:
    reported = message.metadata.get("usage")
    if not isinstance(reported, dict):
        return None
    tokens_in, tokens_out = _tokens(reported.get("input")), _tokens(reported.get("output"))
    if tokens_in is None or tokens_out is None or not tokens_in + tokens_out:
        return None
    usage = _usage(tokens_in, tokens_out)
    cached = _tokens(reported.get("cacheRead"))
    if usage is not None and cached:
        usage["input_tokens_details"] = {"cached_tokens": cached}
    return usage


def _usage(tokens_in: int, tokens_out: int) -> Usage | None:
    total = tokens_in + tokens_out
    if total > MOST_TOKENS:
        return None
    return {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": total}


def _tokens(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= MOST_TOKENS else None
