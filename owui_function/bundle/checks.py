"""What Open WebUI's loader of Functions would do to the files, found before it does it."""

from __future__ import annotations

import ast
import sys

from owui_function.bundle.sources import PACKAGES, BundleError

REWRITTEN = ("from utils", "from apps", "from main", "from config")
"""The loader replaces these words wherever they stand, in strings and other words, too
(Open WebUI 0.10 to 0.12, ``utils/plugin.py``, ``replace_imports``)."""

MAX_BYTES = 900_000
"""More may not get through a proxy: nginx takes one megabyte unless it is told otherwise."""

ACTION_MAY_IMPORT = {"pydantic", "open_webui", "fastapi", "starlette"} | sys.stdlib_module_names


def check_source(path: str, source: str) -> None:
    """Refuse a module that cannot stand in the file as plain text.

    Raises:
        BundleError: says which line, and what is wrong with it.
    """
    if source and not source.endswith("\n"):
        raise BundleError(f"{path}: the last line has no end")
    for number, line in enumerate(source.split("\n"), start=1):
        where = f"{path}:{number}"
        if "'''" in line:
            raise BundleError(f"{where}: ''' would end the text of the module; write it otherwise")
        odd = [character for character in line if not (character.isprintable() or character == " ")]
        if odd:
            raise BundleError(f"{where}: holds {odd[0]!r}; write it as an escape")
    check_words(path, source)


def check_words(path: str, text: str) -> None:
    """Refuse words that the loader rewrites.

    Raises:
        BundleError: says which line, and which words.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        for words in REWRITTEN:
            if words in line:
                raise BundleError(
                    f"{path}:{number}: holds {words!r}, which Open WebUI's loader rewrites "
                    f"wherever it stands. Put it in other words: {line.strip()}"
                )


def check_action(source: str) -> None:
    """Refuse an Action that needs more than Open WebUI has.

    Raises:
        BundleError: names the import.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["a sibling" if node.level else str(node.module)]
        else:
            continue
        for name in names:
            if name.split(".")[0] not in ACTION_MAY_IMPORT:
                own = " (it is a file of its own)" if name.split(".")[0] in PACKAGES else ""
                raise BundleError(
                    f"owui_function/action.py:{node.lineno}: may not import {name}{own}"
                )


def check_file(name: str, text: str) -> None:
    """Refuse a finished file that the loader would change.

    Raises:
        BundleError: says what is wrong.
    """
    if "\r" in text:
        raise BundleError(f"{name}: holds a carriage return")
    if not text.startswith('"""\n'):
        raise BundleError(f'{name}: its first line must be """, or its frontmatter is not read')
    compile(text, name, "exec", dont_inherit=True)
    check_words(name, text)


def check_import(name: str, text: str) -> None:
    """Refuse Functions that a proxy would not let through.

    Raises:
        BundleError: says how large they are.
    """
    size = len(text.encode())
    if size >= MAX_BYTES:
        raise BundleError(f"{name}: {size:,} bytes; it must stay under {MAX_BYTES:,}")
