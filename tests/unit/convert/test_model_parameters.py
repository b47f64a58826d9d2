from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.model_parameters import convert_parameters


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (
            {"temperature": "0.7", "maxOutputTokens": "8192", "topP": 0.9, "topK": 40},
            {"temperature": 0.7, "max_tokens": 8192, "top_p": 0.9, "top_k": 40},
        ),
        ({"maxTokens": 1024.0}, {"max_tokens": 1024}),
        ({"max_output_tokens": 1500}, {"max_tokens": 1500}),
        ({"max_tokens": 5, "maxOutputTokens": 9}, {"max_tokens": 5}),
        ({"max_tokens": "", "maxOutputTokens": 9}, {"max_tokens": 9}),
        ({"temperature": 0}, {"temperature": 0}),
        ({"frequency_penalty": 0.1, "presence_penalty": -0.1}, None),
        ({"num_ctx": 8192, "seed": 7, "reasoning_effort": "high"}, None),
        ({"stop": "END"}, {"stop": ["END"]}),
        ({"stop": ["\n\n", "", 5]}, {"stop": ["\n\n"]}),
        ({"stop": []}, {}),
        ({"temperature": None, "max_tokens": "", "top_p": "many", "seed": True}, {}),
        ({"max_tokens": 0}, {}),
        ({"max_tokens": -1}, {}),
        ({"temperature": float("nan"), "top_p": "inf", "seed": 10**30}, {}),
    ],
)
def test_parameters(parameters: dict[str, Any], expected: dict[str, Any] | None) -> None:
    assert convert_parameters(parameters)[0] == (parameters if expected is None else expected)


@pytest.mark.parametrize("sequence", ["\n\n", "\\n", "終わり", "a\\u0041", "é\t", "😀"])
def test_stop_sequences_survive_the_servers_decoding(sequence: str) -> None:
    (stored,) = convert_parameters({"stop": [sequence]})[0]["stop"]
    assert bytes(stored, "utf-8").decode("unicode_escape") == sequence


def test_numbers_get_the_type_the_server_expects() -> None:
    params, _ = convert_parameters({"max_tokens": "4000", "temperature": "1"})
    assert isinstance(params["max_tokens"], int)
    assert params["temperature"] == 1


def test_unknown_parameters_are_named_and_never_passed_on() -> None:
    params, dropped = convert_parameters(
        {
            "thinking": True,
            "thinkingBudget": 2000,
            "region": "",
            "verbosity": None,
            "useResponsesApi": False,
            "model": "gpt-4o",
            "resendFiles": True,
            "temperature": "hot",
        }
    )
    assert params == {}
    assert dropped == ["thinking", "thinkingBudget", "temperature"]
