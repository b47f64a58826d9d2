"""Whether a Function is what these sources make: nobody has to believe a packed file."""

from __future__ import annotations

import json

import black
import pytest

from owui_function.bundle import BundleError, make_modules, program_text
from owui_function.bundle.comparing import differences
from owui_function.bundle.writing import function_text, functions_json

SOURCES = {
    "migrator_core/__init__.py": '"""It."""\n',
    "migrator_core/rows.py": '"""Rows."""\n\nROWS = 1\n',
    "owui_function/__init__.py": '"""The door."""\n',
}


def texts(sources: dict[str, str]) -> tuple[str, str]:
    """The readable and the packed file."""
    modules = make_modules(sources)
    return program_text(modules), function_text(modules)


OURS = texts(SOURCES)


@pytest.mark.parametrize("form", [0, 1])
def test_the_same_is_the_same_however_it_is_laid_out(form: int) -> None:
    text = OURS[form]
    exported = functions_json(text, "").replace('"content"', '"user_id":"x","content"')
    for found in (text, black.format_str(text, mode=black.Mode()), exported):
        assert differences(found, *OURS) == []


@pytest.mark.parametrize("form", [0, 1])
def test_what_differs_is_named(form: int) -> None:
    other = {**SOURCES, "migrator_core/rows.py": '"""Rows."""\n\nROWS = 2\n'}
    other["migrator_core/more.py"] = '"""More."""\n'
    del other["owui_function/__init__.py"]
    assert differences(texts(other)[form], *OURS) == [
        "migrator_core/more.py",
        "migrator_core/rows.py",
        "owui_function/__init__.py",
    ]


@pytest.mark.parametrize("form", [0, 1])
def test_code_beside_the_modules_is_noticed(form: int) -> None:
    found = OURS[form].replace("PACKAGE = ", 'print("hello")\nPACKAGE = ')
    assert differences(found, *OURS) == ["what stands around the modules"]


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        ("def", "no Python"),
        ("print()", "holds no modules"),
        (json.dumps([{"id": "other", "content": ""}]), "no Function with the id"),
        ('MODULES = unpacked("abc")', "damaged"),
    ],
)
def test_something_else_is_refused(found: str, complaint: str) -> None:
    with pytest.raises(BundleError, match=complaint):
        differences(found, *OURS)
