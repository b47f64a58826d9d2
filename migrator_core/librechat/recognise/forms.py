"""What a file may be."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """What a file holds."""

    BSON = "bson"
    JSON = "json"
    EMPTY_BSON = "empty-bson"
    EMPTY_JSON = "empty-json"
    ARCHIVE = "archive"
    TAR = "tar"
    ZIP = "zip"
    WIREDTIGER = "wiredtiger"
    CHAT_EXPORT = "chat-export"
    CHATGPT_EXPORT = "chatgpt-export"
    SHELL_OUTPUT = "shell-output"
    WRAPPED_JSON = "wrapped-json"
    TABLE = "table"
    WEB_PAGE = "web-page"
    REWRITTEN = "rewritten"
    BASE64 = "base64"
    ENCRYPTED = "encrypted"
    ZSTD = "zstd"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    LZ4 = "lz4"
    OTHER = "other"
