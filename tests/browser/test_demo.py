"""A migrated chat in the browser, as the person who opens Open WebUI the next morning sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    StorageState,
    expect,
)

from tests.support.environments import ROOT
from tests.support.openwebui import signed_in
from tests.support.sample import by_key, people

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCREENSHOTS = ROOT / "build" / "screenshots"
WAIT = 60_000  # milliseconds: a busy machine is slow, not wrong
expect.set_options(timeout=WAIT)
MARA = next(person for person in people() if person["key"] == "mara")


@pytest.fixture(scope="module")
def addresses(demo: str) -> dict[str, str]:
    """Where each of Mara's conversations is, by its ``conversationId``."""
    with signed_in(demo, MARA["email"], MARA["password"]) as person:
        return {c["meta"]["librechat"]["conversationId"]: f"/c/{c['id']}" for c in person.chats()}


@pytest.fixture(scope="module")
def session(browser: Browser, demo: str) -> StorageState:
    """What the browser remembers once Mara has signed in with her LibreChat password."""
    context = browser.new_context(base_url=demo)
    tab = context.new_page()
    tab.goto("/auth")
    tab.locator("input[type=email]").fill(MARA["email"])
    tab.locator("input[type=password]").fill(MARA["password"])
    tab.locator("button[type=submit]").click()
    expect(tab.locator("#chat-input")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(browser: Browser, demo: str, session: StorageState) -> Iterator[Page]:
    """A tab in which Mara is signed in; an error on its console fails the test."""
    context = browser.new_context(
        base_url=demo, storage_state=session, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(WAIT)
    tab = context.new_page()
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"{message.text} ({message.location.get('url')})")

    def crashed(error: Error) -> None:
        # Open WebUI's preview of HTML listens in a sandboxed frame, which Chromium forbids; it
        # does so for every HTML block, migrated or not.
        if "Blocked a frame with origin" not in str(error):
            problems.append(f"uncaught: {error}")

    tab.on("console", note)
    tab.on("pageerror", crashed)
    yield tab
    context.close()
    assert problems == []


def _open(page: Page, addresses: dict[str, str], key: str) -> None:
    chat = by_key("conversations")[key]
    page.goto(addresses[chat["conversationId"]])
    expect(page.get_by_text(chat["messages"][0]["shows"][0]).first).to_be_visible()


def _picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def test_a_chat_shows_its_text_and_its_branches(page: Page, addresses: dict[str, str]) -> None:
    _open(page, addresses, "spring-plan")
    expect(page.get_by_text("A plan with more air in it").first).to_be_visible()
    expect(page.get_by_text("we send the final one by 1 April").first).to_be_visible()
    expect(page.get_by_text("2/2").first).to_be_visible()
    _picture(page, "branches")


def test_the_sidebar_lists_the_chats(page: Page, addresses: dict[str, str]) -> None:
    _open(page, addresses, "spring-plan")
    page.get_by_role("button", name="Open Sidebar").first.click()
    for key in ("audit", "memory", "landing-page"):
        title = by_key("conversations")[key]["title"]
        expect(page.get_by_role("button", name=title)).to_be_visible()
    _picture(page, "sidebar")


def test_pictures_are_shown(page: Page, addresses: dict[str, str]) -> None:
    _open(page, addresses, "photos")
    wanted = sum(len(message["files"]) for message in by_key("conversations")["photos"]["messages"])
    page.wait_for_function(
        """wanted => [...document.querySelectorAll("img")].filter(
            image => image.src.includes("/api/v1/files/") && image.naturalWidth > 50
        ).length >= wanted""",
        arg=wanted,
    )
    _picture(page, "photos")


@pytest.mark.parametrize("key", ["audit", "fair", "sales", "dusk", "landing-page", "poster"])
def test_rich_answers_open_without_errors(key: str, page: Page, addresses: dict[str, str]) -> None:
    _open(page, addresses, key)
    last = by_key("conversations")[key]["messages"][-1]
    expect(page.get_by_text(last["shows"][-1].strip("<>h1/")).last).to_be_visible()
    _picture(page, key)
