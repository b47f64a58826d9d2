"""What to tell an operator whose path holds no backup that can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from migrator_core.errors import CannotStartError
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.reasons import FOREIGN, REASONS
from migrator_core.librechat.recognise.scan import Scan

_LOOKED_FOR: Final = (
    "Looked for were: a folder of mongoexport's JSON files (users.json, conversations.json, "
    "messages.json …), a mongodump folder (users.bson …), a mongodump archive, or a .tar.gz, .tar "
    "or .zip of one of these."
)


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
    reason = REASONS.get(form)
    if reason is None:
        return CannotStartError(f"{path} is a file, but no backup of LibreChat. {_LOOKED_FOR}")
    return CannotStartError(f"{path} is {reason}")


def damaged_archive(path: Path) -> CannotStartError:
    """A mongodump archive whose list of contents cannot be read."""
    return CannotStartError(
        f"{path} is a mongodump archive, but damaged at its beginning: nobody can tell what is in "
        "it. Make it again, without `docker exec -t`, or copy it again from where it was made."
    )


def nothing_found(path: Path, found: Scan) -> CannotStartError:
    """A folder without any backup; says what it holds and what that means."""
    for form in FOREIGN:
        files = found.having(form)
        if files:
            return CannotStartError(
                f"{path} holds no backup that can be read. {files[0].label} is {REASONS[form]}"
            )
    for file in found.having(Form.ARCHIVE):
        return damaged_archive(path / file.label)
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
