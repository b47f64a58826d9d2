"""Data in texts is decoded or refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.files import data_urls
from migrator_core.convert.files.data_urls import DataError, decoded, read_data_url


@pytest.mark.parametrize(
    "url",
    [
        "data:",
        "data:image/png",
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
    with pytest.raises(DataError) as caught:
        read_data_url(url)
    assert len(str(caught.value)) < 100


def test_data_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_urls, "MAX_BYTES", 1024**2)
    assert len(decoded("AAAA" * (1024**2 // 3))) <= 1024**2
    with pytest.raises(DataError, match="larger than 1 MiB"):
        decoded("AAAA" * (1024**2 // 3 + 3))
    with pytest.raises(DataError, match="larger than 1 MiB"):
        read_data_url("data:text/plain," + "a" * (1024**2 + 1))


@given(st.text())
def test_no_text_makes_it_raise_anything_else(text: str) -> None:
    for url in (text, f"data:{text}", f"data:image/png;base64,{text}"):
        with contextlib.suppress(DataError):
            content, kind = read_data_url(url)
            assert isinstance(content, bytes)
            assert kind
