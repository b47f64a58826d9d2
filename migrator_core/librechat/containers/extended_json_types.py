"""The types of MongoDB Extended JSON, relaxed and canonical, as the project's plain values.

Anything that only looks like one stays what it is.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from migrator_core.librechat.values import Millis

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}\Z")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}\Z")
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):?([0-9]{2}))\Z"
)
_USUAL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z")
"""What mongoexport writes: :data:`_DATE` reads everything else as well, but takes five times as
long, and there are two dates in every message."""


class _LookAlike(Exception):  # noqa: N818 - says "leave it as it is", it is no error
    """The value has the key of an Extended JSON type, but not its form."""


def _object_id(value: Any) -> str:  # noqa: ANN401 - reads whatever a document holds
    """``$oid``: 24 lower-case hex digits."""
    if isinstance(value, str) and _OBJECT_ID.match(value):
        return value.lower()
    raise _LookAlike


def _date(value: Any) -> Millis:  # noqa: ANN401
    # The canonical {"$numberLong": …} inside has become an int already: it is read bottom-up.
    if isinstance(value, int) and not isinstance(value, bool):
        return Millis(value)
    if not isinstance(value, str):
        raise _LookAlike
    try:
        if _USUAL_DATE.fullmatch(value):
            return Millis(_millis(datetime.fromisoformat(value)))
        return _unusual_date(value)
    except ValueError:
        raise _LookAlike from None


def _millis(moment: datetime) -> int:
    passed = moment - _EPOCH
    return passed.days * 86_400_000 + passed.seconds * 1000 + passed.microseconds // 1000


def _unusual_date(value: str) -> Millis:
    match = _DATE.match(value)
    if match is None:
        raise _LookAlike
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    millis = _millis(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    fraction, sign, zone_hours, zone_minutes = match.groups()[6:]
    if fraction:
        millis += int(fraction[:3].ljust(3, "0"))
    if sign:
        shift = (int(zone_hours) * 60 + int(zone_minutes)) * 60_000
        millis += -shift if sign == "+" else shift
    return Millis(millis)


def _bounded_integer(bits: int) -> Callable[[Any], int]:
    bound = 1 << (bits - 1)

    def read(value: Any) -> int:  # noqa: ANN401
        if isinstance(value, str) and _INTEGER.match(value):
            number = int(value)
            if -bound <= number < bound:
                return number
        raise _LookAlike

    return read


def _number(value: Any) -> float:  # noqa: ANN401
    """``$numberDouble`` and ``$numberDecimal`` as a float; a signalling NaN is a NaN."""
    if not isinstance(value, str) or "_" in value:
        raise _LookAlike
    if value.lower().lstrip("+-") == "snan":
        return math.nan
    try:
        return float(value)
    except ValueError:
        raise _LookAlike from None


def _binary(value: Any) -> bytes:  # noqa: ANN401
    if isinstance(value, dict) and value.keys() == {"base64", "subType"}:
        return _from_base64(value["base64"])
    raise _LookAlike


def _from_base64(value: Any) -> bytes:  # noqa: ANN401
    if not isinstance(value, str):
        raise _LookAlike
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _LookAlike from None


def _uuid(value: Any) -> bytes:  # noqa: ANN401
    try:
        return uuid.UUID(value).bytes if isinstance(value, str) else _no_match()
    except ValueError:
        raise _LookAlike from None


def _no_match() -> bytes:
    raise _LookAlike


def _symbol(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return value
    raise _LookAlike


def _undefined(value: Any) -> None:  # noqa: ANN401
    if value is not True:
        raise _LookAlike


def _pointer(value: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(value, dict) and value.keys() == {"$ref", "$id"}:
        return value
    raise _LookAlike


# The types that stay as they are ($timestamp, $regularExpression, $code, $minKey, $maxKey) need
# no reader; symbols, undefined and pointers follow what the BSON decoder makes of them.
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "$oid": _object_id,
    "$date": _date,
    "$numberInt": _bounded_integer(32),
    "$numberLong": _bounded_integer(64),
    "$numberDouble": _number,
    "$numberDecimal": _number,
    "$binary": _binary,
    "$uuid": _uuid,
    "$symbol": _symbol,
    "$undefined": _undefined,
    "$dbPointer": _pointer,
}


def revive(value: dict[str, Any]) -> Any:  # noqa: ANN401 - any value type can stand here
    """What an object is, whose inner ones have been read."""
    if len(value) == 1:
        for key, inner in value.items():
            if (reader := _READERS.get(key)) is not None:
                try:
                    return reader(inner)
                except _LookAlike:
                    return value
    elif value.keys() == {"$binary", "$type"}:  # version 1, written by mongo-tools before 4.2
        try:
            return _from_base64(value["$binary"])
        except _LookAlike:
            return value
    return value


def revive_inside(value: dict[str, Any]) -> None:
    """Read the Extended JSON within a document, bottom-up and in place."""
    for key, inner in value.items():
        kind = type(inner)
        if kind is dict:
            revive_inside(inner)
            if 0 < len(inner) < 3:
                value[key] = revive(inner)  # a key that is there: the iteration goes on
        elif kind is list:
            _revive_items(inner)


def _revive_items(value: list[Any]) -> None:
    for place, inner in enumerate(value):
        kind = type(inner)
        if kind is dict:
            revive_inside(inner)
            if 0 < len(inner) < 3:
                value[place] = revive(inner)
        elif kind is list:
            _revive_items(inner)
