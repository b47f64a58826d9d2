"""The sample in every container a backup can come in, built from its mongoexport form."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bson
from bson import json_util
from bson.codec_options import DatetimeConversion
from bson.json_util import CANONICAL_JSON_OPTIONS, JSONOptions

from tests.support.mongo_archive import write_archive
from tests.support.sample import SAMPLE

Documents = list[dict[str, Any]]
Builder = Callable[[Path], Path]

_READ = JSONOptions(
    datetime_conversion=DatetimeConversion.DATETIME_MS, json_mode=json_util.JSONMode.RELAXED
)


def collections(backup: Path = SAMPLE) -> dict[str, Documents]:
    """The backup's documents with their BSON types."""
    return {
        path.stem: [
            json_util.loads(line, json_options=_READ)
            for line in path.read_text(encoding="utf-8").split("\n")
            if line
        ]
        for path in sorted((backup / "data").glob("*.json"))
    }


def _with_files(into: Path) -> Path:
    """A backup directory that has the files and no data yet."""
    into.mkdir(parents=True)
    shutil.copytree(SAMPLE / "files", into / "files")
    return into


def mongodump(into: Path, *, compressed: bool) -> Path:
    """``dump/LibreChat/*.bson`` beside ``files``; each file gzipped on its own if asked for."""
    folder = _with_files(into) / "dump" / "LibreChat"
    folder.mkdir(parents=True)
    suffix, pack = (".gz", partial(gzip.compress, mtime=0)) if compressed else ("", bytes)
    for name, documents in collections().items():
        data = b"".join(bson.encode(document) for document in documents)
        (folder / f"{name}.bson{suffix}").write_bytes(pack(data))
        metadata = json.dumps({"indexes": [], "collectionName": name, "type": "collection"})
        (folder / f"{name}.metadata.json{suffix}").write_bytes(pack(metadata.encode()))
    return into


def archive(into: Path, *, compressed: bool) -> Path:
    """``mongodump --archive`` beside ``files``, interleaved, with other databases in it."""
    name = "mongodump.archive.gz" if compressed else "mongodump.archive"
    databases = {
        "admin": {"system.version": [{"_id": "featureCompatibilityVersion", "version": "7.0"}]},
        "LibreChat": collections(),
        "shop": {"users": [{"_id": 1, "email": "customer@example.com"}]},
    }
    write_archive(_with_files(into) / name, databases, gzip=compressed, interleave=True)
    return into


def _exported(into: Path, text: Callable[[Documents], str], encoding: str = "utf-8") -> Path:
    data = _with_files(into) / "data"
    data.mkdir()
    for name, documents in collections().items():
        content = text(documents) if documents else ""
        (data / f"{name}.json").write_bytes(content.encode(encoding))
    return into


def canonical(into: Path) -> Path:
    """``mongoexport --jsonFormat=canonical``."""
    return _exported(
        into,
        lambda documents: "".join(
            json_util.dumps(document, json_options=CANONICAL_JSON_OPTIONS) + "\n"
            for document in documents
        ),
    )


def array(into: Path) -> Path:
    """``mongoexport --jsonArray``: all documents in one array on one line."""
    return _exported(into, lambda documents: json_util.dumps(documents) + "\n")


def pretty(into: Path) -> Path:
    """``mongoexport --pretty``: documents over many lines, with CRLF as Windows writes them."""
    return _exported(
        into,
        lambda documents: "\r\n".join(
            json_util.dumps(document, indent=2).replace("\n", "\r\n") for document in documents
        ),
    )


def utf16(into: Path) -> Path:
    """A PowerShell redirect: UTF-16 with a byte order mark."""
    return _exported(
        into, lambda documents: "\r\n".join(map(json_util.dumps, documents)) + "\r\n", "utf-16"
    )


def directory(into: Path) -> Path:
    """The form the sample itself has."""
    return Path(shutil.copytree(SAMPLE, into))


def tar(into: Path, *, compressed: bool) -> Path:
    """The backup script's archive, with its top folder."""
    path = into.with_name(into.name + (".tar.gz" if compressed else ".tar"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz" if compressed else "w") as out:
        out.add(SAMPLE, arcname=SAMPLE.name)
    return path


def zipped(into: Path) -> Path:
    """The same folder as a zip."""
    path = into.with_name(into.name + ".zip")
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for item in sorted(SAMPLE.rglob("*")):
            out.write(item, Path(SAMPLE.name) / item.relative_to(SAMPLE))
    return path


CONTAINERS: dict[str, Builder] = {
    "mongoexport": directory,
    "mongoexport-canonical": canonical,
    "mongoexport-array": array,
    "mongoexport-pretty": pretty,
    "mongoexport-utf16": utf16,
    "mongodump": partial(mongodump, compressed=False),
    "mongodump-gzip": partial(mongodump, compressed=True),
    "archive": partial(archive, compressed=False),
    "archive-gzip": partial(archive, compressed=True),
    "tar": partial(tar, compressed=False),
    "tar-gz": partial(tar, compressed=True),
    "zip": zipped,
}
