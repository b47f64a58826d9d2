"""Names of files: one to show, one for the storage."""

from __future__ import annotations

import re
import unicodedata

from migrator_core.convert.cleaning import clean_text, cut_bytes, single_line
from migrator_core.convert.files.content_types import IMAGE_EXTENSIONS

MAX_FILENAME = 255
"""Code points."""

MAX_STORED_BYTES = 200
"""Of the stored name in UTF-8, its id included; file systems end at 255."""

NEUTRAL = ".bin"

PASSIVE_EXTENSIONS = frozenset(
    f".{extension}"
    for extension in [
        "7z",
        "aac",
        "aif",
        "aiff",
        "avi",
        "avif",
        "bin",
        "bmp",
        "c",
        "cfg",
        "conf",
        "cpp",
        "cs",
        "css",
        "csv",
        "doc",
        "docx",
        "eps",
        "epub",
        "flac",
        "gif",
        "go",
        "h",
        "heic",
        "heif",
        "ico",
        "ini",
        "ipynb",
        "java",
        "jfif",
        "jpe",
        "jpeg",
        "jpg",
        "json",
        "jsonl",
        "key",
        "log",
        "m4a",
        "m4v",
        "md",
        "mkv",
        "mov",
        "mp3",
        "mp4",
        "mpeg",
        "mpg",
        "numbers",
        "odp",
        "ods",
        "odt",
        "oga",
        "ogg",
        "ogv",
        "opus",
        "pages",
        "parquet",
        "pdf",
        "php",
        "png",
        "ppt",
        "pptx",
        "py",
        "rar",
        "rb",
        "rs",
        "rst",
        "rtf",
        "sh",
        "sql",
        "srt",
        "tar",
        "tex",
        "tif",
        "tiff",
        "toml",
        "tsv",
        "txt",
        "vtt",
        "wav",
        "weba",
        "webm",
        "webp",
        "xls",
        "xlsm",
        "xlsx",
        "yaml",
        "yml",
        "zip",
    ]
)
"""What browsers show, play or download, but never run in the name of the site it comes from.

``.gz`` and the like are not among it: ``page.html.gz`` means HTML to Python's ``mimetypes``."""

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,16}$")
_UNSAFE_IN_STORAGE = re.compile(r"[^\w.\- ()\[\],]")


def safe_filename(value: str | None) -> str:
    """A file name to show: the last part of a path of any system, in NFC, on one line.

    Control characters and direction overrides, which make ``gpj.exe`` read as ``exe.jpg``, are
    removed. At most 255 code points, the extension kept.
    """
    path = unicodedata.normalize("NFC", clean_text(value or "")).replace("\\", "/")
    # A path may end in a slash; then the part before it is the name.
    parts = (single_line(part, limit=len(part)) for part in reversed(path.split("/")))
    name = next((part for part in parts if part.strip(". ")), "file")
    if len(name) <= MAX_FILENAME:
        return name
    stem, extension = _split(name)
    return stem[: MAX_FILENAME - len(extension)] + extension


def stored_name(target_id: str, filename: str, content_type: str) -> str:
    """``{id}_{name}`` for the storage provider, safe as an object key and on any file system.

    Open WebUI guesses an image's type from this name before it looks at the record
    (0.12, ``utils/files.py``), so an image gets the extension of what it is: LibreChat keeps the
    original name of images it has converted.

    It also serves some files under the type that this name means, to be shown in place
    (0.10 to 0.12, ``routers/files.py: get_html_file_content_by_id``). So a name whose extension is
    not known to be harmless ends in ``.bin``, which browsers download; one without any is text to
    the server. What people see is the record's own name.
    """
    name = _with_image_extension(filename, content_type)
    stem, extension = _split(_UNSAFE_IN_STORAGE.sub("_", name))
    room = MAX_STORED_BYTES - len(target_id) - 1 - len(extension) - len(NEUTRAL)
    stored = f"{cut_bytes(stem, room).strip(' .') or 'file'}{extension}"
    # Asked last: what was cut off or removed may have hidden an extension.
    ending = _split(stored)[1].lower()
    neutral = NEUTRAL if ending and ending not in PASSIVE_EXTENSIONS else ""
    return f"{target_id}_{stored}{neutral}"


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
