from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.variables import (
    OPEN_WEBUI_NAMES,
    convert_special_variables,
    convert_variables,
)
from tests.unit.convert.frontend import fill, input_variables


@pytest.mark.parametrize(
    ("librechat", "open_webui"),
    [
        ("Summarise {{text}} and {{ text }}", "Summarise {{text}} and {{ text }}"),
        ("{{文章}}", "{{文章}}"),
        (
            '{{tone:formal|casual|"quoted"}}',
            '{{tone | select:options=["formal","casual","\\"quoted\\""]}}',
        ),
        ("{{note:multiline}}", "{{note | textarea}}"),
        ("{{size:in cm}}", '{{size | text:placeholder="in cm"}}'),
        ("{{_private_}}", "{{_private_}}"),
        ("{{my name}}", '{{my_name | text:placeholder="my name"}}'),
        ('{{say: "a\\b"}}', "{{say | text:placeholder=\"'a/b'\"}}"),
        ("{{current_date}}", "{{CURRENT_DATE}} ({{CURRENT_WEEKDAY}})"),
        ("{{ Current_DateTime }}", "{{CURRENT_DATETIME}}"),
        ("{{iso_datetime}}", "{{CURRENT_DATETIME}}"),
        ("{{CURRENT_USER}}", "{{USER_NAME}}"),
        ("{{CURRENT_DATE}}", "{{CURRENT_DATE}} ({{CURRENT_WEEKDAY}})"),
        ("{{USER_EMAIL}}", '{{user_email | text:placeholder="USER_EMAIL"}}'),
        ("{{CLIPBOARD:a|b}}", '{{clipboard | select:options=["a","b"]}}'),
        ("{{__proto__}}", '{{__proto___2 | text:placeholder="__proto__"}}'),
    ],
)
def test_variables(librechat: str, open_webui: str) -> None:
    assert convert_variables(librechat) == open_webui


@pytest.mark.parametrize(
    "text",
    [
        "{{#if x}}a{{/if}} {% raw %}{{ y }}{% endraw %}",
        "{{unclosed\n${notAVar} {single} {{}} {{  }}",
        '{{"key": "value"}} and {{ \'a\' }}',
        "{{> partial}} {{! comment }} {{^none}}",
        "{{line\nbreak}}",
        "{{:a|b}}",
        "plain text, no braces",
        "",
    ],
)
def test_other_braces_stay_exactly_as_they_are(text: str) -> None:
    assert convert_variables(text) == text


def test_a_repeated_variable_is_asked_for_once() -> None:
    text = convert_variables("{{tone}} {{tone:a|b}} {{ tone }} {{tone:a|b}} {{my x}} {{my x}}")
    asked = input_variables(text)
    assert asked == {
        "tone": {"type": "select", "options": ["a", "b"]},
        "my_x": {"type": "text", "placeholder": "my x"},
    }
    assert fill(text, {"tone": "T", "my_x": "X"}) == "T T T T X X"


def test_different_questions_keep_different_answers() -> None:
    text = convert_variables("{{my x}} {{my_x}} {{in:a|b}} {{in:c|d}} {{user_name}} {{USER_NAME}}")
    asked = input_variables(text)
    assert [item["options"] for item in asked.values() if "options" in item] == [
        ["a", "b"],
        ["c", "d"],
    ]
    assert len(asked) == 6
    assert len(set(fill(text, {name: name for name in asked}).split())) == 6


def test_options_survive_the_front_ends_parser() -> None:
    options = ['a "b"', "c:d=e", "back\\slash", "[x] 日本語", "comma, too"]
    text = convert_variables("{{pick:" + "|".join(options) + "}}")
    assert input_variables(text) == {"pick": {"type": "select", "options": options}}


_INNER = st.text(
    st.characters(codec="utf-8", exclude_characters="{}\r\n\u2028\u2029"), min_size=1, max_size=25
)


@given(st.lists(_INNER, max_size=5))
def test_whatever_is_rewritten_can_be_asked_for_and_filled_in(inners: list[str]) -> None:
    text = " ~ ".join(f"{{{{{inner}}}}}" for inner in inners)
    converted = convert_variables(text)
    pieces = converted.split(" ~ ") if inners else []
    if len(pieces) != len(inners):
        return  # the separator itself was drawn
    for inner, piece in zip(inners, pieces, strict=True):
        if piece == f"{{{{{inner}}}}}" or piece.removeprefix("{{").split("}}")[0] in SYSTEM:
            continue
        (name,) = input_variables(piece)
        assert name not in OPEN_WEBUI_NAMES
        assert fill(piece, {name: "answer"}) == "answer"


SYSTEM = OPEN_WEBUI_NAMES


def test_instructions_get_only_what_fills_itself() -> None:
    text = "{{current_user}} on {{ current_date }}: {{topic}} {{a:b|c}} {{USER_EMAIL}} {{#if x}}"
    assert convert_special_variables(text) == (
        "{{USER_NAME}} on {{CURRENT_DATE}} ({{CURRENT_WEEKDAY}}): "
        "{{topic}} {{a:b|c}} {{ USER_EMAIL }} {{#if x}}"
    )
