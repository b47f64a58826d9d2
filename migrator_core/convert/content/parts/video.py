"""Parts of type ``video_url``: films."""

from __future__ import annotations

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.file_references.showing import show_address
from migrator_core.convert.content.payload import address_of
from migrator_core.convert.content.pieces import Part, Pieces


def convert_video_url(part: Part, context: PartContext) -> Pieces:
    """``{url}``, or the address alone."""
    address = address_of(part.payload)
    if not address.strip():
        return convert_unknown(part, context)
    return show_address(address, "video", part, context)
