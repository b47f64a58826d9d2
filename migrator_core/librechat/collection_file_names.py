"""File names: which collection a file holds, and what programs leave lying about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

from migrator_core.librechat.collection_names import KNOWN, is_ignored_collection, is_known

_EXTENSIONS: Final = re.compile(
    r"(?:\.(?:jsonl?|ndjson|bson|gz|txt|csv|tsv|xlsx?|ods|zip|7z|rar|gpg|age|enc|bak|old|orig|"
    r"crdownload|download|part|partial|filepart|tmp)"
    r"|\.\d{1,3}(?=\Z)| ?\(\d{1,3}\)(?=\Z))+\Z",
    re.IGNORECASE,
)
_EXPORTED: Final = re.compile(
    r"\.(?:jsonl?|ndjson|bson)(?:\.(?:gz|txt|\d{1,3})| ?\(\d{1,3}\))*\Z", re.IGNORECASE
)
_METADATA: Final = re.compile(r"\.metadata\.json(?:\.gz)?\Z", re.IGNORECASE)
_NO_COLLECTION: Final = re.compile(r"(?:prelude\.json|oplog\.bson)(?:\.gz)?\Z", re.IGNORECASE)
_SET_ASIDE: Final = re.compile(
    r"\.(?:bak|old|orig|save|crdownload|download|opdownload|part|partial|filepart|tmp)\Z",
    re.IGNORECASE,
)
_LITTER: Final = re.compile(
    r"\..*|Thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r|~\$.*|.*~|#.*#|.*@Syno.*",
    re.IGNORECASE | re.DOTALL,
)
_LITTER_FOLDERS: Final = re.compile(
    r"__MACOSX|\.AppleDouble|\.Trash.*|\.Spotlight-V100|\.fseventsd|\.TemporaryItems|"
    r"\.DocumentRevisions-V100|\.snapshots?|\.zfs|\.git|@eaDir|#recycle|#snapshot|\$RECYCLE\.BIN|"
    r"System Volume Information|lost\+found",
    re.IGNORECASE,
)
_COPY_WORDS: Final = frozenset(
    {"copy", "of", "kopie", "von", "copie", "copia", "de", "t", "z", "utc", "json", "bson", "am",
     "pm", "at", "collection", "export", "exported", "jan", "feb", "mar", "apr", "may", "jun",
     "jul", "aug", "sep", "oct", "nov", "dec",
     "librechat", "chat", "test", "prod", "production", "staging", "db", "mongo", "mongodb",
     "mongoexport", "dump", "data", "full", "all"}
)  # fmt: skip
"""Words that browsers, file managers and scripts put into the name of one and the same thing."""
_OTHER_THINGS: Final = frozenset(
    {"old", "new", "deleted", "removed", "archived", "archive", "temp", "tmp", "sample", "example",
     "schema", "fields", "index", "indexes", "stats", "count", "counts", "metadata", "error",
     "errors", "invalid", "failed", "log", "backup", "bak", "orig", "before", "after"}
)  # fmt: skip
"""Words that say: not the collection itself."""


@dataclass(frozen=True, slots=True)
class FileName:
    """What a file's name says. ``collection`` is in lower case.

    ``exact``: it is named as exporters name it. ``copied``: otherwise so, with a number, a date or
    the words of a copy beside it. ``likely``: there are other words beside it (a database's name).
    """

    collection: str
    exact: bool = False
    copied: bool = False
    likely: bool = False


def parse_name(file_name: str) -> FileName:
    """Which collection a file holds, as far as its name tells.

    mongodump URL-escapes names; MongoDB Compass writes ``LibreChat.users.json``; scripts and
    browsers add databases, dates and numbers.
    """
    stem = unquote(_EXTENSIONS.sub("", file_name)).strip().lower()
    numbered = re.search(r"(?:\.\d{1,3}| ?\(\d{1,3}\))(?:\.|\Z)", file_name) is not None
    if is_known(stem):
        return FileName(stem, exact=not numbered, copied=numbered)
    prefix, _, last = stem.rpartition(".")
    if prefix and is_known(last) and not re.match(r"fs\Z|system\b|\$", prefix):
        return FileName(last, exact=not numbered, copied=numbered)
    return _decorated(stem)


def _decorated(stem: str) -> FileName:
    """A name with one collection's name among its words; any other name stands for itself."""
    if is_ignored_collection(stem) or stem.startswith("fs."):
        return FileName(stem, exact=True)
    words = re.findall(r"[a-z]+|[0-9]+", stem)
    pairs = [
        (at, at + 2, first + second)
        for at, (first, second) in enumerate(pairwise(words))
        if first + second in KNOWN
    ]
    inside = {place for start, end, _ in pairs for place in range(start, end)}
    found = pairs + [
        (at, at + 1, word) for at, word in enumerate(words) if word in KNOWN and at not in inside
    ]
    if len(found) != 1:
        return FileName(stem, exact=True)
    start, end, collection = found[0]
    others = [word for word in words[:start] + words[end:] if not word.isdigit()]
    if _OTHER_THINGS & set(others):
        return FileName(stem, exact=True)
    copied = set(others) <= _COPY_WORDS
    return FileName(collection, copied=copied, likely=not copied)


def collection_name(file_name: str) -> str:
    """The collection a file holds, in lower case."""
    return parse_name(file_name).collection


def is_ignored_file(name: str) -> bool:
    """Files of a dump that are no collection: index metadata, prelude, oplog, ``system.*``."""
    return (
        _METADATA.search(name) is not None
        or _NO_COLLECTION.match(name) is not None
        or is_ignored_collection(unquote(name))
    )


def metadata_of(name: str) -> str | None:
    """The collection, in lower case, that mongodump's file of metadata belongs to."""
    return unquote(_METADATA.sub("", name)).lower() if _METADATA.search(name) else None


def looks_exported(file_name: str) -> bool:
    """Whether the extension is that of an export. Only used where content cannot tell."""
    return _EXPORTED.search(file_name) is not None


def is_bson_name(file_name: str) -> bool:
    """Whether the extension is that of a dumped collection."""
    return re.search(r"\.bson(?:\.gz)?\Z", file_name, re.IGNORECASE) is not None


def is_set_aside(name: str) -> bool:
    """Whether somebody set the file aside, or a download of it never ended."""
    return _SET_ASIDE.search(name) is not None


def is_litter(name: str) -> bool:
    """Hidden files, and what operating systems and editors leave beside people's files.

    Of files named as a Mac names its second halves (AppleDouble) only the content tells.
    """
    if is_second_half(name) and metadata_of(name) is None:
        return False
    return _LITTER.fullmatch(name) is not None


def is_second_half(name: str) -> bool:
    """Whether a Mac would call the second half of a file so."""
    return name.startswith("._")


def is_hidden_collection(name: str) -> bool:
    """Whether a hidden file is named as an export of a collection that people would miss."""
    bare = name.lstrip(".")
    return (
        name.startswith(".")
        and not is_second_half(name)
        and looks_exported(name)
        and not is_ignored_file(bare)
        and is_known(collection_name(bare))
    )


def is_litter_folder(name: str) -> bool:
    """Folders of the operating system's own: waste, snapshots, a Mac's second halves of files."""
    return _LITTER_FOLDERS.fullmatch(name) is not None
