"""Opening a migrated chat in the browser, and keeping a picture of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page, expect

from tests.support.environments import ROOT
from tests.support.sample import by_key

SCREENSHOTS = ROOT / "build" / "screenshots"
WAIT = 60_000  # milliseconds: a busy machine is slow, not wrong
expect.set_options(timeout=WAIT)

# Everything Open WebUI 0.12.4 shows while something is still going on: Spinner.svelte, the class
# of labels in progress, and Skeleton.svelte, the dot of an answer that has not begun. The sidebar
# beside the chat always ends with a spinner, for the chats that it lists later.
BUSY = "#chat-container :is(.spinner_ajPY, .shimmer, .animate-size, button[aria-label=Stop])"

# Flaws of Open WebUI's own pages, whatever they show.
OWN_ERRORS = (
    # Its panel for artifacts listens inside its own sandboxed frame; Chromium forbids it (0.12.4,
    # Artifacts.svelte, iframeLoadHandler). It does so for every HTML block, migrated or not.
    "Blocked a frame with origin",
    # The import of Functions calls a method of a store on the imported list, which has the same
    # name (0.10.2 to 0.12.4, Functions.svelte: ``_functions``). The import is complete by then.
    ".set is not a function",
)


@contextmanager
def watched(context: BrowserContext) -> Iterator[Page]:
    """A tab; an error on its console, or in a tab that it opens, fails the test."""
    context.set_default_timeout(WAIT)
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"{message.text} ({message.location.get('url')})")

    def crashed(error: Error) -> None:
        if not any(own in str(error) for own in OWN_ERRORS):
            problems.append(f"uncaught: {error}")

    context.on("console", note)
    context.on("weberror", lambda error: crashed(error.error))
    yield context.new_page()
    context.close()
    assert problems == [], "\n".join(problems)


def picture(tab: Page, name: str, *, whole: bool = True) -> None:
    """Keep what a tab shows, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)


@dataclass(frozen=True)
class Pages:
    """A tab in which somebody is signed in, and where their chats are by ``conversationId``."""

    tab: Page
    addresses: dict[str, str]

    def open(self, key: str) -> None:
        """Open a conversation of the sample and wait until it rests."""
        chat = by_key("conversations")[key]
        self.tab.goto(self.addresses[chat["conversationId"]])
        expect(self.tab.get_by_text(chat["messages"][0]["shows"][0]).first).to_be_visible()
        expect(self.tab.locator("[id^=message-].flex").last).to_be_visible()
        self.rests()

    def message(self, key: str, index: int) -> Locator:
        """A message of a conversation, by its place in the sample's truth."""
        return self.tab.locator(f"#message-{by_key('conversations')[key]['messages'][index]['id']}")

    def rests(self) -> None:
        """Nothing spins, shimmers or waits for an answer."""
        expect(self.tab.locator(BUSY)).to_have_count(0)

    def picture(self, name: str) -> None:
        """Keep what the tab shows, for people to look at."""
        picture(self.tab, name)

    def shows_images(self, where: Locator, count: int) -> None:
        """That many pictures of stored files have loaded."""
        images = where.locator("img[src*='/api/v1/files/']")
        expect(images).to_have_count(count)
        for index in range(count):
            self.tab.wait_for_function(
                "image => image.complete && image.naturalWidth > 0",
                arg=images.nth(index).element_handle(),
            )
