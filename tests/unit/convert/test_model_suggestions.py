"""The connected model that is most like one that is not."""

from __future__ import annotations

import time

import pytest

from migrator_core.convert.model_suggestions import suggested_map

OFFERED = (
    "gpt-4o", "gpt-4o-mini", "gpt-4.1", "claude-sonnet-4-20250514", "claude-3-5-haiku-latest",
    "llama3.1:8b", "house.gpt-5", "gemini-2.5-pro",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("openai/gpt-4o-mini", "gpt-4o-mini"),
        ("gpt-4-0613", "gpt-4.1"),
        ("gpt-5", "house.gpt-5"),
        ("claude-3-5-sonnet-20241022", "claude-sonnet-4-20250514"),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-sonnet-4-20250514"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "claude-3-5-haiku-latest"),
        ("meta-llama/llama-3-70b-instruct", "llama3.1:8b"),
        ("gemini-1.5-pro-latest", "gemini-2.5-pro"),
        ("deepseek/deepseek-r1:free", ""),
        ("o1-mini", ""),
        ("", ""),
        ("42", ""),
    ],
)
def test_the_guess(name: str, guess: str) -> None:
    assert suggested_map([name], OFFERED) == {name: guess}


def test_without_anything_to_choose_from_nothing_is_guessed() -> None:
    assert suggested_map(["gpt-4o"], ()) == {"gpt-4o": ""}


def test_hostile_names_cost_nothing() -> None:
    names = ["a-" * 500_000, "a." * 500_000, "-latest" * 100_000, *map(str, range(100_000))]
    began = time.process_time()
    assert len(suggested_map(names, [f"gpt-{one}" for one in range(100_000)])) == 500
    assert time.process_time() - began < 10
