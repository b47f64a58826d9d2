"""Parts of type ``input_audio``: sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.file_references.embedded import embedded_file
from migrator_core.convert.content.file_references.showing import (
    lost,
    show_address,
    show_embedded,
)
from migrator_core.convert.content.pieces import Part, Pieces
from migrator_core.convert.files.content_types import OCTET_STREAM
from migrator_core.convert.files.data_urls import DataError, decoded, is_data_url

_TYPES: Mapping[str, str] = MappingProxyType({"mp3": "mpeg", "m4a": "mp4", "wave": "wav"})
"""Audio formats whose MIME type has another name."""


def convert_input_audio(part: Part, context: PartContext) -> Pieces:
    """``{data: Base64, format}``; the sound becomes a file."""
    payload = part.payload if isinstance(part.payload, dict) else {}
    data = payload.get("data")
    if not isinstance(data, str) or not data.strip():
        return convert_unknown(part, context)
    if is_data_url(data):
        return show_address(data, "audio", part, context)
    try:
        file = embedded_file(decoded(data), _audio_type(payload.get("format")), context)
    except DataError as error:
        return lost(f"audio: {error}", context)
    return show_embedded(file, context)


def _audio_type(name: object) -> str:
    bare = name.strip().lower() if isinstance(name, str) else ""
    bare = bare.removeprefix("audio/")
    if not re.fullmatch(r"[a-z0-9.+-]{1,40}", bare):
        return OCTET_STREAM
    return f"audio/{_TYPES.get(bare, bare)}"
