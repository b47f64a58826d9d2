"""The modules that go into the file: their text, with imports that work under any package."""

from __future__ import annotations

import ast
from importlib import resources
from importlib.resources.abc import Traversable

PACKAGES = ("migrator_core", "owui_function")
"""What is bundled; the modules of these packages import each other by these names."""

LEFT_OUT = (
    "migrator_core/__main__.py",  # the file is the program itself
    "migrator_core/cli/demo.py",  # needs the sample, and Open WebUI in processes of its own
    "migrator_core/cli/install_function.py",  # builds the file
    "migrator_core/sample/",
    "migrator_core/openwebui/new_instance.py",  # only the demo starts an Open WebUI
    "owui_function/action.py",  # a file of its own
    "owui_function/bundle/",
    "owui_function/install.py",
)


class BundleError(Exception):
    """The sources cannot become the file. The message says where and why."""


def read_sources() -> dict[str, str]:
    """The text of every module that belongs into the file, by its path, sorted."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        _collect(resources.files(package), package, found)
    return {path: found[path] for path in sorted(found)}


def read_action() -> str:
    """The text of the Action's module."""
    return _text(resources.files("owui_function") / "action.py", "owui_function/action.py")


def _collect(folder: Traversable, path: str, found: dict[str, str]) -> None:
    for entry in folder.iterdir():
        entry_path = f"{path}/{entry.name}"
        if entry_path.startswith(LEFT_OUT) or f"{entry_path}/" in LEFT_OUT:
            continue
        if entry.is_dir():
            _collect(entry, entry_path, found)
        elif entry.name.endswith(".py"):
            found[entry_path] = _text(entry, entry_path)


def _text(file: Traversable, path: str) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError(f"{path} is not UTF-8: {error}") from error


def make_relative(path: str, source: str, known: frozenset[str]) -> str:
    """Write ``from migrator_core.rows import X`` as ``from ..rows import X``.

    Args:
        path: the module's path, such as ``migrator_core/runs/phases/users.py``.
        source: its text.
        known: the paths of all modules in the file.

    Raises:
        BundleError: an import that would not work in the file.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise BundleError(f"{path}:{error.lineno}: {error.msg}") from error
    at_load = _imports_at_load(tree)
    lines = source.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in PACKAGES:
                    raise BundleError(
                        f"{path}:{node.lineno}: write 'import {alias.name}' as 'from … import …', "
                        "which the file can make relative"
                    )
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = str(node.module)
            if module.split(".", maxsplit=1)[0] not in PACKAGES:
                continue
            if node in at_load:
                _check_presence(path, node, known)
            _replace(lines, node, f"from {relative(path, module)} import", path)
    return "\n".join(lines)


def relative(path: str, module: str) -> str:
    """How a module of the file names another one: ``..rows`` for ``migrator_core.rows``."""
    here = path.split("/")[:-1]
    there = module.split(".")
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "." * (len(here) - shared + 1) + ".".join(there[shared:])


def _imports_at_load(tree: ast.Module) -> set[ast.ImportFrom]:
    """Imports that run when the module is imported: not those inside functions or for types."""
    found: set[ast.ImportFrom] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ImportFrom):
            found.add(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending += node.orelse
        else:
            pending += ast.iter_child_nodes(node)
    return found


def _check_presence(path: str, node: ast.ImportFrom, known: frozenset[str]) -> None:
    base = str(node.module).replace(".", "/")
    if f"{base}.py" in known:
        return
    if f"{base}/__init__.py" in known:
        left_out = [a.name for a in node.names if f"{base}/{a.name}.py".startswith(LEFT_OUT)]
        if not left_out:
            return
    raise BundleError(
        f"{path}:{node.lineno}: '{ast.unparse(node)}' runs when the module is imported, but the "
        "file does not hold that module. Import it inside the function that needs it."
    )


def _replace(lines: list[str], node: ast.ImportFrom, words: str, path: str) -> None:
    old = f"from {node.module} import"
    # Columns count bytes; an indented import has only blanks before it.
    line = lines[node.lineno - 1]
    before, found, after = line.partition(old)
    if not found or before.strip() or len(before) != node.col_offset:
        raise BundleError(f"{path}:{node.lineno}: an import of an unusual form: {line.strip()}")
    lines[node.lineno - 1] = f"{before}{words}{after}"
