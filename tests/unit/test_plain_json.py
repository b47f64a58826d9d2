"""What is noted on disk is read back as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrator_core.outcome import State
from migrator_core.plain_json import from_json, to_json


@pytest.mark.parametrize(
    "value", [["é", None, 1.5, {"a": [True]}], "half \ud83d", [2**70], ["\x00\n"], [State.FAILED]]
)
def test_a_line_holds_any_value(value: Any) -> None:
    line = to_json(value)
    assert b"\n" not in line
    assert from_json(line) == value
    assert json.loads(line) == value, "anybody else reads the same"
