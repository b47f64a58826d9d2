"""Items of ``output`` that hold text: what a model said, and what it thought.

Form of Open WebUI 0.12 (``utils/middleware.py``, ``structuredOutput.ts``). LibreChat never stored
how long a model thought, so there is no ``duration``.
"""

from __future__ import annotations

from migrator_core.output_items import MessageItem, ReasoningItem


def message_items(text: str) -> tuple[MessageItem, ...]:
    """The item that shows a text; none for a blank one."""
    if not text.strip():
        return ()
    item: MessageItem = {
        "type": "message",
        "id": "",
        "status": "completed",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }
    return (item,)


def reasoning_item(text: str) -> ReasoningItem:
    """An item that shows as "Thought" and is not replayed to most models."""
    return {
        "type": "reasoning",
        "id": "",
        "status": "completed",
        "start_tag": "<think>",
        "end_tag": "</think>",
        "attributes": {"type": "reasoning_content"},
        "content": [{"type": "output_text", "text": text.strip()}],
        "summary": None,
    }
