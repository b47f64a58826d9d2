"""Bytes that are text, in whatever encoding people saved them."""

from __future__ import annotations

import pytest

from migrator_core.openwebui.texts.decoding import clean, decode

GREETING = "Grüße aus Köln, žluťoučký kůň, 木漏れ日 🍐"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_as_it_was_meant(encoding: str) -> None:
    assert decode(GREETING.encode(encoding)) == GREETING


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_unicode_of_windows_needs_no_mark(encoding: str) -> None:
    text = "Pflaumen; 120 kg\r\n" * 20
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Die Bäume blühen früh, die Äpfel reifen spät. " * 20, "cp1252"),
        ("桃花潭水深千尺,不及汪伦送我情。" * 20, "gb18030"),
        ("Вишня цветёт в мае, яблоня чуть позже. " * 20, "cp1251"),
    ],
)
def test_older_encodings_are_guessed(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_what_is_no_text_is_none() -> None:
    assert decode(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20) is None


def test_any_other_byte_is_a_character() -> None:
    assert decode(bytes(range(1, 256)) * 3) is not None


def test_what_no_database_stores_is_removed() -> None:
    assert clean("a\x00b\ud83dc🍐") == "abc🍐"
