"""Whether a Function that somebody has is what these sources make. It is read, never executed."""

from __future__ import annotations

import ast
import json
import zlib
from dataclasses import dataclass

from owui_function.bundle.sources import BundleError
from owui_function.bundle.unpacking import unpacked
from owui_function.names import PIPE_ID


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file taken apart: its modules' texts, and the meaning of everything around them."""

    modules: dict[str, str]
    rest: str


def differences(found: str, program: str, function: str) -> list[str]:
    """What differs, by module path, or as words; nothing where all is the same.

    ``found`` is a Function's text or what Open WebUI exports (JSON). Comments and layout around
    the modules do not count: Open WebUI's editor reformats what it saves.

    Raises:
        BundleError: it is no such Function.
    """
    theirs = _parts(_content(found))
    readable, packed = _parts(program), _parts(function)
    modules = sorted({*theirs.modules, *readable.modules})
    differing = [p for p in modules if theirs.modules.get(p) != readable.modules.get(p)]
    if theirs.rest not in {readable.rest, packed.rest}:
        differing.append("what stands around the modules")
    return differing


def _content(found: str) -> str:
    try:
        exported = json.loads(found)
    except ValueError:
        return found
    functions = exported if isinstance(exported, list) else [exported]
    for function in functions:
        if isinstance(function, dict) and function.get("id") == PIPE_ID:
            return str(function.get("content"))
    raise BundleError(f"no Function with the id {PIPE_ID} is in it")


def _parts(text: str) -> _Parts:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise BundleError(f"it is no Python: {error}") from error
    modules: dict[str, str] = {}
    rest: list[ast.stmt] = []
    for statement in tree.body:
        inside = _modules_of(statement)
        modules |= inside
        if not inside:
            rest.append(statement)
    if not modules:
        raise BundleError("it holds no modules")
    return _Parts(modules, "\n".join(ast.dump(statement) for statement in rest))


def _modules_of(statement: ast.stmt) -> dict[str, str]:
    match statement:
        case ast.Assign(
            targets=[ast.Subscript(ast.Name("MODULES"), ast.Constant(str(path)))],
            value=ast.Constant(str(source)),
        ):
            return {path: source.removeprefix("\n")}
        case ast.Assign(
            targets=[ast.Name("MODULES")],
            value=ast.Call(ast.Name("unpacked"), args=[ast.Constant(str(pack))]),
        ):
            try:
                return unpacked(pack)
            except (ValueError, zlib.error) as error:
                raise BundleError(f"its packed modules are damaged: {error}") from error
        case _:
            return {}
