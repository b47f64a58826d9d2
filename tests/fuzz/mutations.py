"""Damage to a copy of a backup, by chance; one seed always does the same."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson

from tests.support import damage
from tests.support.containers import Documents

Counts = Counter[str]

_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**62,
    1.5,
    "",
    "x",
    "a\x00b",
    [],
    {},
    [None, {}],
    {"a": {"b": []}},
    "2999-13-45",
    "../../etc/passwd",
)
_HALF = "half an emoji \ud83d"
"""Only JSON can hold it."""


def data_files(backup: Path) -> list[Path]:
    """What holds documents: the packed file itself, or the data files of a folder."""
    if backup.is_file():
        return [backup]
    return [
        path
        for path in sorted(backup.rglob("*"))
        if path.is_file()
        and path.stat().st_size
        and "files" not in path.relative_to(backup).parts
        and "metadata" not in path.name
        and path.name.endswith((".json", ".bson", ".gz", ".archive"))
    ]


def damaged_bytes(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """The bytes after one accident, and its name."""
    name = (
        rng.choice(sorted(_ACCIDENTS)) if data else "foreign bytes within"
    )  # all that can happen to nothing
    return name, _ACCIDENTS[name](data, rng)


def _cut(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(1, max(2, len(data)))
    # Between two documents of a plain file nobody can see that something followed.
    while at > 1 and (data[at - 1 : at] in b"}\n\r\x00" or data[at : at + 1] in b"\n\r"):
        at -= 1
    return data[:at]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _zeros(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    length = min(rng.choice((1, 16, 512, 4096)), len(data) - at)
    return data[:at] + bytes(length) + data[at + length :]


def _lost_bytes(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randrange(1, 9) :]


def _foreign_bytes(data: bytes, rng: random.Random) -> bytes:
    texts = (damage.WRITING, damage.PROGRESS, damage.DONE, rng.randbytes(rng.randrange(1, 64)))
    return damage.inserted(data, rng.randrange(len(data) + 1), rng.choice(texts))


def _appended(data: bytes, rng: random.Random) -> bytes:
    return data + rng.choice((damage.DONE, b"\x00" * 512, rng.randbytes(32), b"\n\n"))


def _terminal(data: bytes, rng: random.Random) -> bytes:
    return damage.through_terminal(data)


def _powershell(data: bytes, rng: random.Random) -> bytes:
    return damage.through_powershell(data)


_ACCIDENTS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut off": _cut,
    "bits flipped": _flip,
    "zeros within": _zeros,
    "bytes lost": _lost_bytes,
    "foreign bytes within": _foreign_bytes,
    "something appended": _appended,
    "through a terminal": _terminal,
    "through PowerShell": _powershell,
}


def damage_bytes(backup: Path, counts: Counts, rng: random.Random) -> str:
    """Damage one data file; what is expected stays the same."""
    path = rng.choice(data_files(backup))
    name, data = damaged_bytes(path.read_bytes(), rng)
    path.write_bytes(data)
    assert counts
    return name


def damage_packed(backup: Path, counts: Counts, rng: random.Random) -> str:
    """Damage what is within a compressed file, and pack it again as if nothing had happened."""
    packed = [path for path in data_files(backup) if path.suffix == ".gz"]
    if not packed:
        return damage_bytes(backup, counts, rng)
    path = rng.choice(packed)
    name, data = damaged_bytes(gzip.decompress(path.read_bytes()), rng)
    path.write_bytes(gzip.compress(data, mtime=0))
    return f"{name}, below gzip"


def damage_files(backup: Path, counts: Counts, rng: random.Random) -> str:
    """Remove, empty, rename or copy a whole file or member."""
    if backup.suffix == ".zip":
        return _rename_member(backup, rng)
    if backup.is_file():
        return damage_bytes(backup, counts, rng)
    path = rng.choice(data_files(backup))
    collection = path.name.split(".")[0]
    match rng.choice(("removed", "emptied", "renamed", "copied")):
        case "removed":
            path.unlink()
            del counts[collection]
            return "file removed"
        case "emptied":
            path.write_bytes(b"")
            del counts[collection]
            return "file emptied"
        case "renamed":
            path.rename(
                path.with_name(f"{rng.choice(('x-', '2026-03-15 ', 'Copy of '))}{path.name}")
            )
            return "file renamed"
        case _:
            ending = path.name.removeprefix(collection)
            path.with_name(f"{collection} (1){ending}").write_bytes(path.read_bytes())
            return "file copied"


def _rename_member(backup: Path, rng: random.Random) -> str:
    with zipfile.ZipFile(backup) as packed:
        members = [(info.filename, packed.read(info)) for info in packed.infolist()]
    names = [name for name, _ in members if name.endswith(".json") and "/data/" in name]
    chosen = rng.choice(names)
    with zipfile.ZipFile(backup, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name + ".old" if name == chosen else name, data)
    return "member renamed"


def damage_documents(backup: Path, counts: Counts, rng: random.Random) -> str:
    """Change documents where the files hold them one by one; ``counts`` follows."""
    plain = [path for path in data_files(backup) if path.suffix in {".json", ".bson"}]
    if backup.is_file() or not plain:
        return damage_packed(backup, counts, rng)
    path = rng.choice(plain)
    is_json = path.suffix == ".json"
    try:
        documents = _json(path) if is_json else bson.decode_all(path.read_bytes())
    except ValueError:
        documents = []
    if not documents or not all(isinstance(document, dict) for document in documents):
        return damage_bytes(backup, counts, rng)  # pretty-printed, in one array, in UTF-16
    name = _changed(documents, rng, [*_VALUES, _HALF] if is_json else [*_VALUES])
    counts[path.stem] = len(documents)
    if is_json:
        path.write_text("".join(json.dumps(document) + "\n" for document in documents), "utf-8")
    else:
        path.write_bytes(b"".join(map(bson.encode, documents)))
    return name


def _json(path: Path) -> Documents:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def _changed(documents: Documents, rng: random.Random, values: list[Any]) -> str:
    place = rng.randrange(len(documents))
    action = rng.choice(("document lost", "document doubled", "field lost", "type swapped"))
    match action:
        case "document lost" if len(documents) > 1:
            del documents[place]
            return action
        case "document doubled":
            documents.insert(rng.randrange(len(documents)), dict(documents[place]))
            return action
        case "field lost":
            documents[place].pop(rng.choice(sorted(documents[place])), None)
            return action
    inside: Any = documents[place]
    while True:
        keys = sorted(inside) if isinstance(inside, dict) else list(range(len(inside)))
        key = rng.choice(keys)
        deeper = inside[key]
        if not (isinstance(deeper, dict | list) and deeper and rng.random() < 0.7):
            inside[key] = rng.choice(values)
            return "type swapped"
        inside = deeper


MUTATIONS = (damage_bytes, damage_bytes, damage_packed, damage_files, damage_documents)
"""Bytes twice: most of what happens to backups happens there."""
