"""What the valves say, as the settings of a run."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args

from migrator_core.errors import UsageError
from migrator_core.remote_settings import RemoteFileSettings
from migrator_core.setting_values import possible_path
from migrator_core.settings import Settings, build, extra, from_environment, named
from owui_function.storage_words import settings_in
from owui_function.valves import Valves

_ENVIRONMENT = "As the environment says"
_REPLACE = "Use the password from LibreChat"
_MIGRATE = "Migrate them, too"
_INDEX = {
    "Read their text": "text",
    "Read their text and index it": "vectors",
    "Do not read them": "none",
}
_NOTHING = "Give them nothing"
_SHARE = "Share them with who used them"
_LINK = "Give them linked accounts"
_WRITE = "Let them write, delete and share"

_NAMES = {
    "backup_dir": "Backup path",
    "default_model": "Default model",
    "model_map": "Model map",
    "tenant": "Tenant",
    "prefer_import_password": "Existing accounts",
    "existing_accounts": "People here already",
    "external_users": "People from elsewhere",
    "editors": "Editors",
    "index": "Documents",
    "share_base_models": "Base models",
    "include_temporary": "Temporary chats",
    "librechat_urls": "Librechat address",
    "only": "Only",
    "users": "People",
    "since": "Since",
    **dict.fromkeys(RemoteFileSettings.model_fields, "Storage"),
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
    for name in ("dry_run", "fail_on_warnings", "processes", "report_dir", "verify"):
        values.pop(name, None)  # decided by what is said here; an exit status; one place a run
    touched = decided(valves)
    values |= touched
    values["backup_dir"] = data / values.get(
        "backup_dir", Settings.model_fields["backup_dir"].default
    )
    _refuse_unknown_choices(valves)
    try:
        return build(values)
    except UsageError as error:
        raise UsageError(_in_words_of_valves(str(error), touched)) from error


def reports_of(valves: Valves, data: Path) -> Path:
    """The folder that holds the reports of all previews and runs.

    Raises:
        UsageError: no folder can have this name.
    """
    try:
        return possible_path(data / (valves.report_path.strip() or "librechat-migration"))
    except ValueError as error:
        raise UsageError(f"The valve “Report path”: {error}") from error


def _refuse_unknown_choices(valves: Valves) -> None:
    for name, field in Valves.model_fields.items():
        choices = get_args(field.annotation)
        chosen = getattr(valves, name)
        if choices and chosen not in choices:
            offered = ", ".join(f"“{choice}”" for choice in choices)
            words = name.replace("_", " ").capitalize()
            raise UsageError(
                f"The valve “{words}”: there is no choice “{chosen[:80]}”. Choose one of {offered}."
            )


def decided(valves: Valves) -> dict[str, Any]:
    """What the valves say, by the name of the setting; what they leave to others is not in it."""
    values: dict[str, Any] = {
        "backup_dir": valves.backup_path.strip(),
        "tenant": valves.tenant.strip(),
        "default_model": valves.default_model.strip(),
        "model_map": valves.model_map.strip(),
        "librechat_urls": valves.librechat_address.strip(),
        "only": valves.only.strip(),
        "users": valves.people.strip(),
        "since": valves.since.strip(),
    }
    found = {name: value for name, value in values.items() if value}
    found |= _storage(valves.storage)
    if valves.existing_accounts != _ENVIRONMENT:
        found["prefer_import_password"] = valves.existing_accounts == _REPLACE
    if valves.people_here_already != _ENVIRONMENT:
        found["existing_accounts"] = "skip" if valves.people_here_already == _NOTHING else "link"
    if valves.people_from_elsewhere != _ENVIRONMENT:
        found["external_users"] = "link" if valves.people_from_elsewhere == _LINK else "skip"
    if valves.editors != _ENVIRONMENT:
        found["editors"] = "write" if valves.editors == _WRITE else "read"
    if valves.documents != _ENVIRONMENT:
        found["index"] = _INDEX.get(valves.documents, "text")
    if valves.base_models != _ENVIRONMENT:
        found["share_base_models"] = valves.base_models == _SHARE
    if valves.temporary_chats != _ENVIRONMENT:
        found["include_temporary"] = valves.temporary_chats == _MIGRATE
    return found


def _storage(text: str) -> dict[str, Any]:
    try:
        return settings_in(text)
    except ValueError as error:
        raise UsageError(f"The valve “Storage”: {error}.") from error


def of_the_report(problem: str) -> str:
    """The same problem, where it is about the place of the reports, in words of the valve."""
    described = extra(Settings.model_fields["report_dir"])
    return problem.replace(
        f"with {described['flag']} ({described['env']})", "in the valve “Report path”"
    )


def _in_words_of_valves(text: str, touched: Collection[str]) -> str:
    for name, words in _NAMES.items():
        if name not in touched:
            continue  # it came from the environment
        text = text.replace(named(name), f"The valve “{words}”")
    return text
