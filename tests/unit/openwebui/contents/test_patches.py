"""The way back from a change: exact, and refused where somebody has changed it further."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.openwebui.contents.patches import TouchedError, patch_of, put_back

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)
ROWS = st.dictionaries(st.sampled_from("abc"), VALUES)


@given(ROWS, ROWS)
def test_the_way_back_is_exact_and_fits_into_json(before: Any, after: Any) -> None:
    patch = json.loads(json.dumps(patch_of(before, after)))
    assert (put_back(after, patch) if patch else after) == before


def test_what_somebody_changed_further_is_not_put_back() -> None:
    before = {"chat": {"title": "A", "messages": {"1": {"text": "x"}}}}
    after = {"chat": {"title": "B", "messages": {"1": {"text": "x"}, "2": {"text": "y"}}}}
    patch = patch_of(before, after)
    assert patch is not None
    now = {"chat": {"title": "B", "messages": {"1": {"text": "mine"}, "2": {"text": "y"}}}}
    assert put_back(now, patch)["chat"]["messages"] == {"1": {"text": "mine"}}
    now["chat"]["messages"]["2"]["text"] = "mine"  # type: ignore[index]
    with pytest.raises(TouchedError, match="chat/messages/2"):
        put_back(now, patch)


def test_a_date_that_moved_on_is_left_as_it_is() -> None:
    patch = patch_of({"name": "A", "updated_at": 1}, {"name": "B", "updated_at": 2})
    assert patch is not None
    assert put_back({"name": "B", "updated_at": 3}, patch) == {"name": "A", "updated_at": 3}
