"""MongoDB Extended JSON, relaxed and canonical, read into the project's plain values.

Format: MongoDB specification "Extended JSON v2" and mongo-tools' mongoexport. Anything that only
looks like Extended JSON (``{"$date": "yesterday"}`` in the arguments of a tool) stays what it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Any, Final

import orjson

from migrator_core.librechat.collection import UndecodableError
from migrator_core.librechat.containers.extended_json_types import revive, revive_inside

MAX_DEPTH: Final = 200
"""Levels of nesting; MongoDB itself stops at 100. A fixed bound, because Python's own depends on
how deep the caller stands, and the same document must not be readable here and unreadable there."""

BOM: Final = b"\xef\xbb\xbf"

_HOLE: Final = bytes(2)
"""What a disk or a copy that failed leaves; within a string it may have swallowed documents."""

_RAW_OBJECT_ID = re.compile(rb'\s*\{\s*"_id"\s*:\s*\{\s*"\$oid"\s*:\s*"([0-9a-fA-F]{24})"')

# strict=False: a raw control character in a text is no reason to lose the document.
_LENIENT: Final = json.JSONDecoder(strict=False)
"""For what orjson refuses: control characters, halves of surrogate pairs, NaN, bad UTF-8."""


def too_deep(value: Any) -> bool:  # noqa: ANN401
    """Whether containers nest deeper than :data:`MAX_DEPTH`; visits every container once."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def decode_json(raw: bytes, replaced: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Read one document of Extended JSON in UTF-8; invalid UTF-8 becomes U+FFFD.

    ``replaced`` is called where there was any.

    Raises:
        UndecodableError: the bytes are no JSON object, or one that no MongoDB ever held.
    """
    value = _unread(raw, replaced)
    revive_inside(value)
    return _document(revive(value)) if len(value) < 3 else value


def decode_json_fields(
    raw: bytes, names: Collection[str], replaced: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Like :func:`decode_json`, but only these fields of the document.

    Raises:
        UndecodableError: for the same documents.
    """
    value = _unread(raw, replaced)
    if len(value) < 3:  # the document itself may look like a value
        value = decode_json(raw)
        return {name: value[name] for name in names if name in value}
    wanted = {name: value[name] for name in names if name in value}
    revive_inside(wanted)
    return wanted


def _unread(raw: bytes, replaced: Callable[[], None]) -> dict[str, Any]:
    """A document whose Extended JSON is plain JSON still."""
    if _HOLE in raw:
        raise UndecodableError("it holds zeros where there was text")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value = _decode_leniently(raw, replaced)
    document = _document(value)
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and too_deep(document):
        raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels")
    return document


def _document(value: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(value, dict):
        return value
    raise UndecodableError("it is valid JSON, but no document (an object in braces)")


def _decode_leniently(raw: bytes, replaced: Callable[[], None]) -> Any:  # noqa: ANN401
    try:
        return _LENIENT.decode(_text(raw, replaced))
    except RecursionError:
        raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise UndecodableError(f"it is no valid JSON: {error.msg} at byte {error.pos}") from None
    except ValueError as error:  # an integer with thousands of digits
        raise UndecodableError(f"it holds a number that is too large: {error}") from None


def _text(raw: bytes, replaced: Callable[[], None]) -> str:
    stripped = raw.strip().removeprefix(BOM)
    try:
        return stripped.decode()
    except UnicodeDecodeError:
        replaced()
        return stripped.decode(errors="replace")


def guess_json_id(raw: bytes) -> str | None:
    """The ObjectId that a damaged document begins with, if it can be seen."""
    match = _RAW_OBJECT_ID.match(raw.removeprefix(BOM))
    return match.group(1).decode().lower() if match else None
