"""Data inside messages."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.content.context import ChatScope, PartContext
from migrator_core.convert.content.file_references.embedded import file_in_data_url
from migrator_core.convert.files.data_urls import DataError

CHAT = ChatScope("u1", "owner", "c1")
CONTEXT = PartContext("message m1", CHAT, message_id="m1", timestamp=7)


@given(st.binary(min_size=1), st.booleans())
def test_the_bytes_arrive_as_they_were(content: bytes, escaped: bool) -> None:
    body = quote(content) if escaped else f";base64,{base64.b64encode(content).decode()}"
    url = f"data:image/png,{body}" if escaped else f"data:image/png{body}"
    file = file_in_data_url(url, CONTEXT)
    assert file.content == content
    assert file.row.meta["size"] == len(content)
    assert file.row.meta["content_type"] == "image/png"
    assert file.row.stored_name.startswith(f"{file.row.id}_image-")
    assert file.row.filename.endswith(".png")


def test_the_record_says_where_it_was_found() -> None:
    row = file_in_data_url("data:text/plain;charset=utf-8;base64,SGk=", CONTEXT).row
    assert row.user_id == "owner"
    assert row.created_at == row.updated_at == 7
    assert row.meta["librechat"] == {"conversationId": "c1", "messageId": "m1"}
    assert row.data == {}


def test_the_same_bytes_are_one_file_for_each_user() -> None:
    other = PartContext("message m2", ChatScope("u2", "owner"))
    url = "data:image/png;base64,SGk="
    first, again = file_in_data_url(url, CONTEXT), file_in_data_url(url + "\n", CONTEXT)
    assert first.row.id == again.row.id
    assert first.row.id != file_in_data_url(url, other).row.id


def test_an_empty_file_is_none() -> None:
    with pytest.raises(DataError, match="empty"):
        file_in_data_url("data:image/png;base64,", CONTEXT)
