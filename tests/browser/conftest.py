"""The demo, served, and a browser in which its owner is signed in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.browser.pages import Pages, watched
from tests.support.environments import CURRENT, ROOT, deployment
from tests.support.openwebui import OpenWebUIServer, signed_in
from tests.support.sample import people

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MARA = next(person for person in people() if person["key"] == "mara")


# Not for the whole session: playwright keeps an event loop running, which asynchronous tests of
# other modules cannot have.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's own Chromium: playwright's downloads are not needed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = f"no browser found (looked for {', '.join(NAMES)}); apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo, made and served by the tool's own ``demo`` verb."""
    home = tmp_path_factory.mktemp("demo")
    target = deployment(CURRENT, home)
    words = ["-m", "migrator_core", "demo", "--dir", str(home / "demo")]
    made = subprocess.run(
        [str(target.python), *words],
        env=target.variables,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout
    with OpenWebUIServer(target, lambda port: [*words, "--serve", "--port", str(port)]) as server:
        yield server.url


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def addresses(demo: str) -> dict[str, str]:
    """Where each of Mara's conversations is, by its ``conversationId``."""
    with signed_in(demo, MARA["email"], MARA["password"]) as person:
        return {c["meta"]["librechat"]["conversationId"]: f"/c/{c['id']}" for c in person.chats()}


@pytest.fixture
def page(browser: Browser, demo: str, session: StorageState) -> Iterator[Page]:
    """A tab in which Mara is signed in; an error on its console fails the test."""
    context = browser.new_context(
        base_url=demo, storage_state=session, viewport={"width": 1280, "height": 900}
    )
    with watched(context) as tab:
        yield tab


@pytest.fixture
def pages(page: Page, addresses: dict[str, str]) -> Pages:
    """Mara's tab, and where her chats are."""
    return Pages(page, addresses)
