"""An administrator moves LibreChat into Open WebUI without leaving the browser."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from benchmarks.generate import generate
from tests.browser.function_pages import (
    MODEL_NAME,
    NARROW,
    SELECTOR,
    WIDE,
    Talk,
    no_news,
    numbers,
    sign_in,
    tab_of,
)
from tests.browser.pages import Pages, picture
from tests.support.environments import CURRENT, OLDER, deployment
from tests.support.function import ADMIN, YES, Site, site, stock
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.sample import SAMPLE, by_key, people

pytestmark = [pytest.mark.browser, pytest.mark.openwebui]
together = pytest.mark.xdist_group("browser-function")
older = pytest.mark.xdist_group("browser-function-older")

MESSAGES = 30_000  # a run of about ten seconds: long enough to stop it, and to reload the page
STEP = re.compile(r"conversations and messages, ([\d,]+) of ([\d,]+)")
MANY = re.compile(r"Documents that will be migrated: 3\d\d\.")
"""How many of the sample, which depends on what this Open WebUI has a place for."""
PROMISES = 5
SUMS = ("skipped", "failed")
BUTTON_NAMES = ("Preview the migration", "Migrate", "Show the report")


@contextmanager
def signed_up(url: str) -> Iterator[Person]:
    """The first account of an Open WebUI: its administrator."""
    person = Visitor(url).sign_up(*ADMIN)
    try:
        yield person
    finally:
        person.http.close()


def _done(line: str) -> int:
    """How many documents a card's line counts."""
    found = STEP.search(line)
    assert found, line
    return int(found[1].replace(",", ""))


@contextmanager
def place() -> Iterator[Path]:
    """A folder whose name can stand in a picture."""
    with tempfile.TemporaryDirectory(prefix="open-webui-") as path:
        yield Path(path)


@pytest.fixture
def home() -> Iterator[Path]:
    """Such a folder, for one test."""
    with place() as path:
        yield path


@together
def test_from_the_file_to_the_report(browser: Browser, built_program: Path, home: Path) -> None:
    target = deployment(CURRENT, home)
    backup = generate(target.data / "librechat-backup", MESSAGES)
    with OpenWebUIServer(stock(target)) as server:
        with signed_up(server.url) as admin:
            no_news(admin, CURRENT)
        with tab_of(browser, server.url) as tab:
            sign_in(tab, *ADMIN[1:])
            talk = Talk(tab)
            talk.install(built_program.with_suffix(".json"))
            talk.choose_model()
            _checks_and_previews(talk, backup)
            _stops_and_cancels(talk)
            _continues_over_a_reload(talk)
            _opens_the_report(talk, browser, home)


def _checks_and_previews(talk: Talk, backup: Path) -> None:
    described = talk.tab.get_by_text("Moves a LibreChat backup into this Open WebUI")
    expect(described.first).to_be_visible()
    talk.picture("model")
    talk.tab.get_by_role("button", name=re.compile("^Check")).click()
    expect(talk.answer.get_by_role("heading", name="Ready to preview")).to_be_visible()
    expect(talk.answer).to_contain_text(f"{backup.name}: mongoexport")
    talk.status("Ready")
    talk.offers("Preview", "Check", "Help")
    talk.picture("check")
    talk.follow_up("Preview")
    talk.shows("Preview: nothing is written")
    talk.moves(2)
    talk.frame.scroll_into_view_if_needed()
    talk.looks_right(dark=False)
    talk.picture("previewing")
    talk.shows("Preview finished: nothing was written")
    assert talk.table["messages"] == [MESSAGES, MESSAGES, 0, 0, 0]
    talk.status("Preview finished")
    talk.offers("Run", "Report", "Preview")
    talk.picture("previewed")


def _confirms(talk: Talk) -> None:
    """Answer the question, which shows the numbers and the promises."""
    talk.offers(YES, "Report", "Check")
    talk.status("Waiting for your confirmation")
    expect(talk.answer).to_contain_text("Documents that will be migrated")
    expect(talk.answer.locator("ol > li")).to_have_count(PROMISES)
    talk.picture("question")
    talk.follow_up(YES)
    talk.shows("Migration from LibreChat")


def _stops_and_cancels(talk: Talk) -> None:
    talk.follow_up("Run")
    _confirms(talk)
    expect(talk.card.locator("[data-k=line]")).to_have_text(STEP)
    talk.tab.get_by_role("button", name="Stop").click()
    talk.status("Still migrating in the background")
    talk.offers("Status", "Cancel")
    talk.picture("stopped-watching")
    talk.follow_up("Cancel")
    talk.shows("Migration stopped before its end")
    talk.status("Migration stopped before its end")
    talk.offers("Run", "Report", "Preview")
    talk.picture("cancelled")


def _continues_over_a_reload(talk: Talk) -> None:
    talk.tab.evaluate("localStorage.theme = 'dark'")
    talk.tab.reload()
    talk.follow_up("Run")
    _confirms(talk)
    expect(talk.card.locator("[data-k=line]")).to_have_text(STEP)
    lines, gaps = talk.moves(3)
    assert sorted(map(_done, lines)) == list(map(_done, lines))
    assert sorted(gaps)[len(gaps) // 2] <= 2, gaps
    talk.status(re.compile(r"^Migrating: conversations and messages \(step \d+ of \d+\)$"))
    talk.picture("running")
    talk.tab.reload()
    line = talk.card.locator("[data-k=line]")
    expect(line).to_have_text(STEP)
    after = line.inner_text()
    assert _done(after) > _done(lines[-1])
    talk.looks_right(dark=True)
    talk.picture("reloaded")
    talk.tab.set_viewport_size(NARROW)
    talk.looks_right(dark=True)
    talk.picture("narrow-running")
    talk.tab.set_viewport_size(WIDE)
    expect(line).not_to_have_text(after)
    talk.shows("Migration finished: everything is accounted for")
    talk.status("Migration finished")
    talk.offers("Report", "Verify", "Check")
    talk.picture("migrated")


def _opens_the_report(talk: Talk, browser: Browser, into: Path) -> None:
    page, facts = (
        talk.downloads(re.compile(rf"^librechat-migration-[-\w]+\.{suffix}$"), into)
        for suffix in ("html", "json")
    )
    with tab_of(browser, "") as report:
        report.goto(page.as_uri())
        expect(report.get_by_role("heading", level=1)).to_have_text(
            "Migration from LibreChat to Open WebUI"
        )
        rows = numbers(report.locator("tbody tr"))
        picture(report, "function-report", whole=False)
    assert {name: row for name, row in rows.items() if row[0]} == talk.table
    counted = json.loads(facts.read_text(encoding="utf-8"))["collections"]
    assert {
        name: [
            row["found"],
            row["migrated"],
            row["existing"],
            *(sum(row[s].values()) for s in SUMS),
        ]
        for name, row in counted.items()
        if row["found"]
    } == talk.table


@pytest.fixture(scope="module")
def sample_site(built_program: Path) -> Iterator[Site]:
    """An Open WebUI with both Functions, beside the sample backup."""
    with place() as home, site(deployment(CURRENT, home), built_program) as here:
        shutil.copytree(SAMPLE, here.backup)
        no_news(here.admin, CURRENT)
        yield here


@pytest.fixture(scope="module")
def migrated(sample_site: Site) -> Site:
    """The same, when the sample is migrated."""
    if not sample_site.runs():
        sample_site.say("run")
        sample_site.say(YES)
    return sample_site


@together
def test_a_button_asks_before_it_migrates(browser: Browser, sample_site: Site) -> None:
    here = sample_site
    with tab_of(browser, here.server.url, here.admin) as tab:
        talk = Talk(tab)
        talk.choose_model()
        talk.say("Check")
        talk.offers("Preview", "Check", "Help")
        for name in BUTTON_NAMES:
            expect(talk.button(name)).to_be_visible()
        talk.button("Migrate").click()
        _reads_the_dialog(talk)
        tab.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        talk.status("Not migrated: you did not confirm")
        talk.shows("Preview finished: nothing was written")
        assert here.runs() == []
        talk.button("Migrate").click()
        tab.get_by_role("dialog").get_by_role("button", name="Confirm").click()
        talk.shows("Migration finished: everything is accounted for")
        talk.status("Migration finished")
        files = talk.answer.get_by_role("button", name=re.compile("^librechat-migration-"))
        expect(files).to_have_count(2)
        talk.frame.scroll_into_view_if_needed()
        talk.picture("button-migrated")
        talk.button("Show the report").click()
        talk.shows("Migration finished: everything is accounted for")
        expect(files).to_have_count(2)
    assert [run["state"] for run in here.runs()] == ["finished"]


def _reads_the_dialog(talk: Talk) -> None:
    dialog = talk.tab.get_by_role("dialog")
    expect(dialog.get_by_text("Migrate now?")).to_be_visible()
    expect(dialog).to_contain_text(MANY)
    expect(dialog.locator("li")).to_have_count(PROMISES)
    talk.picture("dialog")
    for size in (NARROW, WIDE):  # the dialog cannot be scrolled
        talk.tab.set_viewport_size(size)
        expect(dialog.get_by_text("Migrate now?")).to_be_in_viewport(ratio=1)
        expect(dialog.get_by_role("button", name="Confirm")).to_be_in_viewport(ratio=1)


@together
def test_a_migrated_person_signs_in_and_sees_an_image(browser: Browser, migrated: Site) -> None:
    mara = next(person for person in people() if person["key"] == "mara")
    with signed_in(migrated.server.url, mara["email"], mara["password"]) as person:
        addresses = {
            c["meta"]["librechat"]["conversationId"]: f"/c/{c['id']}" for c in person.chats()
        }
    with tab_of(browser, migrated.server.url) as tab:
        sign_in(tab, mara["email"], mara["password"])
        tab.get_by_role("button", name=SELECTOR).click()
        expect(tab.get_by_role("listbox")).to_be_visible()
        expect(tab.get_by_role("option", name=MODEL_NAME)).to_have_count(0)
        pages = Pages(tab, addresses)
        pages.open("photos")
        answer = pages.message("photos", 0)
        pages.shows_images(answer, len(by_key("conversations")["photos"]["messages"][0]["files"]))
        expect(tab.get_by_role("button", name="Good Response").first).to_be_visible()
        for name in BUTTON_NAMES:
            expect(tab.get_by_role("button", name=name, exact=True)).to_have_count(0)
        picture(tab, "function-migrated-person", whole=False)


@together
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_card_is_legible(
    browser: Browser, migrated: Site, theme: str, size: ViewportSize
) -> None:
    with tab_of(browser, migrated.server.url, migrated.admin, theme=theme, size=size) as tab:
        tab.goto("/")
        talk = Talk(tab)
        talk.say("Report")
        talk.shows("Migration finished: everything is accounted for")
        talk.offers("Report", "Verify", "Check")
        talk.looks_right(dark=theme == "dark")
        # The whole card in one picture, however long it is.
        height = round((talk.frame.bounding_box() or {"height": 0.0})["height"])
        tab.set_viewport_size({"width": size["width"], "height": height + 500})
        expect(talk.button("Migrate")).to_be_in_viewport()
        talk.picture(f"card-{theme}-{size['width']}")


@older
@pytest.mark.parametrize("version", OLDER)
def test_older_versions(
    browser: Browser, built_program: Path, tmp_path: Path, version: str
) -> None:
    target = deployment(version, tmp_path / "openwebui")
    shutil.copytree(SAMPLE, target.data / "librechat-backup" / SAMPLE.name)
    with OpenWebUIServer(stock(target)) as server:
        with signed_up(server.url) as admin:
            no_news(admin, version)
        with tab_of(browser, server.url) as tab:
            sign_in(tab, *ADMIN[1:])
            talk = Talk(tab, f"function-{version}")
            talk.install(built_program.with_suffix(".json"))
            talk.choose_model()
            talk.say("check")
            expect(talk.answer.get_by_role("heading", name="Ready to preview")).to_be_visible()
            talk.offers("Preview", "Check", "Help")
            talk.follow_up("Preview")
            talk.shows("Preview finished: nothing was written")
            talk.offers("Run", "Report", "Preview")
            talk.looks_right(dark=False)
            talk.follow_up("Run")
            expect(talk.answer).to_contain_text(MANY)
            talk.follow_up(YES)
            talk.shows("Migration finished: everything is accounted for")
            talk.offers("Report", "Verify", "Check")
            talk.frame.scroll_into_view_if_needed()
            talk.picture("migrated")
