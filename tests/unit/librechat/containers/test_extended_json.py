from __future__ import annotations

import json
import math
import re
from typing import Any

import bson
import pytest
from bson import json_util
from bson.binary import Binary
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.json_util import CANONICAL_JSON_OPTIONS, RELAXED_JSON_OPTIONS
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.timestamp import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.librechat.collection import UndecodableError
from migrator_core.librechat.containers.bson_documents import BsonDecoder
from migrator_core.librechat.containers.extended_json import decode_json, decode_json_fields
from migrator_core.librechat.values import Millis


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"$oid":"64CA1DB05F9D88C1AA1A2B01"}', "64ca1db05f9d88c1aa1a2b01"),
        ('{"$date":"2026-01-13T14:00:00Z"}', Millis(1768312800000)),
        ('{"$date":"2026-01-13T14:00:00.12Z"}', Millis(1768312800120)),
        ('{"$date":"2026-01-13T16:00:00.123+02:00"}', Millis(1768312800123)),
        ('{"$date":{"$numberLong":"-86400000"}}', Millis(-86400000)),
        ('{"$date":{"$numberLong":"9223372036854775807"}}', Millis(2**63 - 1)),
        ('{"$numberInt":"-5"}', -5),
        ('{"$numberLong":"9007199254740993"}', 9007199254740993),
        ('{"$numberDouble":"1.768312800123E+12"}', 1768312800123.0),
        ('{"$numberDouble":"-Infinity"}', -math.inf),
        ('{"$numberDecimal":"0.1"}', 0.1),
        ('{"$binary":{"base64":"AAH/","subType":"00"}}', b"\x00\x01\xff"),
        ('{"$binary":"AAH/","$type":"00"}', b"\x00\x01\xff"),
        ('{"$symbol":"s"}', "s"),
        ('{"$undefined":true}', None),
        ('{"$timestamp":{"t":1,"i":2}}', {"$timestamp": {"t": 1, "i": 2}}),
        ('{"$minKey":1}', {"$minKey": 1}),
    ],
)
def test_types_become_plain_values(text: str, expected: object) -> None:
    value = decode_json(f'{{"v":{text}}}'.encode())["v"]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        '{"$date":"yesterday"}',
        '{"$date":"2026-13-45T00:00:00Z"}',
        '{"$date":null}',
        '{"$date":true}',
        '{"$oid":"short"}',
        '{"$oid":5}',
        '{"$numberLong":"9223372036854775808"}',
        '{"$numberInt":"many"}',
        '{"$numberDouble":[]}',
        '{"$binary":{"base64":"***","subType":"00"}}',
        '{"$binary":5}',
        '{"$undefined":1}',
    ],
)
def test_look_alikes_stay_what_they_are(text: str) -> None:
    value = decode_json(f'{{"v":{text}}}'.encode())["v"]
    assert isinstance(value, dict)
    assert len(value) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[1]",
        b'"text"',
        b"{",
        b'{"a":1}}',
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"n":' + b"9" * 5000 + b"}",
        b"\x00" * 100,
        b'{"$oid":"64ca1db05f9d88c1aa1a2b01"}',
    ],
)
def test_no_document_is_said_and_never_crashes(raw: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode_json(raw)


def test_strange_but_readable_values() -> None:
    raw = b'{"a":"\\ud83d","b":"x\\u0000y","c":"\xff","d":NaN,"e":1,"e":2,"f":"tab\there"}'
    value = decode_json(raw)
    assert math.isnan(value.pop("d"))
    assert value == {"a": "\ud83d", "b": "x\x00y", "c": "\ufffd", "e": 2, "f": "tab\there"}


_keys = st.text(max_size=8).filter(lambda key: "\x00" not in key and not key.startswith("$"))
_texts = st.text(max_size=20)
_scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(Int64),
    st.floats(allow_nan=False),
    _texts,
    st.binary(min_size=12, max_size=12).map(ObjectId),
    st.integers(-(2**63), 2**63 - 1).map(DatetimeMS),
    st.integers(-62135596800000, 253402300799999).map(DatetimeMS),
    st.binary(max_size=20).map(lambda data: Binary(data, 5)),
    st.binary(max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-1e9, max_value=1e9).map(
        Decimal128
    ),
    st.sampled_from(
        [
            Timestamp(3, 4),
            MinKey(),
            MaxKey(),
            Regex("a.b", "im"),
            Code("return 1"),
            Code("return x", {"x": 1}),
            DBRef("users", ObjectId(b"012345678901")),
        ]
    ),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_keys, _values, max_size=6))
def test_every_form_of_a_document_reads_back_the_same(document: dict[str, Any]) -> None:
    from_bson = BsonDecoder().decode(bson.encode(document))
    relaxed = decode_json(_dumps(document, RELAXED_JSON_OPTIONS))
    canonical = decode_json(_dumps(document, CANONICAL_JSON_OPTIONS))
    assert _typed(from_bson) == _typed(relaxed) == _typed(canonical)


def _dumps(document: dict[str, Any], options: json_util.JSONOptions) -> bytes:
    return json_util.dumps(document, json_options=options).encode()


def _typed(value: Any) -> Any:
    """The value with its types, so that 1, 1.0, True and a date of 1 ms are four things."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return type(value).__name__, repr(value)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text(max_size=8)
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["a", "$oid", "$date", "$numberLong", "$binary", "$type", "base64"]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    ),
    st.booleans(),
)
def test_a_document_reads_the_same_whichever_parser_it_takes(value: Any, ascii_only: bool) -> None:
    text = json.dumps({"v": value}, ensure_ascii=ascii_only)
    # What orjson refuses, a raw control character, sends the same document the other way.
    other = text[:-1] + ',"c":"\x01"}'
    try:
        slowly = decode_json(other.encode("utf-8", "surrogatepass"))
    except UndecodableError:
        slowly = {}
    quickly = decode_json(text.encode("utf-8", "surrogatepass"))
    assert quickly["v"] == slowly["v"]
    assert type(quickly["v"]) is type(slowly["v"])


@pytest.mark.parametrize(
    "text",
    [
        '{"_id":{"$oid":"64CA1DB05F9D88C1AA1A2B01"},"user":"u","tenantId":{"$numberLong":"7"}}',
        '{"user":{"a":{"$oid":"64ca1db05f9d88c1aa1a2b01"}},"b":{"$date":"2026-01-13T14:00:00Z"}}',
        '{"$oid":"64ca1db05f9d88c1aa1a2b01"}',
        '{"user":"half \\ud83d","x":{"$numberLong":"1"},"y":1}',
        "[1]",
        '{"user":' + "[" * 250 + "]" * 250 + "}",
        '{"user":"cut',
    ],
)
def test_some_fields_are_what_the_whole_document_has(text: str) -> None:
    names = {"_id", "user", "tenantId"}
    try:
        whole = decode_json(text.encode())
    except UndecodableError as refused:
        with pytest.raises(UndecodableError, match=re.escape(str(refused))):
            decode_json_fields(text.encode(), names)
    else:
        wanted = {name: whole[name] for name in names & whole.keys()}
        assert decode_json_fields(text.encode(), names) == wanted
