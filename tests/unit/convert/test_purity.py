"""Conversion reads no clock, no randomness and no file; import-linter sees to its imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.environments import ROOT as CHECKOUT

FORBIDDEN = {
    "open", "print", "input", "exec", "eval", "breakpoint", "__import__", "import_module",
    "now", "today", "utcnow", "uuid1", "uuid4", "getnode", "urlopen", "read_text", "write_text",
}  # fmt: skip
ROOT = CHECKOUT / "migrator_core" / "convert"
MODULES = sorted(ROOT.rglob("*.py"))


def called(tree: ast.AST) -> set[str]:
    """The last part of every name that is called."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {function.id for function in functions if isinstance(function, ast.Name)}
    return names | {function.attr for function in functions if isinstance(function, ast.Attribute)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_but_what_is_handed_in_decides(path: Path) -> None:
    names = called(ast.parse(path.read_text("utf-8")))
    # Pillow opens the bytes of a picture that is in memory already.
    allowed = {"open"} if path.name == "avatars.py" else set()
    assert not names & FORBIDDEN - allowed
