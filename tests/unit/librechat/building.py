"""Builds small backups in every form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bson
from bson import json_util
from bson.json_util import CANONICAL_JSON_OPTIONS, RELAXED_JSON_OPTIONS, JSONOptions
from bson.objectid import ObjectId

from migrator_core.librechat import Backup, Limits, open_backup

ALICE = "64ca1db05f9d88c1aa1a2b01"
BOB = "64ca1db05f9d88c1aa1a2b02"

Documents = Sequence[dict[str, Any]]
Collections = Mapping[str, Documents]


def oid(number: int) -> ObjectId:
    """A recognisable ObjectId."""
    return ObjectId(f"{number:024x}")


def message(number: int, conversation: str = "c1", user: str | None = ALICE) -> dict[str, Any]:
    """A message as LibreChat stores it, with a sub-document that has an ``_id`` of its own."""
    return {
        "_id": oid(number),
        "messageId": f"m{number}",
        "conversationId": conversation,
        "user": user,
        "text": f'text {number} with "quotes", {{braces}} and [brackets] \\',
        "feedback": {"_id": oid(9000 + number), "rating": "thumbsUp"},
        "files": [{"_id": oid(8000 + number), "file_id": "f"}],
        "__v": 0,
    }


def collections(messages: int = 5) -> dict[str, list[dict[str, Any]]]:
    """A complete, tiny LibreChat database."""
    return {
        "users": [{"_id": ObjectId(ALICE), "email": "alice@example.org", "password": "x"}],
        "conversations": [{"_id": oid(1), "conversationId": "c1", "user": ALICE, "title": "T"}],
        "messages": [message(100 + number) for number in range(messages)],
        "logs": [],
    }


def line(document: dict[str, Any], options: JSONOptions = RELAXED_JSON_OPTIONS) -> bytes:
    """One document as mongoexport writes it."""
    return json_util.dumps(document, json_options=options, ensure_ascii=False).encode()


def json_lines(documents: Documents) -> bytes:
    """A collection as mongoexport writes it."""
    return b"".join(line(document) + b"\n" for document in documents)


def _pretty(document: dict[str, Any]) -> str:
    return json.dumps(json.loads(line(document)), indent=2, ensure_ascii=False)


JSON_FORMS: dict[str, Callable[[Documents], bytes]] = {
    "lines": json_lines,
    "canonical": lambda ds: b"".join(line(d, CANONICAL_JSON_OPTIONS) + b"\n" for d in ds),
    "crlf": lambda ds: json_lines(ds).replace(b"\n", b"\r\n"),
    "bom": lambda ds: b"\xef\xbb\xbf" + json_lines(ds),
    "no final newline": lambda ds: json_lines(ds).rstrip(b"\n"),
    "array": lambda ds: b"[" + b",".join(line(d) for d in ds) + b"]\n",
    "array over lines": lambda ds: b"[" + b",\n".join(line(d) for d in ds) + b"]\n",
    "pretty": lambda ds: "".join(_pretty(d) + "\n" for d in ds).encode(),
    "pretty array (Compass)": lambda ds: ("[" + ",\n".join(map(_pretty, ds)) + "]").encode(),
    "UTF-16 with mark": lambda ds: json_lines(ds).decode().encode("utf-16"),
    "UTF-16 big endian": lambda ds: json_lines(ds).decode().encode("utf-16-be"),
    "UTF-16 pretty": lambda ds: "".join(_pretty(d) + "\r\n" for d in ds).encode("utf-16"),
}


def write_export(
    folder: Path, content: Collections, form: Callable[[Documents], bytes] = json_lines
) -> Path:
    """A folder of mongoexport files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, documents in content.items():
        (folder / f"{name}.json").write_bytes(form(documents) if documents else b"")
    return folder


def bson_bytes(documents: Documents) -> bytes:
    """A collection as mongodump writes it."""
    return b"".join(bson.encode(document) for document in documents)


def write_dump(folder: Path, content: Collections) -> Path:
    """A database folder of a mongodump."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, documents in content.items():
        (folder / f"{name}.bson").write_bytes(bson_bytes(documents))
        (folder / f"{name}.metadata.json").write_text('{"indexes":[],"type":"collection"}')
    (folder / "prelude.json").write_text('{"ServerVersion":"8.0.4"}')
    return folder


def write_media(folder: Path) -> None:
    """The files of Alice."""
    for kind, name in (("uploads", "f1__a.txt"), ("images", "f2__b.png")):
        (folder / kind / ALICE).mkdir(parents=True)
        (folder / kind / ALICE / name).write_bytes(name.encode())


def opened(
    path: Path, tmp_path: Path, limits: Limits | None = None, *, allow_incomplete: bool = False
) -> Backup:
    """Open a backup with a work directory of its own."""
    return open_backup(
        path,
        workdir=tmp_path / "work",
        allow_incomplete=allow_incomplete,
        limits=limits or Limits(),
    )


def ids(backup: Backup, collection: str) -> list[str]:
    """The source ids of a collection; unreadable ones with a mark."""
    return [
        document.source_id if document.data is not None else f"!{document.source_id}"
        for document in backup.documents(collection)
    ]


def plain(content: Collections) -> dict[str, list[str]]:
    """The source ids that reading ``content`` must give."""
    return {name: [str(document["_id"]) for document in docs] for name, docs in content.items()}
