"""What the page "In Open WebUI" says is what the Function does."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from migrator_core.settings import Settings
from owui_function.chat.commands import Command, understand
from owui_function.names import REFUSED
from owui_function.valves import Valves
from scripts.make_pictures import IMAGES, LARGEST, PICTURES
from tests.unit.test_docs import ROOT, table_rows

PAGE = (ROOT / "docs" / "in-open-webui.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_valves() -> None:
    expected = []
    for name, field in Valves.model_fields.items():
        choices = ", ".join(f"“{choice}”" for choice in get_args(field.annotation))
        default = f"“{field.default}”" if choices else f"`{field.default}`"
        meaning = f"{field.description} Choices: {choices}." if choices else str(field.description)
        label = name.replace("_", " ").capitalize()  # as Open WebUI titles it
        expected.append([label, default if field.default else "empty", meaning])
    assert table_rows(PAGE, "setting") == expected


def test_every_word_is_explained_and_understood() -> None:
    words = [row[0].strip("`") for row in table_rows(PAGE, "say")]
    yes = {Command.CONFIRM, Command.CONFIRM_UNDO}
    assert words == [str(command) for command in Command if command not in yes]
    for word in words:
        request = understand(f"/{word.upper()}")
        assert request is not None
        assert request.command == word
    assert f"**{Command.CONFIRM}**" in PAGE
    assert f"**{Command.CONFIRM_UNDO}**" in PAGE


def test_places_and_refusals_are_the_real_ones() -> None:
    backup = Settings.model_fields["backup_dir"].default
    assert f"/app/backend/data/{backup}" in PAGE
    assert REFUSED in PAGE


def test_pictures_are_small_and_all_of_them_are_made() -> None:
    shown = set(re.findall(r"\(images/function-([\w-]+)\.png\)", PAGE))
    assert shown <= set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_there_and_small(name: str) -> None:
    assert 0 < (IMAGES / f"function-{name}.png").stat().st_size <= LARGEST
