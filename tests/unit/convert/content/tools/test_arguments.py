"""What tools were given stays what it meant."""

from __future__ import annotations

import json

import pytest

from migrator_core.convert.content.tools.arguments import arguments_text


@pytest.mark.parametrize(
    ("arguments", "meaning"),
    [
        ('{"a": 1}', {"a": 1}),
        ({"a": {"b": [None]}}, {"a": {"b": [None]}}),
        (None, {}),
        ("  ", {}),
        ('{"code": "line\nbreak"}', {"code": "line\nbreak"}),
        ('{"a": NaN}', {"input": '{"a": NaN}'}),
        ('{"a": ', {"input": '{"a": '}),
        ("Lisbon", {"input": "Lisbon"}),
        ("[1, 2]", {"input": [1, 2]}),
        ("null", {"input": "null"}),
        (7, {"input": 7}),
        ('{"a": "x\x00y"}', {"a": "xy"}),
        ("[" * 100_000, {"input": "[" * 100_000}),
        ("9" * 10_000, {"input": "9" * 10_000}),
    ],
)
def test_arguments_are_an_object_that_means_the_same(arguments: object, meaning: object) -> None:
    assert json.loads(arguments_text(arguments)) == meaning


def test_arguments_that_are_fine_stay_as_they_were_written() -> None:
    written = '{ "b":1,\t"a":"\\u00e9é" }'
    assert arguments_text(written) == written
