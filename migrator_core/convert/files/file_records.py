"""LibreChat's file records as Open WebUI's files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from migrator_core.convert.dates import row_dates
from migrator_core.convert.ids import file_id
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.convert.text import clean_json, clean_text, cut_bytes, single_line
from migrator_core.librechat.documents.file import File
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import FileRow, JsonDict

MAX_FILENAME = 255
"""Code points."""

MAX_STORED_BYTES = 200
"""Of the stored name in UTF-8, its id included; file systems end at 255."""

OCTET_STREAM = "application/octet-stream"

IMAGE_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/bmp": (".bmp",),
    "image/tiff": (".tif", ".tiff"),
    "image/heic": (".heic",),
    "image/heif": (".heif",),
    "image/avif": (".avif",),
    "image/svg+xml": (".svg",),
}
"""MIME type → the extensions that mean it, the usual one first."""

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,16}$")
_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_ADDRESS = re.compile(r"\s*([a-z][a-z0-9+.-]*)://([^/?#\s@]*@)?([^/?#\s]*)", re.IGNORECASE)
_UNSAFE_IN_STORAGE = re.compile(r"[^\w.\- ()\[\],]")


@dataclass(frozen=True, slots=True)
class FileLink:
    """What a message needs to refer to a migrated file; ``size`` is in bytes.

    ``has_text`` says that Open WebUI has the file's text, so that a model can be given it.
    """

    target_id: str
    filename: str
    content_type: str
    size: int
    has_text: bool = False


def file_link(row: FileRow) -> FileLink:
    """The link to a file from its row."""
    return FileLink(
        target_id=row.id,
        filename=row.filename,
        content_type=row.meta["content_type"],
        size=row.meta["size"],
        has_text=bool(row.data.get("content")),
    )


def skip_reason(file: File) -> Skipped | None:
    """Why the file's bytes cannot be in the backup, None where they should be.

    Only ``local`` files, and old records without a ``source``, have their bytes on LibreChat's own
    disk. The detail names the storage; of an address it names scheme and host alone, because the
    rest may be a signed link.
    """
    source = single_line(file.source, limit=50)
    if source and source.lower() != "local":
        return Skipped(Reason.REMOTE_STORAGE, source)
    address = _ADDRESS.match(file.filepath or "")
    if address:
        place = single_line(f"{address[1]}://{address[3]}", limit=200)
        return Skipped(Reason.REMOTE_STORAGE, place)
    return None


def convert_file(
    file: File, *, owner_id: str, size: int, sha256: str, fallback: int
) -> Converted[FileRow]:
    """The record of a file whose bytes were found.

    Args:
        file: the document; its ``user`` and ``file_id`` make the target id.
        owner_id: the account that receives it.
        size: of the bytes that were found, whatever the document says.
        sha256: of the same bytes, in hex.
        fallback: the run's start in seconds, for dates that are missing.
    """
    target_id = file_id(file.user or "", file.file_id)
    filename = safe_filename(file.filename or file.filepath)
    content_type = safe_content_type(file.type)
    dates = row_dates(file.created_at, file.updated_at, file.id, fallback)
    text = clean_text(file.text) if file.text else ""
    meta: JsonDict = {
        "name": filename,
        "content_type": content_type,
        "size": size,
        "file_hash": sha256,
        "librechat": {
            "file_id": file.file_id,
            "_id": file.id,
            "created_at": None if file.created_at is None else file.created_at // 1000,
            "context": file.context,
            "embedded": file.embedded,
        },
    }
    row = FileRow(
        id=target_id,
        user_id=owner_id,
        filename=filename,
        stored_name=stored_name(target_id, filename, content_type),
        data={"status": "completed", "content": text} if text else {},
        meta=clean_json(meta),
        created_at=dates.created,
        updated_at=dates.updated,
    )
    if text == (file.text or ""):
        return Converted(row)
    detail = f"file {filename}: characters that cannot be stored were removed from its text"
    return Converted(row, (notice(WarningCode.TEXT_REPAIRED, detail),))


def safe_content_type(value: str | None) -> str:
    """``type/subtype`` in lower case, without parameters; ``application/octet-stream`` if none."""
    bare = (value or "").partition(";")[0].strip().lower()
    return bare if _MIME.fullmatch(bare) else OCTET_STREAM


def safe_filename(value: str | None) -> str:
    """A file name to show: the last part of a path of any system, in NFC, on one line.

    Control characters and direction overrides, which make ``gpj.exe`` read as ``exe.jpg``, are
    removed. At most 255 code points, the extension kept.
    """
    path = unicodedata.normalize("NFC", clean_text(value or "")).replace("\\", "/")
    # A path may end in a slash; then the part before it is the name.
    parts = [single_line(part, limit=len(part)) for part in path.split("/")]
    names = [part for part in parts if part.strip(". ")]
    name = names[-1] if names else "file"
    if len(name) <= MAX_FILENAME:
        return name
    stem, extension = _split(name)
    return stem[: MAX_FILENAME - len(extension)] + extension


def stored_name(target_id: str, filename: str, content_type: str) -> str:
    """``{id}_{name}`` for the storage provider, safe as an object key and on any file system.

    Open WebUI guesses an image's type from this name before it looks at the record
    (0.12, ``utils/files.py``), so an image gets the extension of what it is: LibreChat keeps the
    original name of images it has converted.
    """
    name = _with_image_extension(filename, content_type)
    stem, extension = _split(_UNSAFE_IN_STORAGE.sub("_", name))
    room = MAX_STORED_BYTES - len(target_id) - 1 - len(extension)
    return f"{target_id}_{cut_bytes(stem, room).strip(' .') or 'file'}{extension}"


def _with_image_extension(filename: str, content_type: str) -> str:
    fitting = IMAGE_EXTENSIONS.get(content_type)
    if fitting is None:
        return filename
    stem, extension = _split(filename)
    if extension.lower() in fitting:
        return filename
    is_image = any(extension.lower() in known for known in IMAGE_EXTENSIONS.values())
    return (stem if is_image else filename) + fitting[0]


def _split(name: str) -> tuple[str, str]:
    match = _EXTENSION.search(name)
    if match is None or match.start() == 0:
        return name, ""
    return name[: match.start()], match[0]
