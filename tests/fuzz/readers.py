"""Damaged inputs for what reads backups, in this process: fifty thousand of them in minutes."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson

from migrator_core.errors import MigratorError
from migrator_core.librechat import Backup, open_backup
from tests.fuzz.attempts import Attempt, Bounds
from tests.fuzz.mutations import damaged_bytes
from tests.support.mongo_archive import write_archive

ALICE = "64ca1db05f9d88c1aa1a2b01"

Documents = dict[str, list[dict[str, Any]]]
Form = Callable[[Path], Path]


def _documents() -> Documents:
    def message(number: int) -> dict[str, Any]:
        return {
            "_id": bson.ObjectId(f"{number:024x}"),
            "messageId": f"m{number}",
            "conversationId": f"c{number % 3}",
            "user": ALICE,
            "text": f'Text {number} with "quotes", {{braces}}, [brackets], \\ and ü.',
            "content": [{"type": "text", "text": {"value": "deep", "annotations": [None, 1.5]}}],
        }

    ids = [bson.ObjectId(f"{5000 + number:024x}") for number in range(6)]
    return {
        "users": [{"_id": bson.ObjectId(ALICE), "email": "alice@example.org"}],
        "conversations": [
            {"_id": ids[number], "conversationId": f"c{number}", "user": ALICE, "title": "T"}
            for number in range(3)
        ],
        "messages": [message(100 + number) for number in range(8)],
        "files": [{"_id": ids[4], "file_id": "f1", "user": ALICE, "filepath": "/uploads/x"}],
    }


DOCUMENTS = _documents()


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "_id": {"$oid": str(document["_id"])}}


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(_plain(document)).encode() + b"\n" for document in documents)


def _array(documents: list[dict[str, Any]]) -> bytes:
    return json.dumps([_plain(document) for document in documents], indent=1).encode()


def _dumped(documents: list[dict[str, Any]]) -> bytes:
    return b"".join(map(bson.encode, documents))


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _folder(place: Path, ending: str, text: Callable[[list[dict[str, Any]]], bytes]) -> Path:
    place.mkdir(parents=True)
    for name, documents in DOCUMENTS.items():
        (place / f"{name}.{ending}").write_bytes(text(documents))
    return place


def _lines_of(place: Path) -> Path:
    return _folder(place, "json", _lines)


def _array_of(place: Path) -> Path:
    return _folder(place, "json", _array)


def _utf16(place: Path) -> Path:
    return _folder(place, "json", lambda documents: _lines(documents).decode().encode("utf-16"))


def _bson(place: Path) -> Path:
    return _folder(place, "bson", _dumped)


def _bson_gz(place: Path) -> Path:
    return _folder(place, "bson.gz", lambda documents: _packed(_dumped(documents)))


def _json_gz(place: Path) -> Path:
    return _folder(place, "json.gz", lambda documents: _packed(_lines(documents)))


def _archive(place: Path) -> Path:
    place.mkdir(parents=True)
    path = place / "dump.archive"
    write_archive(path, {"LibreChat": DOCUMENTS}, gzip=False, interleave=True)
    return path


def _archive_gz(place: Path) -> Path:
    path = _archive(place)
    packed = place / "dump.archive.gz"
    packed.write_bytes(_packed(path.read_bytes()))
    path.unlink()
    return packed


def _tar(place: Path, ending: str = "tar") -> Path:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as packed:
        for name, documents in DOCUMENTS.items():
            content = _lines(documents)
            info = tarfile.TarInfo(f"backup/data/{name}.json")
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    place.mkdir(parents=True)
    path = place / f"backup.{ending}"
    path.write_bytes(_packed(data.getvalue()) if ending.endswith("gz") else data.getvalue())
    return path


def _tar_gz(place: Path) -> Path:
    return _tar(place, "tar.gz")


def _zip(place: Path) -> Path:
    place.mkdir(parents=True)
    path = place / "backup.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, documents in DOCUMENTS.items():
            packed.writestr(f"backup/data/{name}.bson", _dumped(documents))
    return path


FORMS: dict[str, Form] = {
    "JSON, a document a line": _lines_of,
    "JSON, an array": _array_of,
    "JSON in UTF-16": _utf16,
    "JSON in gzip": _json_gz,
    "BSON": _bson,
    "BSON in gzip": _bson_gz,
    "archive": _archive,
    "archive in gzip": _archive_gz,
    "tar": _tar,
    "tar in gzip": _tar_gz,
    "zip": _zip,
}


class Readers:
    """Damages one file at a time, reads everything there is, and puts the file back."""

    def __init__(self, place: Path) -> None:
        """Everything is made below ``place``."""
        self._place = place
        self._paths = {
            name: form(place / "whole" / str(at)) for at, (name, form) in enumerate(FORMS.items())
        }
        self._work = place / "work"
        self._expected = Counter({name: len(found) for name, found in DOCUMENTS.items()})
        self._bounds = Bounds()

    def run(self, seed: int) -> Attempt:
        """The input of one seed."""
        rng = random.Random(seed)
        names = sorted(FORMS)
        form = names[seed % len(names)]
        path = self._paths[form]
        file = path if path.is_file() else rng.choice(sorted(path.iterdir()))
        whole = file.read_bytes()
        mutation, data = _damaged(whole, file.name, rng)
        # An empty file is what an empty collection looks like: nobody can see what is gone.
        while not data or (file.suffix == ".tar" and _ends_earlier(whole, data)):
            mutation, data = _damaged(whole, file.name, rng)
        file.write_bytes(data)
        try:
            ended, wrong = self._bounds.within(lambda: self._read(path))
        finally:
            file.write_bytes(whole)
            shutil.rmtree(self._work, ignore_errors=True)
        return Attempt(seed, form, mutation, ended, wrong)

    def _read(self, path: Path) -> tuple[str, str | None]:
        self._work.mkdir(exist_ok=True)
        try:
            backup = open_backup(path, workdir=self._work)
        except MigratorError as error:
            return "refused", "it blames itself" if "flaw of the tool" in str(error) else None
        try:
            return self._counted(backup)
        finally:
            backup.close()

    def _counted(self, backup: Backup) -> tuple[str, str | None]:
        found: Counter[str] = Counter()
        damaged = 0
        try:
            for name in backup.collections:
                for document in backup.documents(name):
                    found[name] += 1
                    damaged += document.data is None
            index = backup.message_index()
        except MigratorError as error:
            return "ended early", str(error) if "flaw of the tool" in str(error) else None
        if "messages" in backup.collections and index.total != found["messages"]:
            return "read", f"the index counts {index.total} messages, reading {found['messages']}"
        if damaged:
            return "some unreadable", None
        missing = self._expected - found
        return "read", f"missing in silence: {dict(missing)}" if missing else None


def _ends_earlier(whole: bytes, data: bytes) -> bool:
    """Whether zeros from somewhere on make a shorter tar, of which nobody can see what is gone."""
    kept = data.rstrip(b"\0")
    return len(kept) < len(whole.rstrip(b"\0")) and len(data) == len(whole)


def _damaged(data: bytes, name: str, rng: random.Random) -> tuple[str, bytes]:
    kind = rng.choice(("accident", "accident", "accident", "several", "number", "nested"))
    if kind == "nested" and name.endswith((".json", ".bson")):
        return "deeply nested", data + _nested(name.endswith(".bson"), rng)
    if kind == "number":
        at = rng.randrange(len(data))
        value = rng.choice((b"\xff\xff\xff\x7f", b"\x00" * 4, b"\xff" * 4, b"\x05\x00\x00\x00"))
        return "another number", data[:at] + value + data[at + 4 :]
    told, data = damaged_bytes(data, rng)
    if kind != "several":
        return told, data
    for _ in range(rng.randrange(1, 4)):
        if data:
            _, data = damaged_bytes(data, rng)
    return "several accidents", data


def _nested(is_bson: bool, rng: random.Random) -> bytes:
    (depth,) = rng.choices((40, 150, 300, 1000, 20_000), (45, 30, 21, 3, 1))
    if not is_bson:
        return b'{"_id":1,"a":' * depth + b"1" + b"}" * rng.choice((depth, depth - 1)) + b"\n"
    document = b"\x05\x00\x00\x00\x00"
    for _ in range(min(depth, 5000)):
        inner = b"\x03a\x00" + document
        document = (len(inner) + 5).to_bytes(4, "little") + inner + b"\x00"
    return document
