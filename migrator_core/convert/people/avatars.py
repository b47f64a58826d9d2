"""Pictures of users and agents: small images that Open WebUI keeps inside its rows."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SIDE = 250
"""Pixels. Open WebUI's front end scales profile pictures to this (0.12, ``UserProfileImage``)."""

MAX_SMALL = 64 * 1024
"""Bytes up to which a picture that already fits stays as it is, animations included."""

MAX_INPUT = 20 * 1024 * 1024
"""Bytes. A larger "avatar" is not read."""

MAX_PIXELS = 50_000_000
"""A small file can claim a huge picture; beyond this it is not decoded."""

MIME_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
"""The formats that Open WebUI accepts in a profile picture (0.12, ``utils/validate.py``)."""

_REMOTE = re.compile(r"^\s*([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def local_path(avatar: str | None) -> str | None:
    """The path to look for in the backup, None where the picture is not kept there.

    LibreChat records ``/images/<user>/avatar-….png?manual=true`` for its own pictures and an
    ``https:`` address for those of a sign-in provider or of a cloud storage.
    """
    if not avatar or not avatar.strip() or _REMOTE.match(avatar):
        return None
    return avatar.strip()


def data_uri(content: bytes) -> str | None:
    """The picture as a ``data:`` URI of at most 250 pixels a side, None when it is no picture.

    PNG, JPEG, GIF and WebP are accepted. A picture that is small enough stays byte for byte;
    another is scaled down (the first frame of an animation).
    """
    if not content or len(content) > MAX_INPUT:
        return None
    from PIL import Image  # noqa: PLC0415 - the core also runs where Pillow is missing

    try:
        with Image.open(io.BytesIO(content), formats=tuple(MIME_TYPES)) as image:
            if image.width * image.height > MAX_PIXELS:
                return None
            if max(image.size) <= MAX_SIDE and len(content) <= MAX_SMALL:
                mime = MIME_TYPES[str(image.format)]
                image.load()  # raises on a picture that is cut off
                return _uri(mime, content)
            return _scaled(image)
    # Pillow's decoders raise whatever their formats' flaws lead to: OSError, ValueError,
    # SyntaxError, struct.error, EOFError, DecompressionBombError …
    except Exception:  # noqa: BLE001
        return None


def _scaled(image: Image) -> str:
    from PIL import ImageOps  # noqa: PLC0415 - see data_uri

    image.draft("RGB", (MAX_SIDE * 2, MAX_SIDE * 2))
    upright = ImageOps.exif_transpose(image)
    transparent = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    picture = upright.convert("RGBA" if transparent else "RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    target = io.BytesIO()
    if transparent:
        picture.save(target, "PNG", optimize=True)
        return _uri(MIME_TYPES["PNG"], target.getvalue())
    picture.save(target, "JPEG", quality=85)
    return _uri(MIME_TYPES["JPEG"], target.getvalue())


def _uri(mime: str, content: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"
