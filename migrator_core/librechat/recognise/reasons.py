"""Why a file that people take for a backup cannot be read, and what to do: ends of sentences."""

from __future__ import annotations

from typing import Final

from migrator_core.librechat.collection_file_names import is_set_aside
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.scan import FoundFile

_EXPORT: Final = (
    "Export the collection as JSON: `mongoexport --db=LibreChat --collection=NAME --out=NAME.json`."
)
REASONS: Final = {
    Form.WIREDTIGER: (
        "a raw copy of MongoDB's own data files (WiredTiger), which only a MongoDB server can "
        "read. Start one on a copy of it, for example `docker run -d --name mongo -v "
        "/path/to/copy:/data/db mongo:8` (the version LibreChat used), make a dump with `docker "
        "exec mongo mongodump --db LibreChat --archive --gzip > librechat.archive.gz`, and name "
        "that file."
    ),
    Form.CHAT_EXPORT: (
        "an export of a single chat, made with LibreChat's own Export button. It holds one chat "
        "and no accounts; this tool moves whole installations. Make a backup of the database with "
        "mongodump or mongoexport instead."
    ),
    Form.CHATGPT_EXPORT: (
        "an export from ChatGPT, not from LibreChat. Open WebUI imports it by itself: Settings → "
        "Data Controls → Import Chats."
    ),
    Form.SHELL_OUTPUT: (
        "what mongosh or the mongo shell printed (ObjectId(…), ISODate(…)), not JSON; it leaves "
        f"out what does not fit a screen. {_EXPORT}"
    ),
    Form.WRAPPED_JSON: (
        "one JSON object around the documents. Write every collection to a file of its own, for "
        "example `jq -c '.users[]' FILE > users.json`, and name their folder."
    ),
    Form.TABLE: f"a table (CSV or a spreadsheet), which loses lists and nested values. {_EXPORT}",
    Form.WEB_PAGE: "a web page or an error message in place of a backup. Download it again.",
    Form.REWRITTEN: (
        "binary data that was written as text (by PowerShell's `>` for example) and cannot be "
        "restored. Make the backup again and let mongodump write the file itself "
        "(`--archive=librechat.archive.gz --gzip`), or use `cmd /c`."
    ),
    Form.BASE64: "base64 text. Decode it first: `base64 -d FILE > librechat.archive.gz`.",
    Form.ENCRYPTED: "encrypted. Decrypt it first.",
    Form.ZSTD: "compressed with zstd, which is not supported. Unpack it with `unzstd` first.",
    Form.SEVEN_ZIP: "a 7z file, which is not supported. Unpack it (`7z x FILE`), name the folder.",
    Form.RAR: "a RAR file, which is not supported. Unpack it (`unrar x FILE`), name the folder.",
    Form.LZ4: "compressed with lz4, which is not supported. Unpack it with `unlz4` first.",
    Form.BSON: "a single BSON file. Name the folder that holds all collections of the dump.",
    Form.JSON: "a single JSON file. Name the folder that holds all exported collections.",
    Form.ZIP: "packed twice. Unpack it and name the folder.",
}
FOREIGN: Final = (
    Form.WIREDTIGER,
    Form.CHAT_EXPORT,
    Form.CHATGPT_EXPORT,
    Form.SHELL_OUTPUT,
    Form.WRAPPED_JSON,
    Form.REWRITTEN,
    Form.BASE64,
    Form.ENCRYPTED,
    Form.ZSTD,
    Form.SEVEN_ZIP,
    Form.RAR,
    Form.LZ4,
    Form.TABLE,
    Form.WEB_PAGE,
)
"""Forms that are worth a word where no backup is found, the most telling first."""


def why_unread(file: FoundFile) -> str | None:
    """Why this file is not read, None where it is read or tells nothing."""
    if is_set_aside(file.path.name):
        return "set aside, or a download that never ended, by its name. Rename it if it is whole."
    return REASONS[file.form] if file.form in FOREIGN else None
