"""What an administrator can say, typed or clicked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """A command, by the word that is shown for it."""

    CHECK = "Check"
    PREVIEW = "Preview"
    RUN = "Run"
    CONFIRM = "Yes, migrate now"
    VERIFY = "Verify"
    UNDO = "Undo"
    CONFIRM_UNDO = "Yes, undo now"
    STATUS = "Status"
    REPORT = "Report"
    CANCEL = "Cancel"
    HELP = "Help"


_WORDS = {
    "check": Command.CHECK,
    "readiness": Command.CHECK,
    "ready": Command.CHECK,
    "start": Command.CHECK,
    "hi": Command.CHECK,
    "hello": Command.CHECK,
    "hey": Command.CHECK,
    "preview": Command.PREVIEW,
    "dry-run": Command.PREVIEW,
    "dryrun": Command.PREVIEW,
    "run": Command.RUN,
    "migrate": Command.RUN,
    "continue": Command.RUN,
    "confirm": Command.CONFIRM,
    "yes": Command.CONFIRM,
    "verify": Command.VERIFY,
    "compare": Command.VERIFY,
    "undo": Command.UNDO,
    "rollback": Command.UNDO,
    "status": Command.STATUS,
    "progress": Command.STATUS,
    "report": Command.REPORT,
    "cancel": Command.CANCEL,
    "stop": Command.CANCEL,
    "help": Command.HELP,
    "?": Command.HELP,
}


PLAIN = "yes"

_NAMING = frozenset({Command.PREVIEW, Command.RUN, Command.VERIFY, Command.UNDO})
"""Commands that may be followed by the name of a backup, or the id of a run."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants.

    ``argument`` is the rest of the line: the name of a backup, or a run's id. With a yes it is
    :data:`PLAIN` where it does not say to what.
    """

    command: Command
    argument: str = ""


def understand(text: str) -> Request | None:
    """The request in a message, with or without a slash, in any case; None when there is none."""
    line = " ".join(text.split()).strip().removeprefix("/").strip()
    for command in (Command.CONFIRM, Command.CONFIRM_UNDO):
        if line.rstrip(".!").casefold() == command.casefold():
            return Request(command)
    word, _, rest = line.partition(" ")
    meant = _WORDS.get(word.casefold().rstrip(".,:;!") or word)
    if meant is None or (rest and meant not in _NAMING):
        return None
    return Request(meant, PLAIN if meant is Command.CONFIRM else _unquoted(rest))


def _unquoted(text: str) -> str:
    text = text.strip()
    for quote in ("`", '"', "'"):
        if len(text) > 1 and text.startswith(quote) and text.endswith(quote):
            return text[1:-1]
    return text


HELP = """\
Say one of these words, or click it below an answer:

| Say | What happens |
|---|---|
| **Check** | Looks for backups and for anything that is in the way. |
| **Preview** | Walks the whole backup, writes nothing. Its numbers are the migration's. |
| **Run** | Migrates, after you have seen the preview's numbers and confirmed. |
| **Verify** | Reads everything back and compares it with the backup. Writes nothing. |
| **Undo** | Takes the last run back, after you have seen what would go and what stays. |
| **Status** | Shows how far it is. |
| **Report** | Shows the last preview's or run's result, with the full report to download. |
| **Cancel** | Ends whatever goes on between two batches. Saying **Run** again continues. |

`preview NAME`, `run NAME` and `verify NAME` choose one of several backups, \
`undo RUN` takes back another run than the last one. Settings are the \
Function's valves: Admin Panel → Functions → LibreChat Migration → ⚙.
"""
