"""Deterministic ids and dates, and the text form ``mongoexport`` gives them."""

from __future__ import annotations

import hashlib
import json
import string
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from bson import ObjectId

Document: TypeAlias = dict[str, Any]

ALPHABET = string.digits + string.ascii_letters


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def at(text: str) -> datetime:
    """A UTC moment from ``YYYY-MM-DD HH:MM``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def later(moment: datetime, seconds: float) -> datetime:
    """The moment so many seconds later."""
    return moment + timedelta(seconds=seconds)


def millis(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


def oid(name: str, moment: datetime) -> ObjectId:
    """An ObjectId whose first four bytes are its moment, as MongoDB makes them."""
    seconds = int(moment.timestamp()).to_bytes(4, "big")
    return ObjectId(seconds + _digest(name)[:8])


def uuid(name: str) -> str:
    """A version 4 UUID that depends on nothing but the name."""
    return str(UUID(bytes=_digest(name)[:16], version=4))


def nanoid(name: str) -> str:
    """An id as nanoid makes them: 21 characters, here letters and digits only."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in _digest(name)[:21])


def _extended(value: Any) -> Document:
    if isinstance(value, ObjectId):
        return {"$oid": str(value)}
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        fraction = f".{moment.microsecond // 1000:03}".rstrip("0").rstrip(".")
        return {"$date": f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"}
    raise TypeError(f"no Extended JSON for {type(value)}")


def json_line(document: Document) -> str:
    """One document as ``mongoexport`` writes it: relaxed Extended JSON, short fractions."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_extended)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
