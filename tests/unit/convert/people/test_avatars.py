from __future__ import annotations

import base64
import io
import zlib

import pytest
from PIL import Image

from migrator_core.convert.people.avatars import data_uri, local_path


def _picture(form: str, size: tuple[int, int], mode: str = "RGB") -> bytes:
    target = io.BytesIO()
    image = Image.effect_noise(size, 90).convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    image.save(target, form)
    return target.getvalue()


def _decoded(uri: str) -> tuple[str, bytes]:
    head, _, body = uri.partition(";base64,")
    return head, base64.b64decode(body)


@pytest.mark.parametrize(
    ("form", "mime"),
    [("PNG", "png"), ("JPEG", "jpeg"), ("GIF", "gif"), ("WEBP", "webp")],
)
def test_small_pictures_stay_byte_for_byte(form: str, mime: str) -> None:
    content = _picture(form, (40, 40))
    assert _decoded(data_uri(content) or "") == (f"data:image/{mime}", content)


@pytest.mark.parametrize(
    ("form", "mode", "expected"),
    [
        ("PNG", "RGBA", "PNG"),
        ("PNG", "RGB", "JPEG"),
        ("JPEG", "CMYK", "JPEG"),
        ("GIF", "P", "JPEG"),
        ("WEBP", "RGBA", "PNG"),
    ],
)
def test_large_pictures_are_scaled_down(form: str, mode: str, expected: str) -> None:
    head, content = _decoded(data_uri(_picture(form, (900, 300), mode)) or "")
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == expected
        assert head == f"data:image/{expected.lower()}"
        assert image.size == (250, 83)
    assert len(content) < 200_000


def _bomb() -> bytes:
    """A PNG of a few hundred bytes that claims 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + crc

    side = (60_000).to_bytes(4, "big")
    header = chunk(b"IHDR", side + side + b"\x08\x00\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))


def _huge_but_sound() -> bytes:
    target = io.BytesIO()
    Image.new("1", (8000, 8000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an image",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        _picture("BMP", (10, 10)),
        _picture("PNG", (100, 100))[:2000],
        _picture("JPEG", (900, 900))[:300],
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 50,
        _bomb(),
        _huge_but_sound(),
    ],
)
def test_what_is_no_picture_is_left_out(content: bytes) -> None:
    assert data_uri(content) is None


@pytest.mark.parametrize(
    ("avatar", "path"),
    [
        ("/images/u/avatar-1.png?manual=true", "/images/u/avatar-1.png?manual=true"),
        ("https://lh3.example/a", None),
        ("HTTP://x/y", None),
        ("//cdn.example/x.png", None),
        ("data:image/png;base64,AAAA", None),
        (" ", None),
        (None, None),
    ],
)
def test_only_pictures_on_librechats_disk_are_looked_for(
    avatar: str | None, path: str | None
) -> None:
    assert local_path(avatar) == path
