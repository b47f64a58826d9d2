"""Takes out of a module's text what is least read, so that the file stays small.

Indentation is one blank a level instead of four. The documentation of classes and of functions that
other modules call is its first paragraph; that of methods, of names, and of what is private to a
module stays in the repository. That saves a fifth. Code, comments and names stay as they are.
"""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator
from typing import TypeAlias

from owui_function.bundle.sources import BundleError

_STEP = 4
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def condensed(path: str, source: str) -> str:
    """The same program in less text.

    Raises:
        BundleError: the result would be another program.
    """
    result = _indent_less(_document_less(source))
    if meaning(source) != meaning(result):
        raise BundleError(f"{path}: condensed, it would be another program")
    return result


def meaning(source: str) -> str:
    """What a module does, apart from how it is laid out and from details of documentation."""
    tree = ast.parse(source)
    for body, text in _left_out(tree):
        body.remove(text)
    for kept in _documentation(tree):
        paragraph = inspect.cleandoc(str(kept.value)).split("\n\n", 1)[0]
        kept.value = " ".join(paragraph.split())
    return ast.dump(tree)


def _document_less(source: str) -> str:
    """Leave out what is left out, and end other documentation after its first paragraph."""
    tree = ast.parse(source)
    lines = source.split("\n")
    own = tree.body[0].lineno if tree.body else 0
    left_out = {text.lineno for _, text in _left_out(tree)}
    # From the end, so that line numbers before stay right.
    for text in sorted(_documentation(tree), key=lambda text: -text.lineno):
        first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
        if text.lineno in left_out:
            del lines[first : last + 1]
            continue
        paragraph_end = next(
            (number for number in range(first + 1, last) if not lines[number].strip()), None
        )
        if text.lineno != own and paragraph_end is not None:
            lines[first : last + 1] = lines[first:paragraph_end]
            lines[paragraph_end - 1] += '"""'
    return "\n".join(lines)


def _left_out(tree: ast.Module) -> Iterator[tuple[list[ast.stmt], ast.stmt]]:
    """Documentation that does not go into the file, each with the statements it is among."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | _FUNCTIONS):
            continue
        for place, text in enumerate(list(node.body)):
            if _is_documentation(text) and not _is_kept(node, place, tree):
                yield node.body, text


def _is_kept(node: ast.Module | ast.ClassDef | _Function, place: int, tree: ast.Module) -> bool:
    if isinstance(node, ast.Module):
        return place == 0
    if len(node.body) == 1:
        return True  # it is all that the body has
    if place or node.name.startswith("_"):
        return False
    return isinstance(node, ast.ClassDef) or node in tree.body


def _is_documentation(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _indent_less(source: str) -> str:
    inside = _lines_inside_strings(source)
    documentation = _documentation_lines(source)
    lines = source.split("\n")
    for number, line in enumerate(lines, start=1):
        blanks = len(line) - len(line.lstrip(" "))
        if number in documentation:
            # Everything moves as far left as the statement itself.
            keep = max(blanks - documentation[number] * (_STEP - 1) // _STEP, 0)
        elif number in inside:
            continue
        else:
            keep = blanks // _STEP + blanks % _STEP
        lines[number - 1] = " " * keep + line[blanks:] if line.strip() else ""
    return "\n".join(lines)


def _documentation(tree: ast.Module) -> Iterator[ast.Constant]:
    """Strings that stand alone: documentation of a module, class, function or name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
            continue
        if isinstance(node.value.value, str):
            yield node.value


def _documentation_lines(source: str) -> dict[int, int]:
    """The lines of documentation after its first, with the blanks that their statement has."""
    return {
        number: text.col_offset
        for text in _documentation(ast.parse(source))
        for number in range(text.lineno + 1, (text.end_lineno or text.lineno) + 1)
    }


def _lines_inside_strings(source: str) -> set[int]:
    """The lines that begin inside a string: their blanks belong to it."""
    inside: set[int] = set()
    starts: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind == "FSTRING_START":  # Python 3.12 takes f-strings apart
            starts.append(token.start[0])
        elif kind == "FSTRING_END":
            inside.update(range(starts.pop() + 1, token.end[0] + 1))
    return inside
