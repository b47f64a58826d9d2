"""The tool as the built single file, in place of its packages.

``python -m pytest -p tests.support.program`` builds the file and gives it to the tests: whoever
imports ``migrator_core`` or ``owui_function`` gets the modules of the file, loaded as Open WebUI
loads it, and whoever runs the command line runs the file.
"""

from __future__ import annotations

import importlib
import importlib.abc
import os
import shutil
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import ROOT

VARIABLE = "LIBRECHAT_MIGRATION_TEST_FILE"
"""Environment variable: where the built file is, when the tests run against it."""

PROGRAM = "librechat_migration"
BUTTONS = "librechat_migration_buttons"

NOT_FOR_THE_FILE = {
    "tests/unit/owui_function/bundle/": "builds the file from the packages",
    "tests/integration/test_bundle": "builds the file by itself",
    "tests/unit/scripts/": "the scripts are no part of the file",
    "tests/integration/scripts/": "as above",
    "tests/unit/test_docs.py": "reads the sources, which the packages' run does as well",
    "tests/unit/convert/test_purity.py": "as above",
    "tests/unit/cli/test_cli.py::test_verbs_are_offered": "expects the demo",
    "tests/unit/cli/test_cli.py::test_a_verb_says_what_it_does_and_how_it_can_end[demo": "as above",
    "tests/unit/cli/test_cli.py::test_a_verb_says_what_it_does_and_how_it_can_end[install": (
        "installs the file, which is built from the packages"
    ),
    "tests/browser/": "makes its Open WebUI with the demo",
}
"""Tests, by the beginning of their ids, that make no sense with the file, and why."""


def under_test() -> Path | None:
    """The built file, when the tests run against it."""
    built = os.environ.get(VARIABLE)
    return Path(built) if built else None


def command(python: Path) -> list[str]:
    """How to start the command line: the packages, or the file when it is under test."""
    built = under_test()
    return [str(python), *([str(built)] if built else ["-m", "migrator_core"])]


def variables(given: Mapping[str, str]) -> dict[str, str]:
    """A deployment's environment for the command line: the file must not find the packages."""
    hidden = {"PYTHONPATH"} if under_test() else set()
    return {name: value for name, value in given.items() if name not in hidden}


def build(directory: Path) -> Path:
    """Build the files in a process of its own and say where the program is.

    Raises:
        subprocess.CalledProcessError: they cannot be built; what was printed says why.
    """
    subprocess.run(
        [sys.executable, "-m", "owui_function.bundle", "--out", str(directory)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return directory / f"{PROGRAM}.py"


def load(path: Path, name: str) -> types.ModuleType:
    """Execute a file as Open WebUI does (0.12, ``utils/plugin.py``)."""
    module = types.ModuleType(name)
    module.__dict__["__file__"] = str(path)
    sys.modules[name] = module
    exec(path.read_text(encoding="utf-8"), module.__dict__)
    return module


@contextmanager
def no_traces() -> Iterator[None]:
    """Begin without versions of the file that others loaded, and forget those loaded inside."""
    finders, known = list(sys.meta_path), set(sys.modules)
    sys.meta_path[:] = [f for f in finders if not hasattr(f, "package")]
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        for name in set(sys.modules) - known:
            if name.startswith(f"{PROGRAM}_"):
                del sys.modules[name]


class _FromFile(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the file's modules to those who import them by their usual names."""

    def __init__(self, program: types.ModuleType, buttons: Path) -> None:
        self._package: str = program.PACKAGE
        self._buttons = buttons
        self._names = {
            path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for path in program.MODULES
        }
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the import system's signature
        target: Any = None,  # noqa: ARG002 - as above
    ) -> ModuleSpec | None:
        if fullname.split(".", maxsplit=1)[0] not in {"migrator_core", "owui_function"}:
            return None
        if fullname not in self._names and fullname != "owui_function.action":
            raise ModuleNotFoundError(f"{fullname} is not in the built file", name=fullname)
        return ModuleSpec(fullname, self)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        if spec.name == "owui_function.action":
            return load(self._buttons, f"function_{BUTTONS}")
        module = importlib.import_module(f"{self._package}.{spec.name}")
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        # The import system has just put its own spec into a module that has one.
        alias = module.__spec__
        if alias is not None and alias.name in self._specs:
            module.__spec__ = self._specs[alias.name]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before anything imports the packages."""
    if VARIABLE not in os.environ:  # workers of one session share what the first process built
        directory = Path(tempfile.mkdtemp(prefix="librechat-migration-test-"))
        early_config.add_cleanup(lambda: shutil.rmtree(directory))
        os.environ[VARIABLE] = str(build(directory))
    path = Path(os.environ[VARIABLE])
    program = load(path, f"function_{PROGRAM}")
    sys.meta_path.insert(0, _FromFile(program, path.with_name(f"{BUTTONS}.py")))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out whole files, which may not even be importable."""
    inside = collection_path.is_relative_to(ROOT)
    return (inside and _left_out(collection_path.relative_to(ROOT).as_posix())) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out single tests."""
    left_out = [item for item in items if _left_out(item.nodeid)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_report_header() -> str:
    """Say what is tested."""
    return f"against the built file: {os.environ[VARIABLE]}"


def _left_out(node: str) -> bool:
    return node.startswith(tuple(NOT_FOR_THE_FILE))
