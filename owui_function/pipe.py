"""The Pipe: the migration as a model that an administrator talks to.

A thin door. The answers are those of :mod:`owui_function.assistant`, which is loaded with the first
word, in a thread: listing models must not wait for it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from owui_function.chat.commands import Command, Request, understand
from owui_function.names import ACTION_ID, MODEL, MODEL_ID, PIPE_NAME, REFUSED, STATE
from owui_function.valves import Valves

if TYPE_CHECKING:
    from owui_function.assistant import Assistant
    from owui_function.chat.message import Emit

_ANSWER_WITHIN = 25.0
"""Seconds that a click may hold its HTTP request; proxies cut longer ones off (nginx: 60)."""


class Pipe:
    """What Open WebUI loads. One instance serves all requests of a process."""

    Valves = Valves

    def __init__(self) -> None:
        """Without doing anything: Open WebUI also makes one to look at it."""
        self.valves = Valves()
        self._settled = False

    async def pipes(self) -> list[dict[str, str]]:
        """The one model. Open WebUI asks whenever models are listed."""
        if not self._settled:
            # The Action's buttons belong below this model only, so its settings have to name
            # them; doing it here shows them as soon as the model is there.
            core = await _load("migrator_core")
            settle_model = await asyncio.to_thread(getattr, core, "settle_model")
            await settle_model(MODEL_ID, PIPE_NAME, _meta())
            self._settled = True
        return [{"id": MODEL, "name": PIPE_NAME}]

    async def pipe(
        self,
        body: dict[str, Any],
        __user__: dict[str, Any],
        __request__: Any,  # noqa: ANN401 - Starlette's Request, which only Open WebUI ships
        __metadata__: dict[str, Any] | None = None,
        __event_emitter__: Emit | None = None,
        __task__: str | None = None,
        __event_call__: Emit | None = None,
    ) -> AsyncIterator[str] | str:
        """Answer one message, or what Open WebUI asks about the chat on its own."""
        if __user__.get("role") != "admin":
            return REFUSED
        metadata = __metadata__ or {}
        chat_id, message_id = (str(metadata.get(name) or "") for name in ("chat_id", "message_id"))
        if __task__ is not None:
            chat = str(__user__.get("id") or ""), chat_id
            return _small_talk(str(__task__), __request__, chat)
        assistant = await self._assistant(
            __user__, __request__, chat_id, message_id, __event_emitter__, __event_call__
        )
        return _answer(assistant, understand(_last_words(body)))

    async def act(
        self,
        word: str,
        body: dict[str, Any],
        user: Mapping[str, Any],
        request: Any,  # noqa: ANN401 - as above
        emit: Emit,
        ask: Emit,
    ) -> str | None:
        """Carry out a click of the Action, in the background when it takes longer."""
        if user.get("role") != "admin":
            return REFUSED

        chat_id, message_id = (str(body.get(name) or "") for name in ("chat_id", "id"))
        assistant = await self._assistant(user, request, chat_id, message_id, emit, ask)
        assistant.confirm = assistant.message.confirm
        task = asyncio.create_task(_click(assistant, understand(word)))
        assistant.state.keep(task)
        await asyncio.wait({task}, timeout=_ANSWER_WITHIN)
        return None

    async def _assistant(
        self,
        user: Mapping[str, Any],
        request: Any,  # noqa: ANN401 - as above
        chat_id: str,
        message_id: str,
        emit: Emit | None,
        ask: Emit | None,
    ) -> Assistant:
        module = await _load("owui_function.assistant")
        message = module.Message(emit, message_id, ask)
        user_id = str(user.get("id") or "")
        assistant: Assistant = module.open_assistant(
            self.valves, request.app.state, user_id, chat_id, message
        )
        return assistant


async def _answer(assistant: Assistant, request: Request | None) -> AsyncIterator[str]:
    try:
        async for text in assistant.answer(request):
            yield text
    except asyncio.CancelledError:
        # The square in Open WebUI's message field ends the answer, not what it shows.
        await assistant.still_going_on()
        raise
    await assistant.message.suggest(assistant.chat.suggestions)


async def _click(assistant: Assistant, request: Request | None) -> None:
    """A click shows cards and notices; a text that came without a card becomes a notice."""
    said = [text async for text in assistant.answer(request)]
    if said and not assistant.message.carded:
        await assistant.message.notify(said[-1], kind="info")


def _last_words(body: Mapping[str, Any]) -> str:
    for message in reversed(body.get("messages") or []):
        if message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, list):
                parts = (part for part in content if isinstance(part, dict))
                content = " ".join(str(part.get("text") or "") for part in parts)
            return str(content or "")
    return ""


def _small_talk(task: str, request: Any, chat: tuple[str, str]) -> str:  # noqa: ANN401 - as above
    """Titles, tags and suggestions, which Open WebUI asks the chat's own model for."""
    if task == "title_generation":
        return json.dumps({"title": PIPE_NAME})
    if task == "tags_generation":
        return json.dumps({"tags": []})
    if task == "follow_up_generation":
        # Without the assistant's modules: they may not be loaded yet.
        chats = getattr(getattr(request.app.state, STATE, None), "chats", {})
        suggestions = chats[chat].suggestions if chat in chats else _FIRST
        return json.dumps({"follow_ups": suggestions})
    return ""


_FIRST = [str(Command.CHECK), str(Command.PREVIEW), str(Command.HELP)]


def _meta() -> dict[str, Any]:
    """The model's own settings: the buttons, what to say first, and nothing that costs."""
    capabilities = (
        "vision", "file_upload", "file_context", "web_search", "image_generation",
        "code_interpreter", "citations", "usage", "builtin_tools",
    )  # fmt: skip
    return {
        "description": "Moves a LibreChat backup into this Open WebUI. Say “Check” to begin.",
        "actionIds": [ACTION_ID],
        "suggestion_prompts": [
            {"content": word, "title": [str(word), explained]}
            for word, explained in (
                (Command.CHECK, "what is there, and what is in the way"),
                (Command.PREVIEW, "what would arrive; writes nothing"),
                (Command.HELP, "everything that can be said"),
            )
        ],
        "capabilities": {**dict.fromkeys(capabilities, False), "status_updates": True},
    }


async def _load(name: str) -> Any:  # noqa: ANN401 - a module
    """Import one of our modules off the event loop: the first time takes a while."""
    package = __name__.rpartition("owui_function")[0]
    return await asyncio.to_thread(importlib.import_module, package + name)
