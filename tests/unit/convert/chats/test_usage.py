"""Token counts: what Open WebUI adds up and reads a chat's length off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_checks import answer, convert, history, message
from tests.unit.convert.documents import wrong_values


def usage(name: str, *rows: Any) -> Any:
    return history(convert(*rows))[name].get("usage")


def test_what_the_provider_reported_counts() -> None:
    reported = {"usage": {"input": 812, "output": 133, "cacheRead": 700, "cacheWrite": 0}}
    rows = [message("q", tokenCount=4), answer("a", "q", metadata=reported, tokenCount=99)]
    assert usage("a", *rows) == {
        "input_tokens": 812,
        "output_tokens": 133,
        "total_tokens": 945,
        "input_tokens_details": {"cached_tokens": 700},
    }
    assert usage("q", *rows) is None


def test_without_a_report_the_branch_is_the_prompt() -> None:
    rows = [
        message("q", tokenCount=10),
        answer("a", "q", at=1, tokenCount=100),
        answer("b", "q", at=2, tokenCount=50),
        message("q2", "a", at=3, tokenCount=5),
        answer("c", "q2", at=4, tokenCount=7),
    ]
    assert usage("a", *rows) == {"input_tokens": 10, "output_tokens": 100, "total_tokens": 110}
    assert usage("b", *rows) == {"input_tokens": 10, "output_tokens": 50, "total_tokens": 60}
    assert usage("c", *rows) == {"input_tokens": 115, "output_tokens": 7, "total_tokens": 122}


@pytest.mark.parametrize("missing", ["q", "a", "q2"])
def test_half_a_count_is_no_count(missing: str) -> None:
    counts = {"q": 1, "a": 2, "q2": 3, missing: None}
    rows = [
        message("q", tokenCount=counts["q"]),
        answer("a", "q", at=1, tokenCount=counts["a"]),
        message("q2", "a", at=2, tokenCount=counts["q2"]),
        answer("b", "q2", at=3, tokenCount=4),
    ]
    assert usage("b", *rows) is None


@pytest.mark.parametrize(
    "reported",
    [{}, {"input": 0, "output": 0}, {"input": 5}, {"input": -1, "output": 5},
     {"input": 2**31, "output": 5}, {"input": 999_999_999, "output": 999_999_999},
     {"input": True, "output": 5}, {"input": "5", "output": "6"}, {"input": float("nan")}, None, 5],
)  # fmt: skip
def test_numbers_that_would_break_statistics_stay_out(reported: object) -> None:
    assert usage("a", message("q"), answer("a", "q", metadata={"usage": reported})) is None


def test_wrong_types_do_no_harm() -> None:
    for wrong in wrong_values():
        for fields in ({"tokenCount": wrong}, {"metadata": wrong}, {"metadata": {"usage": wrong}}):
            convert(message("q", tokenCount=wrong), answer("a", "q", **fields))
