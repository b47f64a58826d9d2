"""Where an answer appears: the message in Open WebUI that the Pipe or the Action works on.

Events are those of Open WebUI 0.10 to 0.12 (``socket/main.py: get_event_emitter`` and
``Chat.svelte: chatEventHandler``).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator_core.visible import visible, visible_lines
from owui_function.card import html_page
from owui_function.card.page import LIVE, Theme

Emit = Callable[[dict[str, Any]], Awaitable[Any]]

REFRESH_SECONDS = 60
"""How often the stored card is renewed while a run goes on: whoever reloads the page sees this
one until the next live change, a second later."""

_THEME = "return document.documentElement.classList.contains('dark') ? 'dark' : 'light'"
_THEME_WITHIN = 2.0
"""Seconds. A page that has gone meanwhile never answers."""


@dataclass
class Message:
    """One message. Without an emitter (a plain API call) there is nothing to see but the text.

    ``ask`` waits for the page's answer to an event. ``carded`` says whether a card was shown.
    """

    emit: Emit | None
    id: str = ""
    ask: Emit | None = None
    _theme: Theme = field(default=None, init=False)
    _stored_at: float = field(default=0.0, init=False)
    _status: str = field(default="", init=False)
    carded: bool = field(default=False, init=False)

    @property
    def visible(self) -> bool:
        """Whether somebody has the message on a screen."""
        return self.emit is not None

    async def status(self, text: str, *, done: bool) -> None:
        """The line above the message. Open WebUI keeps every one, so the same is not repeated."""
        if self.emit is not None and (text != self._status or done):
            self._status = text
            await self.emit(
                {"type": "status", "data": {"description": visible(text), "done": done}}
            )

    async def card(self, body: str) -> None:
        """Show a card, in place of an earlier one, and store it with the message."""
        if self.emit is not None:
            if not self.carded:
                self._theme = await self._look_at_theme()
            self._stored_at = time.monotonic()
            self.carded = True
            data = {"embeds": [html_page(visible_lines(body), self._theme)], "replace": True}
            await self.emit({"type": "embeds", "data": data})

    async def _look_at_theme(self) -> Theme:
        if self.ask is None:
            return None
        try:
            event = {"type": "execute", "data": {"code": _THEME}}
            found = await asyncio.wait_for(self.ask(event), _THEME_WITHIN)
        # The socket's own errors, or nobody there; only colours depend on it.
        except Exception:  # noqa: BLE001
            return None
        return "dark" if found == "dark" else "light" if found == "light" else None

    async def move(self, body: str) -> None:
        """Change the card that is shown, without storing it each time.

        Storing would write the whole chat and scroll the page to the card.
        """
        if self.emit is None:
            return
        if time.monotonic() - self._stored_at > REFRESH_SECONDS:
            await self.card(body)
        else:
            code = self.hand_over(visible_lines(body))
            await self.emit({"type": "execute", "data": {"code": code}})

    async def notify(self, text: str, *, kind: str) -> None:
        """A short message in the corner; ``kind`` is info, success, warning or error."""
        if self.emit is not None:
            await self.emit(
                {"type": "notification", "data": {"type": kind, "content": visible(text)}}
            )

    async def confirm(self, title: str, text: str) -> bool:
        """Ask in a dialog; False where nobody answers with a yes."""
        if self.ask is None:
            return False
        data = {"title": title, "message": visible_lines(text)}
        return await self.ask({"type": "confirmation", "data": data}) is True

    async def suggest(self, words: Sequence[str]) -> None:
        """Offer what can be said next, as clicks."""
        if self.emit is not None:
            data = {"follow_ups": list(words)}
            await self.emit({"type": "chat:message:follow_ups", "data": data})

    async def files(self, files: Sequence[Mapping[str, Any]]) -> None:
        """Attach stored files to the message."""
        if self.emit is not None:
            await self.emit({"type": "files", "data": {"files": [dict(file) for file in files]}})

    def hand_over(self, body: str) -> str:
        """JavaScript for the page: pass this text to the cards of this message, and only to them.

        ``json.dumps`` makes every text a plain ASCII string literal of JavaScript.
        """
        container = json.dumps(f"{self.id}-embeds-container")
        contents = json.dumps({LIVE: {"html": body}})
        return (
            f"document.getElementById({container})?.querySelectorAll('iframe')"
            f".forEach(frame => frame.contentWindow.postMessage({contents}, '*'));"
        )
