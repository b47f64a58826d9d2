"""Bytes that stand inside a message, as files of their own.

Open WebUI loads, saves and sends a chat as a whole, so data in Base64 must not stay in it.
"""

from __future__ import annotations

import hashlib

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.files.data_urls import DataError, read_data_url
from migrator_core.convert.files.unrecorded_files import FoundBytes, file_row
from migrator_core.rows import EmbeddedFile


def file_in_data_url(address: str, context: PartContext) -> EmbeddedFile:
    """The file that a ``data:`` URL holds.

    Raises:
        DataError: it is no such URL, empty, too large, or not encoded as it says.
    """
    return embedded_file(*read_data_url(address), context)


def embedded_file(content: bytes, content_type: str, context: PartContext) -> EmbeddedFile:
    """The file for these bytes.

    Raises:
        DataError: there are no bytes; Open WebUI stores no empty files.
    """
    if not content:
        raise DataError("the data is empty")
    digest = hashlib.sha256(content).hexdigest()
    row = file_row(
        FoundBytes(digest, len(content), content_type),
        user=context.chat.user,
        owner_id=context.chat.owner_id,
        created_at=context.timestamp,
        provenance={
            "conversationId": context.chat.conversation_id,
            "messageId": context.message_id,
        },
        ids=context.chat.ids,
    )
    return EmbeddedFile(row, content)
