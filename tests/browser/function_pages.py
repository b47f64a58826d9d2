"""The migration inside Open WebUI, as the administrator's browser shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    Frame,
    FrameLocator,
    Locator,
    Page,
    StorageState,
    ViewportSize,
    expect,
)

from tests.browser.pages import picture, watched
from tests.support.openwebui import Person

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}

MODEL_NAME = "LibreChat Migration"
SELECTOR = re.compile("^Select(ed)? (a )?model")

# The contrast of every text in the card with what is behind it, after WCAG 2.2; and whether
# anything of the card is cut off.
_LOOK = r"""() => {
  const rgb = text => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = rgb(getComputedStyle(document.getElementById('card')).backgroundColor);
  const contrasts = [...document.querySelectorAll('#card *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => {
      let opacity = 1;
      for (let at = e; at; at = at.parentElement) opacity *= getComputedStyle(at).opacity;
      const ink = rgb(getComputedStyle(e).color)
        .map((c, i) => c * opacity + behind[i] * (1 - opacity));
      const [a, b] = [light(ink), light(behind)].sort((x, y) => y - x);
      return { text: e.textContent, ratio: (a + 0.05) / (b + 0.05) };
    });
  const root = document.documentElement;
  return {
    dark: light(behind) < 0.2,
    faint: contrasts.filter(c => c.ratio < 4.5).map(c => c.text),
    texts: contrasts.length,
    wider: [root, ...document.querySelectorAll('.scroll')]
      .filter(e => e.scrollWidth > e.clientWidth).length,
    higher: Math.max(root.scrollHeight - root.clientHeight, 0),
  };
}"""

# Notes when the card's contents change. ``since`` would be gone if the frame were loaded again.
_WATCH = """() => {
  window.changes = [];
  const line = document.querySelector('[data-k=line]');
  new MutationObserver(() => window.changes.push([performance.now(), line.textContent]))
    .observe(document.getElementById('card'),
             { subtree: true, childList: true, characterData: true });
}"""


def numbers(rows: Locator) -> dict[str, list[int]]:
    """The rows of a table of counts by their first cells."""
    cells = [row.split("\t") for row in rows.all_inner_texts()]
    return {name: [int(count.replace(",", "")) for count in row] for name, *row in cells}


def signed_in_state(url: str, person: Person, theme: str = "light") -> StorageState:
    """What a browser remembers of somebody who signed in, and of the theme they chose."""
    kept = {"token": person.token, "theme": theme}
    return {
        "cookies": [
            {
                "name": "token", "value": person.token, "domain": "127.0.0.1", "path": "/",
                "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax",
            }
        ],
        "origins": [
            {
                "origin": url,
                "localStorage": [{"name": name, "value": kept[name]} for name in kept],
            }
        ],
    }  # fmt: skip


def no_news(admin: Person, version: str) -> None:
    """Open WebUI shows an administrator what is new in a version, once."""
    answer = admin.http.post(
        "/api/v1/users/user/settings/update", json={"ui": {"version": version}}
    )
    answer.raise_for_status()


@contextmanager
def tab_of(
    browser: Browser,
    url: str,
    person: Person | None = None,
    *,
    theme: str = "light",
    size: ViewportSize = WIDE,
) -> Iterator[Page]:
    """A watched tab, of somebody who is signed in or of a stranger."""
    state = signed_in_state(url, person, theme) if person else None
    # Playwright would tell every frame to be light, whatever the page around it wants.
    context = browser.new_context(
        base_url=url, storage_state=state, viewport=size, color_scheme="null"
    )
    with watched(context) as tab:
        yield tab


def sign_in(tab: Page, email: str, password: str) -> None:
    """Through the page."""
    tab.goto("/auth")
    tab.locator("input[type=email]").fill(email)
    tab.locator("input[type=password]").fill(password)
    tab.locator("button[type=submit]").click()
    expect(tab.locator("#chat-input")).to_be_visible()


@dataclass(frozen=True)
class Talk:
    """The chat with the migration. ``prefix`` begins the names of its pictures."""

    tab: Page
    prefix: str = "function"

    def picture(self, name: str) -> None:
        """Keep what the tab shows."""
        picture(self.tab, f"{self.prefix}-{name}", whole=False)

    def install(self, functions: Path) -> None:
        """Import the file in Admin Panel → Functions, and switch on what it brings."""
        self.tab.goto("/admin/functions")
        # Before 0.11 the button stands beside "Create", since then in a menu.
        menu = self.tab.locator("button[aria-label='Open create menu']")
        entry = self.tab.get_by_text(re.compile("^Import( JSON)?$"))
        menu.or_(entry).first.wait_for()
        if menu.is_visible():
            menu.click()
        with self.tab.expect_file_chooser() as chooser:
            entry.click()
        chooser.value.set_files(functions)
        expect(self.tab.get_by_text("Functions allow arbitrary code execution")).to_be_visible()
        self.picture("import")
        self.tab.get_by_role("button", name="Confirm").click()
        switches = self.tab.get_by_role("switch")
        expect(switches).to_have_count(2)
        for name in (MODEL_NAME, f"{MODEL_NAME} buttons"):
            expect(self.tab.get_by_text(name, exact=True)).to_be_visible()
        for index in range(2):
            switches.nth(index).click()
            expect(switches.nth(index)).to_be_checked()
        self.picture("enabled")

    def choose_model(self) -> None:
        """Begin a chat, with the migration's model."""
        self.tab.goto("/")
        selector = self.tab.get_by_role("button", name=SELECTOR)
        selector.click()
        self.tab.get_by_role("option", name=MODEL_NAME).click()
        expect(selector).to_contain_text(MODEL_NAME)
        expect(self.tab.locator("#chat-input")).to_be_visible()

    def say(self, text: str) -> None:
        """Type it and press Enter."""
        self.tab.locator("#chat-input").click()
        self.tab.keyboard.type(text)
        self.tab.keyboard.press("Enter")

    def follow_up(self, text: str) -> None:
        """Click what is offered below the last answer."""
        offered = self.tab.get_by_role("button", name=f"Follow up: {text}", exact=True)
        expect(offered).to_be_visible()
        offered.click()

    def offers(self, *texts: str) -> None:
        """The last answer is complete and offers these next."""
        offered = self.tab.get_by_role("button", name=re.compile("^Follow up: "))
        expect(offered).to_have_text(texts)

    def downloads(self, name: re.Pattern[str], into: Path) -> Path:
        """Click a link in the last answer, and give what the browser saved."""
        with self.tab.expect_download() as download:
            self.answer.get_by_role("link", name=name).click()
        saved = into / download.value.suggested_filename
        download.value.save_as(saved)
        return saved

    @property
    def answer(self) -> Locator:
        """The last answer."""
        return self.tab.get_by_role("log").locator("[id^=message-]:has(.chat-assistant)").last

    @property
    def frame(self) -> Locator:
        """The frame of the last answer's card."""
        return self.answer.locator("iframe")

    @property
    def card(self) -> FrameLocator:
        """The card in the last answer."""
        return self.answer.frame_locator("iframe")

    def button(self, name: str) -> Locator:
        """A button below the last answer."""
        return self.answer.get_by_role("button", name=name, exact=True)

    @property
    def table(self) -> dict[str, list[int]]:
        """The counts on the card: found, arrived, already there, left out, failed."""
        return numbers(self.card.locator("tbody tr"))

    @property
    def inside(self) -> Frame:
        """The card's own document, to look at it from inside."""
        handle = self.frame.element_handle()
        frame = handle.content_frame()
        assert frame is not None
        return frame

    def shows(self, title: str) -> None:
        """The card has this title."""
        expect(self.card.locator("h1")).to_have_text(title)

    def status(self, text: str | re.Pattern[str]) -> None:
        """The line above the card."""
        expect(self.answer.locator(".status-description")).to_contain_text(text)

    def moves(self, changes: int) -> tuple[list[str], list[float]]:
        """Look at the card until it has changed so often; its lines, and the seconds between.

        Fails when the frame is loaded again meanwhile: that would flicker.
        """
        expect(self.card.locator("[data-running]")).to_be_visible()
        inside = self.inside
        inside.evaluate(_WATCH)
        inside.wait_for_function(f"new Set(changes.map(c => c[1])).size >= {changes}")
        noted: list[tuple[float, str]] = inside.evaluate("changes")
        moments = sorted({round(moment / 1000, 1) for moment, _ in noted})
        gaps = [later - earlier for earlier, later in pairwise(moments)]
        return list(dict.fromkeys(line for _, line in noted)), gaps

    def looks_right(self, *, dark: bool) -> None:
        """Legible in its theme, nothing cut off, nothing to scroll."""
        inside = self.inside
        inside.wait_for_function(
            "document.documentElement.scrollHeight <= document.documentElement.clientHeight"
        )
        seen: dict[str, Any] = inside.evaluate(_LOOK)
        assert seen.pop("texts") > 10
        assert seen == {"dark": dark, "faint": [], "wider": 0, "higher": 0}, seen
        page = self.tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert page <= 0
