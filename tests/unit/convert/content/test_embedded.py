"""Data inside messages."""

from __future__ import annotations

import base64
import contextlib
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.content import embedded
from migrator_core.convert.content.embedded import EmbeddedError, decoded, from_data_url
from migrator_core.convert.content.pieces import PartContext

CONTEXT = PartContext(
    "message m1",
    {},
    user="u1",
    owner_id="owner",
    conversation_id="c1",
    message_id="m1",
    timestamp=7,
)


@given(st.binary(min_size=1), st.booleans())
def test_the_bytes_arrive_as_they_were(content: bytes, escaped: bool) -> None:
    body = quote(content) if escaped else f";base64,{base64.b64encode(content).decode()}"
    url = f"data:image/png,{body}" if escaped else f"data:image/png{body}"
    file = from_data_url(url, CONTEXT)
    assert file.content == content
    assert file.row.meta["size"] == len(content)
    assert file.row.meta["content_type"] == "image/png"
    assert file.row.stored_name.startswith(f"{file.row.id}_image-")
    assert file.row.filename.endswith(".png")


def test_the_record_says_where_it_was_found() -> None:
    row = from_data_url("data:text/plain;charset=utf-8;base64,SGk=", CONTEXT).row
    assert row.user_id == "owner"
    assert row.created_at == row.updated_at == 7
    assert row.meta["librechat"] == {"conversationId": "c1", "messageId": "m1"}
    assert row.data == {}


def test_the_same_bytes_are_one_file_for_each_user() -> None:
    other = PartContext("message m2", {}, user="u2", owner_id="owner")
    url = "data:image/png;base64,SGk="
    first, again = from_data_url(url, CONTEXT), from_data_url(url + "\n", CONTEXT)
    assert first.row.id == again.row.id
    assert first.row.id != from_data_url(url, other).row.id


@pytest.mark.parametrize(
    "url",
    [
        "data:",
        "data:image/png",
        "data:image/png;base64,",
        "data:image/png;base64,=",
        "data:image/png;base64,A",
        "data:image/png;base64,AAA",
        "data:image/png;base64,AA-_",
        "data:image/png;base64,AAAA\x00",
        "data:image/png;base64,ÄÄÄÄ",
        "data:image/png;base64,\ud800AAA",
        "data:" + "x" * 10_000 + ",a",
        "https://example.org/",
    ],
)
def test_broken_data_is_refused_in_words(url: str) -> None:
    with pytest.raises(EmbeddedError) as caught:
        from_data_url(url, CONTEXT)
    assert len(str(caught.value)) < 100


def test_data_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MAX_BYTES", 1024**2)
    assert len(decoded("AAAA" * (1024**2 // 3))) <= 1024**2
    with pytest.raises(EmbeddedError, match="larger than 1 MiB"):
        decoded("AAAA" * (1024**2 // 3 + 3))
    with pytest.raises(EmbeddedError, match="larger than 1 MiB"):
        from_data_url("data:text/plain," + "a" * (1024**2 + 1), CONTEXT)


@given(st.text())
def test_no_text_makes_it_raise_anything_else(text: str) -> None:
    for url in (text, f"data:{text}", f"data:image/png;base64,{text}"):
        with contextlib.suppress(EmbeddedError):
            assert from_data_url(url, CONTEXT).content
