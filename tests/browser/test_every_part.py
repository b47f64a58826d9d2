"""Every kind of content LibreChat knows, opened and unfolded in a real Open WebUI."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_reasoning_unfolds(pages: Pages) -> None:
    pages.open("dusk")
    answer = pages.message("dusk", 1)
    thought = answer.get_by_text("Colour constancy: the eye adapts")
    later = answer.get_by_text("Offer a practical remark.")
    expect(answer.get_by_text("They are not imagining it")).to_be_visible()
    expect(thought).to_have_count(0)
    folds = answer.get_by_role("button", name="Thought")
    expect(folds).to_have_count(2)
    for fold, text in ((folds.first, thought), (folds.last, later)):
        fold.click()
        expect(text).to_be_visible()
    pages.picture("dusk")


def test_code_shows_its_output_and_its_files(pages: Pages) -> None:
    pages.open("sales")
    answer = pages.message("sales", 1)
    answer.get_by_role("button", name="Analyzed").click()
    expect(answer.get_by_text("import csv, collections")).to_be_visible()
    expect(answer.get_by_text("share.csv")).to_be_visible()
    expect(answer.get_by_text("leads with 184 units")).to_be_visible()
    pages.shows_images(answer, 1)
    pages.picture("sales")
    answer.get_by_role("button", name="execute_code").click()
    window = pages.tab.get_by_role("dialog")
    expect(window.get_by_text("stdout: North 43.5 %")).to_be_visible()
    expect(window.get_by_role("link", name="units.png")).to_be_visible()
    pages.rests()
    pages.picture("sales-output")


def test_code_of_old_assistants_shows_its_output_and_its_picture(pages: Pages) -> None:
    pages.open("assistant-2024")
    answer = pages.message("assistant-2024", 1)
    answer.get_by_role("button", name="Toggle details").click()
    answer.get_by_role("button", name="get_rate_action").click()
    expect(answer.get_by_text('"rate": 1')).to_be_visible()
    pages.shows_images(answer, 1)
    pages.picture("assistant-2024")
    answer.get_by_role("button", name="code_interpreter").last.click()
    expect(pages.tab.get_by_role("dialog").get_by_text("1250")).to_be_visible()


def test_citations_open(pages: Pages) -> None:
    pages.open("fair")
    answer = pages.message("fair", 1)
    rows = answer.get_by_role("button", name="View Result from web_search")
    expect(rows).to_have_count(2)
    rows.first.click()
    expect(answer.get_by_text("Two results")).to_be_visible()
    answer.get_by_role("button", name="3 sources").click()
    for title in ("Lighting fair 2026", "Hotels in Frankfurt", "Dates and prices"):
        expect(answer.get_by_role("button", name=title).last).to_be_visible()
    expect(answer).not_to_contain_text(re.compile("[\ue200-\ue206]|turn[0-9]"))
    pages.picture("fair")
    answer.get_by_role("button", name="View source: Dates and prices").click()
    _cites(pages.tab.locator(".modal"), "Dates and prices", "https://lightfair.example/2026/dates")
    expect(pages.tab.locator(".modal").get_by_text("60 euros.")).to_be_visible()
    pages.picture("fair-source")


def test_citations_of_files_open(pages: Pages) -> None:
    pages.open("contract")
    answer = pages.message("contract", 1)
    answer.get_by_role("button", name="View source: supply-agreement.pdf").first.click()
    window = pages.tab.locator(".modal")
    _cites(window, "supply-agreement.pdf", re.compile("/api/v1/files/.+/content"))
    expect(window.get_by_text("Either party may end this agreement")).to_be_visible()
    pages.picture("contract-source")


def _cites(window: Locator, title: str, address: str | re.Pattern[str]) -> None:
    expect(window.get_by_role("link", name=title)).to_have_attribute("href", address)


def test_artifacts_and_diagrams_are_drawn(pages: Pages) -> None:
    pages.open("landing-page")
    diagram = pages.message("landing-page", 3).locator("svg[id^=mermaid]")
    expect(diagram.get_by_text("Warehouse")).to_be_visible()
    panel = pages.tab.locator("#artifacts-container")
    expect(panel.get_by_text("Version 2 of 2")).to_be_visible()
    drawn = panel.frame_locator("iframe")
    expect(drawn.get_by_role("button", name="Find a ret")).to_be_visible()
    pages.picture("landing-page")
    panel.get_by_role("button", name="Previous version").click()
    expect(drawn.get_by_text("Light, grown slowly.")).to_be_visible()


def test_generated_pictures_are_shown(pages: Pages) -> None:
    pages.open("poster")
    answer = pages.message("poster", 1)
    pages.shows_images(answer, 1)
    answer.get_by_role("button", name="View Result from image_gen_oai").click()
    expect(answer.get_by_text("Image displayed to the user.")).to_be_visible()
    pages.picture("poster")


def test_branch_arrows_switch(pages: Pages) -> None:
    pages.open("spring-plan")
    edited = pages.message("spring-plan", 5)
    edited.hover()
    edited.get_by_role("button", name="Previous message").click()
    expect(pages.tab.get_by_text("Tell them early and give a date")).to_be_visible()
    expect(edited).to_have_count(0)
    again = pages.message("spring-plan", 2)
    again.get_by_role("button", name="Previous message").click()
    expect(pages.tab.get_by_text("Here is a lean plan")).to_be_visible()
    pages.rests()
    pages.picture("branches-first")
    pages.message("spring-plan", 1).get_by_role("button", name="Next message").click()
    expect(again).to_be_visible()


def test_two_models_stand_side_by_side(pages: Pages) -> None:
    pages.open("two-models")
    boxes = [
        pages.tab.get_by_text(text).bounding_box()
        for text in ("Light, grown slowly.", "Oak above, evening below.")
    ]
    left, right = (box for box in boxes if box is not None)
    assert left["x"] + left["width"] < right["x"]
    assert abs(left["y"] - right["y"]) < 5
    pages.picture("two-models")


def test_every_other_part_is_readable(pages: Pages) -> None:
    pages.open("audit")
    answer = pages.message("audit", 1)
    for text in (
        "Searched the wiki", "Context compacted", "I look into the wiki first.",
        "Count the pendants first", "Please mention the cords as well.",
        "Cords are counted by weight.", "Shelf 4 needs a ladder.",
        "The label printer did not answer.",
    ):  # fmt: skip
        expect(answer.get_by_text(text)).to_be_visible()
    for link in ("video", "audio-"):
        expect(answer.get_by_role("link", name=link)).to_be_visible()
    pages.shows_images(answer, 1)
    answer.get_by_role("button", name="Toggle details").click()
    answer.get_by_role("button", name="search_pages_mcp_Company-Wiki").click()
    expect(answer.get_by_text('"title": "Stocktaking"')).to_be_visible()
    pages.picture("audit")


def test_ratings_are_marked(pages: Pages) -> None:
    pages.open("rated")
    marked = re.compile("(^| )bg-gray-100")
    for index, given, other in ((1, "Good", "Bad"), (3, "Bad", "Good")):
        answer = pages.message("rated", index)
        answer.hover()
        expect(answer.get_by_role("button", name=f"{given} Response")).to_have_class(marked)
        expect(answer.get_by_role("button", name=f"{other} Response")).not_to_have_class(marked)
    pages.picture("rated")
