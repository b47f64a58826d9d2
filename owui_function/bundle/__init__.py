"""Builds the files that Open WebUI takes: one with everything, the Action's, and both as JSON.

``build()`` reads the installed packages, so it works from a checkout and from a wheel. The same
sources give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from owui_function.bundle.checks import check_file, check_source
from owui_function.bundle.condensing import condensed
from owui_function.bundle.sources import (
    BundleError,
    make_relative,
    read_action,
    read_sources,
)
from owui_function.bundle.writing import action_text, functions_json, program_text
from owui_function.names import ACTION_ID, PIPE_ID

__all__ = ["Bundle", "BundleError", "build", "make_program"]


@dataclass(frozen=True)
class Bundle:
    """The finished files.

    Attributes:
        program: ``librechat_migration.py``, the Pipe and the command line program.
        action: ``librechat_migration_buttons.py``.
        functions_json: both Functions for Admin Panel, Functions, Import.
    """

    program: str
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
    program = make_program(read_sources())
    action = action_text(read_action())
    bundle = Bundle(program, action, functions_json(program, action))
    for name, text in bundle.files().items():
        check_file(name, text)
    return bundle


def make_program(sources: dict[str, str]) -> str:
    """The text of the file that holds these modules, by their paths.

    Raises:
        BundleError: a module cannot go into it.
    """
    known = frozenset(sources)
    modules = {}
    for path, source in sources.items():
        modules[path] = condensed(path, make_relative(path, source, known))
        check_source(path, modules[path])
    return program_text(modules)
