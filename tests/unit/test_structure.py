"""The house stays in order: nothing dead in it, and every test where one looks for it."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "tests" / "unit"
PACKAGES = ("migrator_core", "owui_function", "scripts", "benchmarks", "tests")


def test_dead_code_is_what_pyproject_says_is_none() -> None:
    """`make check` finds dead names; this finds exceptions from it that are not needed any more."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    explained = set(tables["vulture"]["ignore_names"])
    # The command line comes before the file; no name is the empty one.
    done = subprocess.run(
        [sys.executable, "-m", "vulture", "--ignore-names", ""],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    dead = {line: line.split("'")[1] for line in done.stdout.splitlines()}
    assert not [line for line, name in dead.items() if name not in explained], done.stderr
    assert explained == set(dead.values()), "take the others out of pyproject.toml"


def private_names(tree: ast.Module) -> set[str]:
    """What a module keeps to itself: its functions, classes and values that begin with ``_``."""
    names = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if name.startswith("_") and not name.endswith("__")}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_module_uses_what_it_keeps_to_itself(package: str) -> None:
    """vulture takes a name that begins with ``_`` for one that is left unused on purpose."""
    unused = []
    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
                  and isinstance(node.ctx, ast.Load)}  # fmt: skip
        unused += [f"{path.relative_to(ROOT)}: {name}" for name in private_names(tree) - loaded]
    assert unused == []


def mirrored(folder: Path) -> Path:
    """The package that a folder of unit tests is about."""
    below = folder.relative_to(UNIT)
    own = (ROOT / below.parts[0]).is_dir()  # owui_function, benchmarks, scripts
    return ROOT / below if own else ROOT / "migrator_core" / below


@pytest.mark.parametrize(
    "folder",
    sorted({file.parent for file in UNIT.rglob("test_*.py")} - {UNIT}),
    ids=lambda folder: folder.relative_to(UNIT).as_posix(),
)
def test_unit_tests_lie_as_the_packages_do(folder: Path) -> None:
    assert (mirrored(folder) / "__init__.py").is_file()
