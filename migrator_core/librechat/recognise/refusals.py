"""What to tell an operator whose path holds no backup that can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from migrator_core.errors import CannotStartError
from migrator_core.librechat.recognise.scan import Scan
from migrator_core.librechat.recognise.sniff import Form

_LOOKED_FOR: Final = (
    "Looked for were: a folder of mongoexport's JSON files (users.json, conversations.json, "
    "messages.json …), a mongodump folder (users.bson …), a mongodump archive, or a .tar.gz, .tar "
    "or .zip of one of these."
)
_WIREDTIGER: Final = (
    "a raw copy of MongoDB's own data files (WiredTiger), which only a MongoDB server can read. "
    "Start one on a copy of it, for example `docker run -d --name mongo -v "
    "/path/to/copy:/data/db mongo:8` (the version LibreChat used), make a dump with `docker exec "
    "mongo mongodump --db LibreChat --archive --gzip > librechat.archive.gz`, and name that file."
)
_CHAT: Final = (
    "an export of a single chat, made with LibreChat's own Export button. It holds one chat and no "
    "accounts; this tool moves whole installations. Make a backup of the database with mongodump "
    "or mongoexport instead."
)
_CHATGPT: Final = (
    "an export from ChatGPT, not from LibreChat. Open WebUI imports it by itself: Settings → Data "
    "Controls → Import Chats."
)
_REASONS: Final = {
    Form.WIREDTIGER: _WIREDTIGER,
    Form.CHAT_EXPORT: _CHAT,
    Form.CHATGPT_EXPORT: _CHATGPT,
    Form.ZSTD: "compressed with zstd, which is not supported. Unpack it with `unzstd` first.",
    Form.BSON: "a single BSON file. Name the folder that holds all collections of the dump.",
    Form.JSON: "a single JSON file. Name the folder that holds all exported collections.",
    Form.ZIP: "packed twice. Unpack it and name the folder.",
}


def not_found(path: Path) -> CannotStartError:
    """Nothing is at the path."""
    return CannotStartError(
        f"Backup directory not found: {path}. Check the path (BACKUP_DIR / --backup), and that the "
        "volume with the backup is mounted where this runs."
    )


def check_exists(path: Path) -> None:
    """A first, quick look.

    Raises:
        CannotStartError: nothing is at the path.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise not_found(path) from error
    except PermissionError as error:
        raise unreadable(path) from error
    except OSError:
        return  # opening it will tell more


def unreadable(path: Path) -> CannotStartError:
    """Something is at the path, but not for this user."""
    return CannotStartError(
        f"{path} cannot be read: permission denied. Give the user this runs as the right to read "
        "it (for example `chmod -R u+rX,g+rX` and the right owner), or run as a user who may."
    )


def wrong_file(path: Path, form: Form) -> CannotStartError:
    """The path is a file that is no backup by itself."""
    reason = _REASONS.get(form)
    if reason is None:
        return CannotStartError(f"{path} is a file, but no backup of LibreChat. {_LOOKED_FOR}")
    return CannotStartError(f"{path} is {reason}")


def nothing_found(path: Path, found: Scan) -> CannotStartError:
    """A folder without any backup; says what it holds and what that means."""
    for form in (Form.WIREDTIGER, Form.CHAT_EXPORT, Form.CHATGPT_EXPORT, Form.ZSTD):
        files = found.having(form)
        if files:
            return CannotStartError(
                f"{path} holds no backup that can be read. {files[0].label} is {_REASONS[form]}"
            )
    if found.denied:
        return CannotStartError(
            f"No backup of LibreChat was found in {path}, but some of it cannot be read "
            f"(permission denied): {', '.join(found.denied[:10])}. Give the user this runs as the "
            "right to read it."
        )
    return CannotStartError(
        f"No backup of LibreChat was found in {path}. {_LOOKED_FOR} {_what_is_there(found)}"
    )


def _what_is_there(found: Scan) -> str:
    if not found.names:
        return "The folder is empty: is the right volume mounted there?"
    shown = ", ".join(name.encode("utf-8", "replace").decode() for name in found.names[:15])
    more = " …" if len(found.names) > 15 else ""
    links = (
        f" Symbolic links are not followed: {', '.join(found.links[:5])}." if found.links else ""
    )
    return f"Found there: {shown}{more}. Name the folder of the backup itself.{links}"
