"""The Function's settings: the tool's own, in an administrator's words."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from migrator_core.errors import UsageError
from migrator_core.settings import Settings, build, extra, from_environment

_REPLACE = "Use the password from LibreChat"
_MIGRATE = "Migrate them, too"


class Valves(BaseModel):
    """What the page "Functions → LibreChat Migration → Valves" shows.

    Nothing is refused here: Open WebUI would drop the whole Function over a wrong value. What is
    wrong is told in the chat instead.
    """

    backup_path: str = Field(
        default="",
        description=(
            "The LibreChat backup on this server: a folder, a `.tar.gz`, a mongodump, or a folder "
            "that holds several of them. Without a leading `/` it counts from Open WebUI's data "
            "directory. Empty: `BACKUP_DIR` of the environment, else `librechat-backup` in the "
            "data directory."
        ),
    )
    existing_accounts: Literal[
        "Keep the password in Open WebUI", "Use the password from LibreChat"
    ] = Field(
        default="Keep the password in Open WebUI",
        description=(
            "For people who have an account here already (same e-mail). Their chats and files "
            "arrive either way. An administrator's password is never changed."
        ),
    )
    default_model: str = Field(
        default="gpt-4o",
        description=(
            "The id of the model that agents are built on when their own model has no counterpart "
            "here."
        ),
    )
    model_map: str = Field(
        default="",
        description=(
            "Which model of LibreChat is which one here, as JSON: "
            '`{"anthropic/claude-sonnet-4": "my-claude", "gpt-4-turbo": "gpt-4o"}`. '
            "Empty: models keep their ids."
        ),
    )
    temporary_chats: Literal["Leave them out", "Migrate them, too"] = Field(
        default="Leave them out",
        description="Conversations that LibreChat would have deleted by itself.",
    )
    report_path: str = Field(
        default="",
        description=(
            "The folder on the server that gets a folder of reports for each preview and run. "
            "Empty: `librechat-migration` in Open WebUI's data directory."
        ),
    )


_NAMES = {
    "backup_dir": "Backup path",
    "default_model": "Default model",
    "model_map": "Model map",
    "prefer_import_password": "Existing accounts",
    "include_temporary": "Temporary chats",
}


def settings_of(
    valves: Valves, data: Path, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings of a run: a valve that was touched wins over the environment.

    Raises:
        UsageError: a value is wrong; it names the valve.
    """
    values: dict[str, Any] = dict(
        from_environment(os.environ if environment is None else environment)
    )
    for name in ("dry_run", "fail_on_warnings", "report_dir", "verify"):
        values.pop(name, None)  # decided by what is said here; an exit status; one place a run
    touched = _touched(valves)
    values |= touched
    values["backup_dir"] = data / values.get(
        "backup_dir", Settings.model_fields["backup_dir"].default
    )
    try:
        return build(values)
    except UsageError as error:
        raise UsageError(_in_words_of_valves(str(error), touched)) from error


def reports_of(valves: Valves, data: Path) -> Path:
    """The folder that holds the reports of all previews and runs."""
    return data / (valves.report_path.strip() or "librechat-migration")


def _touched(valves: Valves) -> dict[str, Any]:
    values: dict[str, Any] = {
        "backup_dir": valves.backup_path.strip(),
        "model_map": valves.model_map.strip(),
        "prefer_import_password": valves.existing_accounts == _REPLACE,
        "include_temporary": valves.temporary_chats == _MIGRATE,
    }
    model = valves.default_model.strip()
    if model != Settings.model_fields["default_model"].default:
        values["default_model"] = model
    return {name: value for name, value in values.items() if value}


def _in_words_of_valves(text: str, touched: Collection[str]) -> str:
    for name, words in _NAMES.items():
        if name not in touched:
            continue  # it came from the environment
        described = extra(Settings.model_fields[name])
        text = text.replace(f"{described['flag']} ({described['env']})", f"The valve “{words}”")
    return text
