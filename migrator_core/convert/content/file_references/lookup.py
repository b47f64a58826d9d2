"""Which migrated file an entry, an address or a path means."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.files.stored_paths import own_path, path_on_host, without_query

MAX_NAME = 200


def link_of(entry: object, context: PartContext) -> FileLink | None:
    """The migrated file that an entry means: a file record, a search source or a bare id.

    A record without a usable id is found by its path, which is unique as well.
    """
    found = file_id_of(entry)
    link = context.chat.files.get(found) if found is not None else None
    if link is None and isinstance(entry, Mapping):
        path = entry.get("filepath")
        link = context.chat.paths.get(path.split("?", 1)[0]) if isinstance(path, str) else None
    return link


def find_link(
    address: str, context: PartContext, known: Mapping[str, str] | None = None
) -> FileLink | None:
    """The migrated file that a local address leads to.

    ``known`` maps addresses to LibreChat's ``file_id``.
    """
    files, attachments = context.chat.files, context.attachments
    if known and address in known and known[address] in files:
        return files[known[address]]
    path = own_path(address, context.chat.user)
    if path is not None:
        return context.chat.paths.get(path) or attachments.at(path)
    bare = unquote(without_query(address))
    name = bare.rsplit("/", 1)[-1]
    if address[:8].lower() == "sandbox:":
        return attachments.named(name)
    if bare.lower().startswith("/api/files/"):
        return files.get(name) or attachments.at(bare)
    return _behind_a_host(address, context)


def _behind_a_host(address: str, context: PartContext) -> FileLink | None:
    """The file behind an address with a host or a base path, where its path proves it is ours.

    LibreChat's own address is in no backup. But the path of a stored file names its owner by an
    id that no other site would know.
    """
    path = path_on_host(address)
    if path is None:
        return None
    own = own_path(path, context.chat.user)
    if own is not None:
        return context.chat.paths.get(own) or context.attachments.at(own)
    _, *folders, name = unquote(without_query(path)).split("/")
    if folders[:2] == ["api", "files"] and context.chat.user in folders:
        return context.chat.files.get(name)
    return None


def file_id_of(entry: object) -> str | None:
    """From a copy of a file record, a search source, or an id that stands alone."""
    if isinstance(entry, Mapping):
        entry = entry.get("file_id") or entry.get("fileId")
    text = None if isinstance(entry, Mapping) else text_of(entry)
    return text.strip() or None if text is not None else None


def name_of(entry: object) -> str:
    """The name a person knows the file by; empty where the entry has none."""
    if not isinstance(entry, Mapping):
        return single_line(entry, limit=MAX_NAME) if isinstance(entry, str) else ""
    for key in ("filename", "name", "fileName", "filepath"):
        value = entry.get(key)
        # Remote addresses carry signatures that are none of a reader's business.
        if isinstance(value, str) and value.strip():
            path = value.split("?", 1)[0] if key == "filepath" else value
            name = path.rsplit("/", 1)[-1] if key == "filepath" else path
            return single_line(name, limit=MAX_NAME)
    return ""
