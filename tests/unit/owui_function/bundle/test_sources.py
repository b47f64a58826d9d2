"""From a package's modules to texts in the file: imports, and what is refused."""

from __future__ import annotations

import pytest

from owui_function.bundle import BundleError, make_modules
from owui_function.bundle.checks import check_action, check_file, check_import
from owui_function.bundle.sources import make_relative, relative

KNOWN = frozenset(
    {
        "migrator_core/__init__.py",
        "migrator_core/cli/__init__.py",
        "migrator_core/rows.py",
        "owui_function/__init__.py",
        "owui_function/pipe.py",
    }
)


@pytest.mark.parametrize(
    ("path", "module", "expected"),
    [
        ("migrator_core/rows.py", "migrator_core", "."),
        ("migrator_core/rows.py", "migrator_core.errors", ".errors"),
        ("migrator_core/cli/run.py", "migrator_core", ".."),
        ("migrator_core/cli/run.py", "migrator_core.cli", "."),
        ("migrator_core/cli/run.py", "migrator_core.cli.exits", ".exits"),
        ("migrator_core/cli/run.py", "migrator_core.settings", "..settings"),
        ("migrator_core/cli/__init__.py", "migrator_core.cli.exits", ".exits"),
        ("migrator_core/convert/content/text.py", "migrator_core.convert.ids", "..ids"),
        ("owui_function/pipe.py", "migrator_core.runs", "..migrator_core.runs"),
    ],
)
def test_imports_become_relative(path: str, module: str, expected: str) -> None:
    assert relative(path, module) == expected


def test_only_imports_of_our_packages_change() -> None:
    source = (
        "from open_webui.models import users\n"
        "from migrator_core.rows import (\n    A,\n    B,\n)\n"
        "def f():\n    from migrator_core.cli.demo import demo\n"
        'words = "from migrator_core.rows import A"\n'
    )
    assert make_relative("owui_function/pipe.py", source, KNOWN) == (
        "from open_webui.models import users\n"
        "from ..migrator_core.rows import (\n    A,\n    B,\n)\n"
        "def f():\n    from ..migrator_core.cli.demo import demo\n"
        'words = "from migrator_core.rows import A"\n'
    )


@pytest.mark.parametrize(
    "source",
    [
        "import migrator_core.rows\n",
        "from migrator_core.cli import demo\n",
        "from migrator_core.cli.demo import demo\n",
        "class A:\n    from owui_function.bundle import build\n",
        "x = 1; from migrator_core.rows import A\n",
        "from  migrator_core.rows import A\n",
    ],
)
def test_imports_that_would_not_work_in_the_file_are_refused(source: str) -> None:
    line = source.count("\n")
    with pytest.raises(BundleError, match=f"owui_function/pipe.py:{line}: "):
        make_relative("owui_function/pipe.py", source, KNOWN)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("x = 1\n# away from utils\n", "2: holds 'from utils'"),
        ("x = 'from maintenance'\n", "1: holds 'from main'"),
        ("# from configuration\n", "1: holds 'from config'"),
        ("# from apps\n", "1: holds 'from apps'"),
        ("x = '''a'''\n", "1: ''' would end"),
        ("x = '\u200b'\n", "1: holds '\\\\u200b'"),
        ("x = '\t'\n", "1: holds '\\\\t'"),
        ("x = 1", "the last line has no end"),
    ],
)
def test_what_the_loader_would_spoil_is_refused(source: str, complaint: str) -> None:
    with pytest.raises(BundleError, match=f"^migrator_core/a.py:(?s:.*){complaint}"):
        make_modules({"migrator_core/a.py": source})


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import bson\n", "bson"),
        ("def f():\n    from migrator_core.rows import A\n", "migrator_core.rows"),
        ("from . import job\n", "a sibling"),
    ],
)
def test_the_action_stands_alone(source: str, name: str) -> None:
    check_action("import asyncio\nfrom pydantic import BaseModel\nfrom open_webui.env import X\n")
    with pytest.raises(BundleError, match=f"may not import {name}"):
        check_action(source)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.py", '# first\n"""\ntitle: x\n"""\n', "first line"),
        ("a.py", '"""\n"""\n# away from main roads\n', "from main"),
    ],
)
def test_a_file_that_would_not_arrive_is_refused(name: str, text: str, complaint: str) -> None:
    with pytest.raises(BundleError, match=complaint):
        check_file(name, text)


def test_functions_that_a_proxy_would_refuse_are_refused() -> None:
    check_import("a.json", "x" * 899_999)
    with pytest.raises(BundleError, match="900,000 bytes"):
        check_import("a.json", "x" * 900_000)
