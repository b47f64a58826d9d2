"""Addresses of LibreChat's own pages, and where they lead now."""

from __future__ import annotations

import time

import pytest

from migrator_core.convert.chats.references import find_references
from migrator_core.convert.content.context import ChatScope, PartContext
from migrator_core.convert.content.file_references.inline_links import replace_links
from migrator_core.convert.page_links import Page, model_page, page_of
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.message import Message

CHAT = "59aba09f-a718-4480-9239-a223386012f7"
HERE = "/c/5f0d3c2e-6a55-5e0c-9d3f-6f3f4b1f7a10"
ADDRESS = f"https://chat.example/c/{CHAT}"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        (ADDRESS, Page("conversation", CHAT)),
        (f"HTTP://localhost:3080/base/c/{CHAT}/?x=1#m", Page("conversation", CHAT)),
        (f"/c/{CHAT}", Page("conversation", CHAT)),
        ("https://chat.example/share/aB3_-x9Kl", Page("share", "aB3_-x9Kl")),
        ("/c/new?agent_id=agent_iYp7U24&x", Page("agent", "agent_iYp7U24")),
        ("https://chat.example/?q=1&agent_id=agent_x", Page("agent", "agent_x")),
        ("https://chat.example/c/new", None),
        ("https://chat.example/c/", None),
        ("https://chat.example/share/a b", None),
        ("https://chat.example/?agent_id=other", None),
        (f"//chat.example/c/{CHAT}", None),
        (f"ftp://chat.example/c/{CHAT}", None),
        (f"c/{CHAT}", None),
        ("https://chat.example/docs", None),
        (f"https://chat.example/c/{'x' * 3000}", None),
    ],
)
def test_what_an_address_leads_to(address: str, page: Page | None) -> None:
    assert page_of(address) == page


@pytest.mark.parametrize(
    ("address", "known"),
    [
        (ADDRESS, True),
        (f"https://Chat.Example/c/{CHAT}", True),
        (f"/c/{CHAT}", True),
        (f"https://chat.example.evil/c/{CHAT}", False),
        (f"https://other.example/c/{CHAT}", False),
        (f"http://chat.example/c/{CHAT}", False),
    ],
)
def test_where_hosts_are_known_only_theirs_count(address: str, known: bool) -> None:
    assert (page_of(address, ("https://chat.example",)) is not None) is known


CONTEXT = PartContext("message m1", ChatScope(pages={ADDRESS: HERE, f"/c/{CHAT}": HERE}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[look]({ADDRESS})", f"[look]({HERE})"),
        (f'[look]({ADDRESS} "Title")', f'[look]({HERE} "Title")'),
        (f"[look](<{ADDRESS}>)", f"[look](<{HERE}>)"),
        (f"[look](/c/{CHAT})", f"[look]({HERE})"),
        (f"![x](a) [look]({ADDRESS}) and [more]({ADDRESS})!", None),
        (f"See {ADDRESS}.", f"See [{HERE}]({HERE})."),
        (f'<a href="{ADDRESS}">', f'<a href="{HERE}">'),
        (f"<{ADDRESS}>", f"<{ADDRESS}>"),
        (f"`{ADDRESS}`", f"`{ADDRESS}`"),
        (f"```\n[look]({ADDRESS})\n```", f"```\n[look]({ADDRESS})\n```"),
        (f"[other]({ADDRESS}x)", f"[other]({ADDRESS}x)"),
        (f"/c/{CHAT}", f"/c/{CHAT}"),
    ],
)
def test_links_are_replaced_where_they_are_links(text: str, expected: str | None) -> None:
    expected = text.replace(ADDRESS, HERE) if expected is None else expected
    assert replace_links(text, CONTEXT).text == expected
    assert replace_links(text, PartContext("message m1")).text == text


def test_references_name_pages_as_they_stand() -> None:
    text = f"[a]({ADDRESS}) <b> https://x.example/share/abcdefgh. and https://x.example/"
    found = find_references([parse(Message, {"messageId": "m", "text": text})], "u")
    assert found.pages == {
        ADDRESS: Page("conversation", CHAT),
        "https://x.example/share/abcdefgh": Page("share", "abcdefgh"),
    }
    assert find_references([], "u", ("https://y",)).pages == {}


def test_a_models_page_takes_any_id() -> None:
    assert model_page("agent-ä/b?c") == "/?model=agent-%C3%A4%2Fb%3Fc"


def test_hostile_addresses_cost_nothing() -> None:
    began = time.process_time()
    for text in ("/c/" * 1_000_000, "?agent_id=" * 300_000, "/share/" + "a" * 3_000_000):
        assert page_of(text) is None
    many = "/c/new?" + "&" * 1900 + "agent_id=agent_x"
    assert page_of(many) is None
    assert time.process_time() - began < 5
