from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.ids import prompt_id
from migrator_core.convert.library.prompts import convert_group, production, wished_command
from migrator_core.convert.result import Converted, Skipped
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.prompt import Prompt, PromptGroup
from migrator_core.librechat.values import Millis
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import Grant, PromptRow
from tests.unit.convert import documents as d

GRANTS = (Grant("user", "*", "read"),)


def _group(**changes: Any) -> PromptGroup:
    return parse(PromptGroup, d.PROMPT_GROUP | changes)


def _version(number: int, text: object = "text", created: int | None = 0) -> Prompt:
    date = None if created is None else Millis(d.CREATED + created)
    data = {"_id": f"{number:024x}", "prompt": text, "createdAt": date}
    return parse(Prompt, d.PROMPT | data)


def _convert(group: PromptGroup, versions: list[Prompt], taken: str = "") -> Any:
    return convert_group(
        group,
        versions,
        owner_id="owner",
        command=lambda wish: f"{wish}-2" if wish == taken else wish,
        grants=GRANTS,
        fallback=d.STARTED,
    )


def test_a_prompt_arrives_whole() -> None:
    result = _convert(_group(), [parse(Prompt, d.PROMPT)])
    assert result.notices == ()
    row = result.row
    assert (row.id, row.command, row.user_id) == (
        prompt_id(d.PROMPT_GROUP["_id"]),
        "summarize",
        "owner",
    )
    assert (row.name, row.content, row.tags) == (
        "Summarise text",
        "Summarise {{text}}",
        ("writing",),
    )
    assert row.grants == GRANTS
    assert (row.created_at, row.updated_at) == (1_700_000_000, 1_710_000_000)
    assert row.meta["description"] == "Short summary"
    assert row.meta["librechat"]["id"] == d.PROMPT_GROUP["_id"]
    assert row.meta["librechat"]["command"] == "summarize"


def test_the_production_version_counts_and_not_the_newest() -> None:
    versions = [_version(1, "old"), _version(2, "live", 5), _version(3, "draft", 9)]
    version, notice = production(_group(productionId=f"{2:024x}"), versions)
    assert version is not None
    assert version.prompt == "live"
    assert notice is None


@pytest.mark.parametrize(
    ("versions", "text"),
    [
        ([_version(1, "old"), _version(2, "new", 5)], "new"),
        ([_version(2, "new", 5), _version(1, "old")], "new"),
        ([_version(1, "same"), _version(2, "later id")], "later id"),
        ([_version(1, "old"), _version(9, None, 7)], "old"),
        ([_version(0x64CA1DB05F9D88C1AA1A2B01, "2023", None), _version(1, "new")], "new"),
    ],
)
def test_without_the_production_version_the_newest_text_counts(
    versions: list[Prompt], text: str
) -> None:
    result = _convert(_group(productionId="f" * 24), versions)
    assert result.row.content == text
    assert [notice.code for notice in result.notices] == [WarningCode.PRODUCTION_MISSING]
    assert "Summarise text" in result.notices[0].detail


@pytest.mark.parametrize(
    "versions",
    [[], [_version(1, None)], [_version(1, 5), _version(2, ["x"])], [_version(1, "\x00")]],
)
def test_a_group_without_any_text_is_skipped(versions: list[Prompt]) -> None:
    assert _convert(_group(), versions) == Skipped(Reason.NO_TEXT)


def test_blank_text_is_text() -> None:
    result = _convert(_group(productionId=f"{1:024x}"), [_version(1, "   \n")])
    assert isinstance(result, Converted)
    assert isinstance(result.row, PromptRow)
    assert result.row.content == "   \n"


@pytest.mark.parametrize(
    ("command", "name", "wish"),
    [
        ("summarize", "x", "summarize"),
        ("/My Command! ✨", "x", "my-command"),
        ("--a__b--", "x", "a__b"),
        ("c" * 56, "x", "c" * 56),
        ("c" * 99, "x", "c" * 56),
        (None, "Explain like I am five", "explain-like-i-am-five"),
        ("", "Résumé für Öl", "resume-fur-ol"),
        (None, "翻訳プロンプト", "prompt-67ef5a34"),
        ("✨", "---", "prompt-67ef5a34"),
        (None, None, "prompt-67ef5a34"),
    ],
)
def test_wished_command(command: str | None, name: str | None, wish: str) -> None:
    assert wished_command(_group(command=command, name=name)) == wish


@given(
    st.none() | st.text(st.characters(codec=None)),
    st.none() | st.text(st.characters(codec=None)),
    st.text(st.characters(codec=None), min_size=1),
)
def test_commands_are_always_legal(command: str | None, name: str | None, key: str) -> None:
    if not key.strip() or key.strip().lower() in {"null", "undefined"}:
        return
    wish = wished_command(_group(command=command, name=name, _id=key))
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,56}", wish)


@pytest.mark.parametrize(
    ("command", "taken", "said"),
    [
        ("summarize", "summarize", "had /summarize, is now /summarize-2"),
        (None, "", "had no command, is now /summarise-text"),
        ("Sum", "", "had /Sum, is now /sum"),
    ],
)
def test_a_changed_command_is_reported(command: str | None, taken: str, said: str) -> None:
    result = _convert(_group(command=command), [parse(Prompt, d.PROMPT)], taken)
    assert [notice.code for notice in result.notices] == [WarningCode.COMMAND_CHANGED]
    assert said in result.notices[0].detail


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": None}, "Short summary"),
        ({"name": " ", "oneliner": None}, "summarize"),
        ({"name": None, "oneliner": None, "command": None}, f"Prompt {d.PROMPT_GROUP['_id']}"),
        ({"name": "N" * 300}, "N" * 300),
    ],
)
def test_every_prompt_has_a_name(changes: dict[str, Any], name: str) -> None:
    assert _convert(_group(**changes), [parse(Prompt, d.PROMPT)]).row.name == name
