"""A migrated chat in the browser, as the person who opens Open WebUI the next morning sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Pages
from tests.support.sample import by_key

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_chat_shows_its_text_and_its_branches(pages: Pages) -> None:
    pages.open("spring-plan")
    expect(pages.tab.get_by_text("A plan with more air in it").first).to_be_visible()
    expect(pages.tab.get_by_text("we send the final one by 1 April").first).to_be_visible()
    expect(pages.tab.get_by_text("2/2").first).to_be_visible()
    pages.picture("branches")


def test_the_sidebar_lists_the_chats(pages: Pages) -> None:
    pages.open("spring-plan")
    pages.tab.get_by_role("button", name="Open Sidebar").first.click()
    for key in ("audit", "memory", "landing-page"):
        title = by_key("conversations")[key]["title"]
        expect(pages.tab.get_by_role("button", name=title)).to_be_visible()
    pages.picture("sidebar")


def test_pictures_are_shown(pages: Pages) -> None:
    pages.open("photos")
    wanted = sum(len(message["files"]) for message in by_key("conversations")["photos"]["messages"])
    pages.tab.wait_for_function(
        """wanted => [...document.querySelectorAll("img")].filter(
            image => image.src.includes("/api/v1/files/") && image.naturalWidth > 50
        ).length >= wanted""",
        arg=wanted,
    )
    pages.picture("photos")
