"""The cards in the chat: HTML of our own, in a sandboxed frame, with everything escaped."""

from __future__ import annotations

from owui_function.card.page import html_page
from owui_function.card.progress import progress_body
from owui_function.card.results import results_body

__all__ = ["html_page", "progress_body", "results_body"]
