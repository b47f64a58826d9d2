"""Puts the files together."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from importlib import resources

from migrator_core import __version__
from owui_function.bundle.checks import check_action
from owui_function.bundle.loader import digest
from owui_function.bundle.packing import packed
from owui_function.bundle.sources import BundleError
from owui_function.names import ACTION_ID, ACTION_NAME, PIPE_ID, PIPE_NAME

PROGRAM_DESCRIPTION = "Moves a whole LibreChat backup into this Open WebUI. Administrators only."
ACTION_DESCRIPTION = "Buttons under the answers of LibreChat Migration: preview, migrate, report."

# Two arrows, one into the other's place. Black lines: Open WebUI inverts SVG icons in its dark
# theme when the address begins with data:image/svg.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 24 24%22 "
    "fill=%22none%22 stroke=%22%23000%22 stroke-width=%222%22 stroke-linecap=%22round%22 "
    "stroke-linejoin=%22round%22%3E%3Cpath d=%22M4 4h7v6M4 4v16h7v-6M8 12h12m-4-4 4 4-4 4%22/%3E"
    "%3C/svg%3E"
)

_WHAT_IT_IS = """\
# What this file is
# -----------------
# LibreChat Migration moves a whole LibreChat backup into Open WebUI. This one file is
#
# - a Function for Open WebUI. It shows up as a model for administrators; say "help" to it.
# - the program, wherever Open WebUI is installed:
#       python {program}.py run --backup /path/to/backup --dry-run
#       python {program}.py --help
#
# It needs nothing that Open WebUI does not bring along, with one exception: a backup made with
# mongodump needs the package pymongo.
#
# The file is made from the packages migrator_core and owui_function by
# `python -m owui_function.bundle`; change them, not this file."""

_AS_TEXT = """\
# Each of their modules stands below as text, with relative imports. At the end, a loader makes
# these texts importable. Line numbers in error messages count from the first line of a module's
# text.
#
# To install it in Open WebUI, import {program}.json: the same modules, packed, because many
# proxies let no more than a megabyte through.
#
# Contents
# --------
# Each module stands under a line such as "# ==== migrator_core/errors.py ====" and says first what
# it is. The packages:
#
{contents}
"""

_AS_PACK = """\
# Their modules are packed below (zlib, base 85), because many proxies let no more than a megabyte
# through; a loader makes them importable. SHA-256 of the modules:
# {digest}
# The file {program}.py of the same release holds the same modules as text, to be read.
# Whether a Function is what a checkout of the sources makes of itself, this says there, of the
# Function's text or of what Open WebUI exports:
#     python -m owui_function.bundle --compare FILE
"""

_END = """\
PACKAGE = install(MODULES)

if __name__ == "__main__":
    sys.exit(importlib.import_module(f"{PACKAGE}.migrator_core.cli").main())

Pipe = importlib.import_module(f"{PACKAGE}.owui_function.pipe").Pipe
"""


def frontmatter(name: str, description: str) -> dict[str, str]:
    """What Open WebUI shows about a Function."""
    return {
        "title": name,
        "author": "librechat-migrate developers",
        "version": __version__,
        "required_open_webui_version": "0.10.0",
        "licence": "MIT",
        "license": "MIT",
        "icon_url": _ICON,
        "description": description,
    }


def program_text(modules: Mapping[str, str]) -> str:
    """``librechat_migration.py``: everything to be read."""
    contents = "\n".join(
        f"# {path.removesuffix('__init__.py')}: {_first_line(source)}"
        for path, source in modules.items()
        if path.endswith("/__init__.py")
    )
    parts = [
        *_beginning(_AS_TEXT.format(program=PIPE_ID, contents=contents)),
        "MODULES: dict[str, str] = {}\n",
        *(_module(path, source) for path, source in modules.items()),
        *_ending(),
    ]
    return "\n".join(parts)


def function_text(modules: Mapping[str, str]) -> str:
    """What Open WebUI imports: the same modules, packed."""
    parts = [
        *_beginning(_AS_PACK.format(program=PIPE_ID, digest=digest(modules))),
        _banner("Unpacking"),
        _own_text("unpacking.py"),
        _banner("The modules"),
        f'MODULES = unpacked(\n    """\n{packed(modules)}\n"""\n)\n',
        *_ending(),
    ]
    return "\n".join(parts)


def _beginning(introduction: str) -> tuple[str, ...]:
    what = _WHAT_IT_IS.format(program=PIPE_ID)
    return (
        _header(frontmatter(PIPE_NAME, PROGRAM_DESCRIPTION)),
        f"{what}\n{introduction}",
        "from __future__ import annotations\n",
    )


def _ending() -> tuple[str, ...]:
    loader = _own_text("loader.py")
    return (_banner("The loader"), loader, _banner("The Function, and the program"), _END)


def _own_text(name: str) -> str:
    return _without_head((resources.files(__package__) / name).read_text("utf-8"))


def action_text(source: str) -> str:
    """``librechat_migration_buttons.py``: the Action's module under its frontmatter.

    Raises:
        BundleError: the module needs something that is not there.
    """
    check_action(source)
    tree = ast.parse(source)
    documentation = ast.get_docstring(tree)
    if documentation is None:
        raise BundleError("owui_function/action.py: has no documentation")
    rest = source.split("\n")[tree.body[0].end_lineno :]
    comment = "\n".join(f"# {line}".rstrip() for line in documentation.split("\n"))
    head = _header(frontmatter(ACTION_NAME, ACTION_DESCRIPTION))
    return f"{head}\n{comment}\n" + "\n".join(rest)


def functions_json(function: str, action: str) -> str:
    """``librechat_migration.json``, for Admin Panel, Functions, Import."""
    functions = [
        _function(PIPE_ID, PIPE_NAME, PROGRAM_DESCRIPTION, function),
        _function(ACTION_ID, ACTION_NAME, ACTION_DESCRIPTION, action),
    ]
    return json.dumps(functions, ensure_ascii=False, separators=(",", ":")) + "\n"


def _function(function_id: str, name: str, description: str, content: str) -> dict[str, object]:
    manifest = frontmatter(name, description)
    meta = {"description": description, "manifest": manifest}
    return {"id": function_id, "name": name, "content": content, "meta": meta}


def _header(entries: Mapping[str, str]) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in entries.items())
    return f'"""\n{lines}"""\n'


def _banner(words: str) -> str:
    return f"# ==== {words} ====\n"


def _module(path: str, source: str) -> str:
    return f"{_banner(path)}MODULES[\"{path}\"] = r'''\n{source}'''\n"


def _first_line(source: str) -> str:
    return (ast.get_docstring(ast.parse(source)) or "").split("\n", 1)[0]


def _without_head(source: str) -> str:
    """A module's text without documentation and ``__future__``, which only begin a file."""
    tree = ast.parse(source)
    documentation = ast.get_docstring(tree) or ""
    last = next(
        node.end_lineno or 0
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    )
    comment = "\n".join(f"# {line}".rstrip() for line in documentation.split("\n"))
    return comment + "\n" + "\n".join(source.split("\n")[last:])
