"""Commands of prompts are given out once."""

from __future__ import annotations

from migrator_core.convert.library.commands import FreeCommands


def test_a_taken_command_gets_a_number() -> None:
    commands = FreeCommands({"summarize": "somebody-elses"})
    assert commands.taker("a")("summarize") == "summarize-2"
    assert commands.taker("b")("summarize") == "summarize-3"
    assert commands.taker("c")("Review") == "Review"
    assert commands.taker("d")("review") == "review-2"


def test_a_second_run_gives_everyone_what_they_have() -> None:
    commands = FreeCommands({"summarize": "a", "summarize-2": "b"})
    assert commands.taker("b")("summarize") == "summarize-2"
    assert commands.taker("a")("summarize") == "summarize"
    assert commands.taker("new")("summarize") == "summarize-3"
