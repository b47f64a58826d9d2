"""The reverse of what packs the modules. Its text is part of the packed Function."""

from __future__ import annotations

import base64
import json
import zlib


def unpacked(text: str) -> dict[str, str]:
    """The modules' sources by their paths, from what :func:`.packing.packed` made of them.

    Raises:
        ValueError: the text was changed.
        zlib.error: the same.
    """
    found: dict[str, str] = json.loads(zlib.decompress(base64.b85decode("".join(text.split()))))
    return found
