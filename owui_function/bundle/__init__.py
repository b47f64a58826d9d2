"""Builds the files that Open WebUI takes: one with everything, the Action's, and both as JSON.

``build()`` reads the installed packages, so it works from a checkout and from a wheel. The same
sources give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from owui_function.bundle.checks import check_file, check_import, check_source
from owui_function.bundle.sources import (
    PACKAGES,
    BundleError,
    make_relative,
    read_action,
    read_sources,
)
from owui_function.bundle.writing import action_text, function_text, functions_json, program_text
from owui_function.names import ACTION_ID, PIPE_ID

__all__ = ["Bundle", "BundleError", "build", "make_modules", "program_text"]


@dataclass(frozen=True)
class Bundle:
    """The finished files.

    Attributes:
        program: ``librechat_migration.py``, the Pipe and the command line program, as text.
        command_line: the command line program alone, for a Job, which shows no card to anybody.
        function: the same, packed, as Open WebUI gets it.
        action: ``librechat_migration_buttons.py``.
        functions_json: both Functions for Admin Panel, Functions, Import.
    """

    program: str
    command_line: str
    function: str
    action: str
    functions_json: str

    def files(self) -> dict[str, str]:
        """The files' texts by their names."""
        return {
            f"{PIPE_ID}.py": self.program,
            f"{ACTION_ID}.py": self.action,
            f"{PIPE_ID}.json": self.functions_json,
        }

    def write(self, directory: Path) -> None:
        """Write the three files.

        Raises:
            OSError: the directory cannot be made or written to.
        """
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in self.files().items():
            (directory / name).write_bytes(text.encode())


def build() -> Bundle:
    """Build the files from the packages that are installed here.

    Raises:
        BundleError: a module cannot go into the file, or a file is too large. Says where and why.
    """
    modules = make_modules(read_sources())
    function, action = function_text(modules), action_text(read_action())
    core = {path: text for path, text in modules.items() if path.startswith(f"{PACKAGES[0]}/")}
    bundle = Bundle(
        program=program_text(modules),
        command_line=program_text(core),
        function=function,
        action=action,
        functions_json=functions_json(function, action),
    )
    check_file(f"{PIPE_ID}.py", bundle.program)
    check_file(f"{PIPE_ID}.py, the command line alone", bundle.command_line)
    check_file(f"{PIPE_ID}.py, packed", bundle.function)
    check_file(f"{ACTION_ID}.py", bundle.action)
    check_import(f"{PIPE_ID}.json", bundle.functions_json)
    return bundle


def make_modules(sources: Mapping[str, str]) -> dict[str, str]:
    """The modules as they stand in the file, by their paths.

    Raises:
        BundleError: a module cannot go into it.
    """
    known = frozenset(sources)
    modules = {path: make_relative(path, text, known) for path, text in sources.items()}
    for path, text in modules.items():
        check_source(path, text)
    return modules
