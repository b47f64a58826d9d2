"""Texts that nobody writes by chance, and everything that a text of a backup goes through."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from migrator_core.cli.masking import mask
from migrator_core.convert.chats.chat import ChatContext, convert_conversation
from migrator_core.convert.cleaning import single_line
from migrator_core.convert.files.content_types import safe_content_type
from migrator_core.convert.files.data_urls import DataError, decoded, read_data_url
from migrator_core.convert.files.file_names import safe_filename
from migrator_core.convert.files.stored_paths import own_path
from migrator_core.convert.library.commands import FreeCommands
from migrator_core.convert.library.prompts import convert_group
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.people.avatars import local_path
from migrator_core.convert.variables import convert_special_variables
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.documents.prompt import Prompt, PromptGroup
from migrator_core.visible import visible, visible_lines
from tests.unit.convert.documents import ALICE, GROUP, STARTED

TOKENS = (
    *"`[]()<>{}\"'\\=a1.-|!#*_:@?%&+~,;/0 \t\n\r\x00\x1b\x85",
    *"\u0301\u202e\u3000\u200b\ue200\ue201\ue202\ue203\ue206\ufeff\ud800",
    *("``", "```", "~~~", "](", "![", "](data:", "](<data:", "](sandbox:", "](/images/", "[x]("),
    *("<think>", "</think>", ":::", "::::artifact", ":::artifact", ":::artifact{", ":::thinking"),
    *("{{", "}}", "a=", '="', "- ", "> ", "1. ", "  ", "\r\n", "\n\n", "\n```", "data:"),
    *("data:image/png;base64,", "A" * 210, "/images/u/", "/uploads/", "\ue202turn0search0"),
    *("turn0", ";base64,"),
    *(r"\ue200", r"\ue201", r"\ue202", r"\ue202turn0", r"\ui{", '\\"', "【", "†", "&amp;", "&#"),
    *("\x1b[", "../", "%2e", "https://", "www.", "://", '{"a":', "[1,", "multiline", "x|", "<a "),
)  # fmt: skip
"""What means something to somebody between LibreChat and a reader of the report."""

PROSE = "The quick brown fox (of 1906) jumps over the *lazy* dog, and says `so`.\n"

Way = Callable[[str], object]


def repeated(unit: str, size: int, *, before: str = "", after: str = "") -> str:
    """``unit`` again and again, ``size`` characters in all."""
    return before + unit * (size // len(unit)) + after


def mixed(number: int, longest: int = 5) -> tuple[str, str, str]:
    """A beginning, something to repeat and an end, made of tokens by chance."""
    chance = random.Random(number)

    def some(least: int, most: int) -> str:
        return "".join(chance.choice(TOKENS) for _ in range(chance.randint(least, most)))

    return some(0, 3), some(1, longest), some(0, 2)


def _message(own_id: str, parent: str | None, **fields: Any) -> Message:
    return Message.model_validate(
        {"messageId": own_id, "parentMessageId": parent, "conversationId": "c", **fields}
    )


def context() -> ChatContext:
    """A conversation's surroundings, without any file."""
    return ChatContext("owner", {}, ModelMapper({}, "gpt-4o", frozenset()), STARTED)


def convert(messages: list[Message], **fields: Any) -> object:
    """The conversation of these messages, converted."""
    conversation = Conversation.model_validate(
        {"_id": "a" * 24, "conversationId": "c", "user": ALICE, "title": "T", **fields}
    )
    return convert_conversation(conversation, messages, context())


def _answer(text: str) -> object:
    return convert([_message("a", None, isCreatedByUser=False, text=text)])


def _question(text: str) -> object:
    return convert([_message("q", None, isCreatedByUser=True, text=text)])


def _parts(text: str) -> object:
    call = {"id": text, "name": text, "args": text, "output": text, "progress": 1}
    content = [
        {"type": "think", "think": text},
        {"type": "error", "error": text},
        {"type": "tool_call", "tool_call": call},
        {"type": text, "x": text},
    ]
    return convert([_message("a", None, isCreatedByUser=False, content=content)])


def _tools(text: str) -> object:
    calls = [
        {"id": "1", "name": "execute_code", "args": {"lang": text, "code": text}, "output": text},
        {"id": "2", "type": "code_interpreter", "code_interpreter": {"input": text}},
        {"id": "3", "type": "function", "function": {"name": text, "arguments": {"a": text}}},
    ]
    content = [{"type": "tool_call", "tool_call": call} for call in calls]
    return convert([_message("a", None, isCreatedByUser=False, content=content)])


def _names(text: str) -> object:
    entry = {"filename": text, "filepath": text, "file_id": text, "toolCallId": text, "type": text}
    message = _message(
        "a",
        text,
        isCreatedByUser=False,
        sender=text,
        model=text,
        files=[entry],
        attachments=[entry],
    )
    return convert([message], title=text, promptPrefix=text, tags=[text], model=text)


def _prompt(text: str) -> object:
    group = PromptGroup.model_validate(
        {"_id": GROUP, "name": text, "command": text, "oneliner": text, "category": text}
    )
    version = Prompt.model_validate({"_id": "b" * 24, "groupId": GROUP, "prompt": text})
    taker = FreeCommands({}).taker("p")
    return convert_group(group, [version], owner_id="o", command=taker, grants=(), fallback=STARTED)


def _data(text: str) -> object:
    for read in (read_data_url, decoded):
        try:
            read(text)
        except DataError:
            continue
    return None


def _short(text: str) -> object:
    return (
        safe_filename(text),
        single_line(text, limit=100),
        safe_content_type(text),
        own_path(text, ALICE),
        local_path(text),
        convert_special_variables(text),
    )


def _shown(text: str) -> object:
    return visible(text), visible_lines(text), mask(text)


WAYS: Mapping[str, Way] = {
    "answer": _answer,
    "question": _question,
    "parts": _parts,
    "tools": _tools,
    "names": _names,
    "prompt": _prompt,
    "data": _data,
    "short texts": _short,
    "shown": _shown,
}
