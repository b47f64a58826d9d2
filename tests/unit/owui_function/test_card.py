"""Cards: what they say, and that no text becomes markup."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.explanations import EXPLANATIONS
from migrator_core.outcome import Reason, WarningCode
from owui_function.card import html_page, progress_body, results_body
from owui_function.jobs.views import PhaseState, PhaseView, View, view_of
from tests.unit.owui_function.examples import summary
from tests.unit.owui_function.hostile import TEXTS

VOID = {"meta", "br", "img", "input", "link"}


class Parsed(HTMLParser):
    """A card as a browser reads it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.values: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            self.values.setdefault(name, []).append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        """What a reader reads."""
        return " ".join("".join(self.texts).split())


def parsed(html: str) -> Parsed:
    card = Parsed(html)
    assert card.open == []
    return card


def _shape(html: str) -> Counter[tuple[str, tuple[str, ...]]]:
    return Counter(parsed(html).elements)


def _view(text: str = "x", **values: Any) -> View:
    phases = (
        PhaseView(text, PhaseState.DONE, 7, 7),
        PhaseView(text, PhaseState.NOW, 50, 200),
        PhaseView(text, PhaseState.WAITING),
    )
    return View(**{"preview": False, "phases": phases, "number": 2, **values})


# A long text without anything special: it gives the card the elements that any text may give it.
HARMLESS = "some harmless text"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("mode", ["run", "dry-run"])
def test_no_text_becomes_markup(text: str, mode: str) -> None:
    for state in ("finished", text):
        html = results_body(summary(text, mode=mode, state=state))
        other = summary(HARMLESS, mode=mode, state=state if state == "finished" else HARMLESS)
        assert _shape(html) == _shape(results_body(other))
        assert " ".join(text.split())[:20] in parsed(html).text
    assert _shape(html_page(progress_body(_view(text)))) == _shape(
        html_page(progress_body(_view(HARMLESS)))
    )


@given(st.text(min_size=1))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    assert _shape(results_body(summary(text))) == _shape(results_body(summary(HARMLESS)))
    assert _shape(progress_body(_view(text))) == _shape(progress_body(_view(HARMLESS)))


def test_a_number_cannot_bring_markup_along() -> None:
    view = view_of(
        {"phase": "users", "done": 1, "total": 2, "remaining": 3.0, "warnings": 1}, preview=False
    )
    assert "1 of 2" in parsed(progress_body(view)).text


def test_the_page_runs_its_own_script_only_and_fetches_nothing() -> None:
    card = parsed(html_page(results_body(summary())))
    tags = [tag for tag, _ in card.elements]
    assert tags.count("script") == 1
    assert not set(tags) & {"link", "iframe", "object", "embed", "base", "form", "img"}
    assert not set(card.values) & {"src", "href", "action", "srcset", "onerror", "onload"}
    for word in ("http:", "https:", "url(", "fetch(", "eval(", "@import", "localStorage", "cookie"):
        assert word not in html_page("")


def test_a_running_card_shows_phases_counts_rate_and_time_left() -> None:
    text = parsed(
        progress_body(_view("Files", elapsed=61.0, rate=1234.4, remaining=59.0, warnings=2))
    ).text
    for piece in (
        "Migration from LibreChat", "1 min 01 s · about 59 s left in this step",
        "1,234 documents a second", "2 warnings so far", "✓ 7", "50 of 200",
    ):  # fmt: skip
        assert piece in text
    assert "Preview: nothing is written" in parsed(progress_body(_view(preview=True))).text
    assert "1 warning so far" in parsed(progress_body(_view(warnings=1))).text


@pytest.mark.parametrize(
    ("done", "total", "width"),
    [(0, 200, "0.0"), (50, 200, "25.0"), (999, 200, "100.0"), (5, None, "30.0"), (5, 0, "30.0")],
)
def test_a_bar_is_as_long_as_the_phase_is_done(done: int, total: int | None, width: str) -> None:
    view = replace(_view(), phases=(PhaseView("Files", PhaseState.NOW, done, total),))
    card = parsed(progress_body(view))
    assert card.values["style"] == [f"display:block;width:{width}%"]
    assert any("unknown" in value for value in card.values["class"]) == (not total)


def test_elements_that_change_can_be_told_apart() -> None:
    first, later = _view(), _view(elapsed=9.0, warnings=3)
    keys = parsed(progress_body(first)).values["data-k"]
    assert len(keys) == len(set(keys))
    assert parsed(progress_body(later)).values["data-k"] == keys


def test_the_end_says_what_arrived_what_did_not_and_why() -> None:
    text = parsed(results_body(summary())).text
    for piece in (
        "Migration finished, some documents failed", "1 min 01 s",
        "Migrated 1,203, already there 1, skipped 2, failed 1 of 1,207 documents.",
        "Failed", "1 files: invalid-document", EXPLANATIONS[Reason.INVALID_DOCUMENT],
        "Left out, and why", "2 users: no-email", EXPLANATIONS[Reason.NO_EMAIL],
        "Warnings: 2", EXPLANATIONS[WarningCode.AVATAR_LOST], "Backup /data/backup",
    ):  # fmt: skip
        assert piece in text, piece
    assert "logs" not in text  # nothing was found in it


@pytest.mark.parametrize(
    ("mode", "state", "title", "column"),
    [
        ("dry-run", "finished", "Preview finished: nothing was written", "would arrive"),
        ("run", "finished", "Migration finished: everything is accounted for", "arrived"),
        ("run", "aborted", "Migration stopped before its end", "arrived"),
        ("dry-run", "aborted", "Preview stopped before its end", "would arrive"),
        ("run", "interrupted", "Migration interrupted before its end", "arrived"),
    ],
)
def test_the_title_says_how_it_ended(mode: str, state: str, title: str, column: str) -> None:
    users = {"users": {"found": 1, "migrated": 1, "existing": 0, "skipped": {}, "failed": {}}}
    html = results_body(summary(mode=mode, state=state, collections=users, warnings={}))
    text = parsed(html).text
    assert title in text
    assert f"found {column}" in text.replace("found" + column, f"found {column}")
    assert "Warnings" not in text
    assert "data-running" not in html
