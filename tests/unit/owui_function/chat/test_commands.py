from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from owui_function.chat.commands import HELP, PLAIN, Command, Request, understand


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("check", Command.CHECK),
        ("Hi!", Command.CHECK),
        ("/preview", Command.PREVIEW),
        ("/ PREVIEW", Command.PREVIEW),
        ("Dry-Run", Command.PREVIEW),
        ("  run.\n", Command.RUN),
        ("Migrate", Command.RUN),
        ("continue", Command.RUN),
        ("Yes, migrate now", Command.CONFIRM),
        ("yes,  MIGRATE\nnow!", Command.CONFIRM),
        ("/Yes, migrate now.", Command.CONFIRM),
        ("yes, undo now!", Command.CONFIRM_UNDO),
        ("undo", Command.UNDO),
        ("verify", Command.VERIFY),
        ("status", Command.STATUS),
        ("Report:", Command.REPORT),
        ("stop", Command.CANCEL),
        ("/cancel", Command.CANCEL),
        ("?", Command.HELP),
        ("help", Command.HELP),
    ],
)
def test_a_word_is_understood_with_or_without_a_slash_in_any_case(
    said: str, command: Command
) -> None:
    assert understand(said) == Request(command)


def test_a_yes_that_does_not_say_to_what_is_told_apart() -> None:
    assert understand("Yes!") == Request(Command.CONFIRM, PLAIN)
    assert understand("undo 20260101-000000-abcdef") == Request(
        Command.UNDO, "20260101-000000-abcdef"
    )


@pytest.mark.parametrize("command", list(Command))
def test_what_is_offered_as_a_click_is_understood(command: Command) -> None:
    assert understand(str(command)) == Request(command)
    if command not in {Command.CONFIRM, Command.CONFIRM_UNDO, Command.HELP}:
        assert f"| **{command}** |" in HELP


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("preview monday.tar.gz", "monday.tar.gz"),
        ("run `my backup`", "my backup"),
        ('/RUN "Monday.TAR.gz"', "Monday.TAR.gz"),
        ("run 'a'", "a"),
        ("preview '", "'"),
        ("preview: x", "x"),
    ],
)
def test_a_backup_is_named_after_the_word(said: str, name: str) -> None:
    found = understand(said)
    assert found is not None
    assert found.argument == name


@pytest.mark.parametrize(
    "said",
    [
        "", "   ", "/", "no", "no, do not run", "do not run", "please run", "yes or no?",
        "yes but wait", "cancel the meeting", "what does run do?", "report on the weather", "runs",
        "yes, migrate later", "Yes, migrate now? No",
    ],
)  # fmt: skip
def test_anything_else_is_no_request(said: str) -> None:
    assert understand(said) is None


@given(st.text())
def test_a_yes_is_never_found_in_other_words(text: str) -> None:
    found = understand(text)
    if found is not None and found.command is Command.CONFIRM:
        letters = "".join(letter for letter in text.casefold() if letter.isalpha())
        assert letters in {"yes", "confirm", "yesmigratenow"}
