"""Answers in Markdown: what they say, and that every text is shown as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from migrator_core import Attachment
from owui_function.chat import answers
from owui_function.chat.promises import PROMISES
from owui_function.decisions import Decision
from tests.unit.owui_function.examples import DECISIONS, collection, findings, offer, summary
from tests.unit.owui_function.hostile import TEXTS

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

FORMULA = re.compile(r"\\\(.+?\\\)|\\\[.+?\\\]|(?<!\\)\$.+?\$|\\pu\{|\\ce\{|\\begin\{", re.DOTALL)
"""What Open WebUI takes for a formula (0.12, ``katex-extension.ts``)."""

BARE_ADDRESS = re.compile(r"https?://|www\.|[\w.]+@[\w.]+", re.IGNORECASE)
"""What GitHub's Markdown makes a link of without being told to."""


def _tokens(markdown: str) -> list[Token]:
    found: list[Token] = []
    for token in MARKDOWN.parse(markdown):
        found += [token, *(token.children or [])]
    return found


def _kinds(markdown: str) -> set[str]:
    return {token.type for token in _tokens(markdown)}


def _shown(markdown: str) -> str:
    return "".join(
        token.content for token in _tokens(markdown) if token.type in {"text", "text_special"}
    )


def _line(text: str) -> str:
    return " ".join(text.split()).replace("\x00", "\ufffd")


def _not_code(markdown: str) -> str:
    return re.sub(r"`[^`]*`", "", markdown)


@pytest.mark.parametrize("text", TEXTS)
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    markdown = "x " + answers.plain(text)
    assert _kinds(markdown) <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }
    assert _shown(markdown) == "x " + _line(text)
    assert not FORMULA.search(markdown.replace("\\\\", ""))
    assert not BARE_ADDRESS.search(markdown)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_plain_text_is_shown_as_it_is(text: str) -> None:
    markdown = f"x {answers.plain(text)} x"
    assert _kinds(markdown) <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }
    assert _shown(markdown) == f"x {_line(text)} x"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_code_never_ends_early(text: str) -> None:
    tokens = _tokens(f"a {answers.code('x' + text)} z")
    (code,) = [token for token in tokens if token.type == "code_inline"]
    assert code.content == _line("x" + text).replace("`", "'")
    assert _shown(f"a {answers.code('x' + text)} z") == "a  z"


DECIDED = (
    "Passwords of people who have an account here: kept (the valve says so)",
    "Models with another id here: a → b (MIGRATION\\_MODEL\\_MAP in the environment)",
)
"""How :data:`.DECISIONS` read."""


def made(text: str) -> list[Decision]:
    """A decision that has this text wherever a person could have put it."""
    return [Decision("Models with another id here", text, text)]


@pytest.mark.parametrize("text", TEXTS)
def test_no_answer_lets_a_text_become_markup(text: str) -> None:
    hostile, harmless = summary(text), summary("harmless")
    name = text.replace("/", "_").replace("\x00", "_")
    looks = [
        findings(
            place=Path("/data", some),
            offers=[offer(some)],
            chosen=None,
            problems=[said, said],
            warnings=[said],
            facts=[said],
        )
        for some, said in ((name, text), ("harmless", "harmless"))
    ]
    pairs = [
        (answers.question(hostile, made(text)), answers.question(harmless, made("harmless"))),
        (answers.dialog(hostile, made(text)), answers.dialog(harmless, made("harmless"))),
        (answers.result(hostile, []), answers.result(harmless, [])),
        (answers.idle(hostile), answers.idle(harmless)),
        (
            answers.readiness(looks[0], made(text), []),
            answers.readiness(looks[1], made("harmless"), []),
        ),
        (answers.problem(_line(text)), answers.problem("harmless")),
    ]
    for markdown, plain in pairs:
        assert _kinds(markdown) - {"text_special"} == _kinds(plain) - {"text_special"}, markdown
        assert len(MARKDOWN.parse(markdown)) == len(MARKDOWN.parse(plain)), markdown
        assert not FORMULA.search(_not_code(markdown).replace("\\\\", "")), markdown
        assert not BARE_ADDRESS.search(_not_code(markdown)), markdown


def test_every_line_of_an_error_is_a_paragraph_of_its_own() -> None:
    markdown = answers.problem("First (in brackets).\nSecond [one]")
    assert [t.type for t in MARKDOWN.parse(markdown)].count("paragraph_open") == 2
    assert _shown(markdown) == "❌ First (in brackets).❌ Second [one]."


def test_the_question_has_the_numbers_and_the_promises() -> None:
    markdown = answers.question(summary(mode="dry-run"), DECISIONS) + answers.how_to_confirm()
    shown = _shown(markdown)
    assert "Documents that will be migrated: 1,203." in shown
    assert "Already there: 1, left out: 2, failing: 1." in shown
    assert "| users | 1,200 | 1 | 2 | 0 |" in markdown
    assert "| files | 3 | 0 | 0 | 1 |" in markdown
    assert "logs" not in markdown
    for sentence in DECIDED:
        assert sentence in markdown
    for promise in PROMISES:
        assert promise in shown
    assert "Say Yes, migrate now to migrate." in shown
    assert {"table_open", "ordered_list_open"} <= _kinds(markdown)


def test_the_dialog_says_the_same_shortly() -> None:
    shown = _shown(answers.dialog(summary(mode="dry-run"), DECISIONS))
    assert "Documents that will be migrated: 1,203." in shown
    assert "Already there: 1, left out: 2, failing: 1. That is: users 1,200, files 3." in shown
    for promise in PROMISES:
        assert f"✓ {promise}" in shown
    for each in DECISIONS:
        assert f"{each.what}: {each.how} ({each.because})" in shown


@pytest.mark.parametrize("say", [answers.question, answers.dialog])
def test_it_is_said_how_many_people_have_an_account_here(say: Callable[..., str]) -> None:
    about = "Accounts that were here before"
    users = {"users": collection(migrated=1, existing=5_678)}
    several = replace(summary(collections=users), warnings={"account-existing": 1_234})
    assert f"{about}, and receive what the person with the same e-mail had: 1,234." in say(
        several, []
    )
    assert about not in say(summary(collections=users), []), "an earlier run made them"


def test_what_is_wholly_left_out_needs_no_row() -> None:
    left_out = {"roles": collection(skipped={"not-supported": 3})}
    markdown = answers.question(summary(mode="dry-run", collections=left_out), [])
    assert "Wholly left out: roles 3." in markdown
    assert "| roles" not in markdown


def test_five_promises_are_five_sentences() -> None:
    assert len(PROMISES) == 5
    assert all(re.fullmatch(r"[A-Z][^.]+\.", promise) for promise in PROMISES)


@pytest.mark.parametrize(
    ("mode", "state", "pieces"),
    [
        ("dry-run", "finished", ("Preview finished.", "Would migrate 1,203", "Say Run to migrate")),
        ("run", "finished", ("Migration finished.", "Migrated 1,203", "People sign in with")),
        ("run", "aborted", ("Migration stopped before its end.", "Say Run to continue")),
        ("run", "interrupted", ("Migration interrupted.", "Say Run to continue")),
        ("dry-run", "aborted", ("Preview stopped before its end.",)),
    ],
)
def test_the_end_says_what_comes_next(mode: str, state: str, pieces: tuple[str, ...]) -> None:
    shown = _shown(answers.result(summary(mode=mode, state=state), []))
    for piece in pieces:
        assert piece in shown


def test_the_report_is_linked() -> None:
    files = [Attachment("id-1", "report.html", "text/html", 5)]
    links = [t.attrs["href"] for t in _tokens(answers.result(summary(), files)) if t.attrs]
    assert links == ["/api/v1/files/id-1/content"]


def test_the_check_says_what_it_found() -> None:
    found = findings(facts=["Two people are in the backup."], warnings=["One is pending"])
    shown = answers.readiness(found, DECISIONS, ["A note"])
    assert shown.startswith("### Ready to preview")
    for piece in (
        "Open WebUI 0.12.4 on SQLite", "5.0 GB free", "    - `backup`: mongoexport, 12.3 kB, of 20",
        "this one is used", "💡 A note", "Say **Preview**", "- Two people are in the backup.",
        "⚠️ One is pending.", *DECIDED,
    ):  # fmt: skip
        assert piece in shown
    nothing = findings(offers=[], chosen=None, problems=["No backup"])
    in_the_way = answers.readiness(nothing, DECISIONS, [])
    assert in_the_way.startswith("### Something is in the way")
    assert "❌ No backup." in in_the_way
    assert "Say **Preview**" not in in_the_way


def test_nothing_going_on_is_said_with_what_was_last() -> None:
    assert "nothing was migrated yet" in answers.idle(None)
    assert "is interrupted" in answers.idle(summary(state="interrupted"))
