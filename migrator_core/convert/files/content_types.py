"""MIME types of files, and the extensions that mean them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

OCTET_STREAM = "application/octet-stream"

IMAGE_EXTENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
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
)
"""MIME type → the extensions that mean it, the usual one first."""

_EXTENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **IMAGE_EXTENSIONS,
        "application/json": (".json",),
        "application/pdf": (".pdf",),
        "audio/aac": (".aac",),
        "audio/flac": (".flac",),
        "audio/mp4": (".m4a",),
        "audio/mpeg": (".mp3",),
        "audio/ogg": (".ogg",),
        "audio/wav": (".wav",),
        "audio/webm": (".webm",),
        "text/csv": (".csv",),
        "text/html": (".html",),
        "text/plain": (".txt",),
        "video/mp4": (".mp4",),
        "video/webm": (".webm",),
    }
)
_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")


def safe_content_type(value: str | None) -> str:
    """``type/subtype`` in lower case, without parameters; ``application/octet-stream`` if none."""
    bare = (value or "").partition(";")[0].strip().lower()
    return bare if _MIME.fullmatch(bare) else OCTET_STREAM


def content_type_of(name: str) -> str:
    """The MIME type that a file name's extension means, as far as it is of use in a chat."""
    lower = name.lower()
    found = (mime for mime, endings in _EXTENSIONS.items() if lower.endswith(endings))
    return next(found, OCTET_STREAM)


def extension_of(content_type: str) -> str:
    """The usual extension, with its dot; empty where none is known."""
    return _EXTENSIONS.get(content_type, ("",))[0]
