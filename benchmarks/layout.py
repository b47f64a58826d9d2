"""Where generated documents go: JSON lines as of mongoexport, or BSON as of mongodump."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self

import bson

_PASSWORD_HASH = "$2a$10$a28tsaBfOBcKvD.7JGC5medv502AguDaN6YUCDv.BssbvRNLuMmtC"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def oid(text: str) -> dict[str, str]:
    """An ObjectId, as Extended JSON."""
    return {"$oid": text}


def date(millis: int) -> dict[str, Any]:
    """A date, as Extended JSON."""
    return {"$date": {"$numberLong": str(millis)}}


def person(owner: str, number: int, since: int) -> dict[str, Any]:
    """A row of ``users``; ``since`` is when they signed up, in milliseconds."""
    return {
        "_id": oid(owner),
        "name": f"Person {number}",
        "username": f"person{number}",
        "email": f"person{number}@bench.example",
        "password": _PASSWORD_HASH,
        "provider": "local",
        "role": "USER",
        "createdAt": date(since),
        "updatedAt": date(since),
    }


class Layout:
    """A backup that is being written."""

    def __init__(self, backup: Path, *, as_bson: bool) -> None:
        self._backup = backup
        self._data = backup / ("dump/LibreChat" if as_bson else "data")
        self._data.mkdir(parents=True)
        self._as_bson = as_bson
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, collection: str, document: dict[str, Any]) -> None:
        """One more document."""
        file = self._files.get(collection)
        if file is None:
            ending = "bson" if self._as_bson else "json"
            file = self._files[collection] = (self._data / f"{collection}.{ending}").open("wb")
        if self._as_bson:
            file.write(bson.encode(_revived(document)))
        else:
            text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
            file.write(f"{text}\n".encode())

    def store(self, path: str, content: bytes) -> None:
        """The bytes of a file, at the path that its record names."""
        place = self._backup / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _revived(value: Any) -> Any:  # noqa: ANN401 - documents of any shape
    if isinstance(value, list):
        return [_revived(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$oid" in value:
        return bson.ObjectId(value["$oid"])
    if "$date" in value:
        return _EPOCH + timedelta(milliseconds=int(value["$date"]["$numberLong"]))
    return {key: _revived(item) for key, item in value.items()}
