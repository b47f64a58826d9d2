from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.cleaning import TOO_DEEP, clean_json, clean_text, cut_bytes, single_line
from migrator_core.librechat.values import Millis
from tests.unit.convert.storable import texts


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x00b", "ab"),
        ("half \ud83d emoji", "half  emoji"),
        ("😀 \ue202 \u202eabc\u2028 עברית \x1b", "😀 \ue202 \u202eabc\u2028 עברית \x1b"),
    ],
)
def test_only_what_cannot_be_stored_is_removed(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Millis(5), 5),
        (2**63 - 1, 2**63 - 1),
        (2**63, "9223372036854775808"),
        (-(2**63) - 1, "-9223372036854775809"),
        (float("nan"), None),
        (float("-inf"), None),
        (True, True),
        (b"\x00\xff", "AP8="),
        ((1, "a\x00"), [1, "a"]),
        ({1: 2, None: 3}, {"1": 2, "None": 3}),
        ({"a\x00": 1, "a": 2}, {"a": 1, "a_": 2}),
    ],
)
def test_json_values_become_storable(value: Any, expected: Any) -> None:
    assert clean_json(value) == expected
    assert type(clean_json(value)) is type(expected)


def test_a_number_with_too_many_digits_to_print_becomes_null() -> None:
    assert clean_json({"n": 10**6000}) == {"n": None}


def test_nesting_is_cut_where_no_database_would_follow() -> None:
    deep: Any = "bottom"
    for _ in range(5000):
        deep = [deep]
    result = clean_json(deep)
    orjson.dumps(result)
    assert TOO_DEEP in texts(result)


_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary()
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec=None)), inner),
)


@given(_ANYTHING)
def test_any_json_value_is_accepted_by_open_webuis_codec(value: object) -> None:
    cleaned = clean_json(value)
    orjson.dumps(cleaned)
    assert not any("\x00" in text for text in texts(cleaned))
    assert clean_json(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\r\nlines\t here ", "two lines here"),
        ("\u202egpj.exe\x07", "gpj.exe"),
        ("\ufeffname", "name"),
        (None, ""),
        ("👩\u200d👩\u200d👧 family", "👩\u200d👩\u200d👧 family"),
    ],
)
def test_names_fit_on_one_line(text: str | None, line: str) -> None:
    assert single_line(text, limit=100) == line


def test_names_are_cut_in_code_points() -> None:
    assert single_line("é" * 60, limit=50) == "é" * 50


@given(st.text(), st.integers(0, 40))
def test_cutting_bytes_never_splits_a_character(text: str, limit: int) -> None:
    cut = cut_bytes(text, limit)
    assert text.startswith(cut)
    assert len(cut.encode()) <= limit
    assert len(text[: len(cut) + 1].encode()) > limit or cut == text
