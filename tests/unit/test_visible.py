"""What a backup holds must neither act on a terminal nor hide from a reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.visible import visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ümläut, 漢字, 🙂", "plain, ümläut, 漢字, 🙂"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("bell\x07 and back\x08", r"bell\x07 and back\x08"),
        ("exe.\u202egpj", r"exe.\u202egpj"),
        ("one\r\ntwo\nthree\rfour\tfive\u2028six", r"one two three\x0dfour five\u2028six"),
        ("half \ud83d", r"half \ud83d"),
        ("zero\x00", r"zero\x00"),
        ("\x9b31m", r"\x9b31m"),
    ],
)
def test_it_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_lines_stay_lines() -> None:
    assert visible_lines("Name one:\n  a\x07\n  b") == "Name one:\n  a\\x07\n  b"


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Lu"])))
def test_nothing_of_it_acts(text: str) -> None:
    left = {unicodedata.category(char) for char in visible(text)}
    assert left.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    visible(text).encode()
