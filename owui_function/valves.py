"""The Function's settings: the tool's own, in an administrator's words."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from migrator_core.errors import UsageError
from migrator_core.selection import Part
from migrator_core.setting_values import possible_path
from migrator_core.settings import Settings, build, extra, from_environment

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
_WRITE = "Let them write, delete and share"


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
        "As the environment says",
        "Keep the password in Open WebUI",
        "Use the password from LibreChat",
    ] = Field(
        default="As the environment says",
        description=(
            "The passwords of people who have an account here already (same e-mail). Whether their "
            "chats and files arrive is the next choice. An administrator's password is never "
            "changed. The environment's word is `PREFER_IMPORT_PASSWORD`; where it has none, "
            "passwords stay."
        ),
    )
    people_here_already: Literal[
        "As the environment says",
        "Give them their chats and files",
        "Give them nothing",
    ] = Field(
        default="As the environment says",
        description=(
            "Whether an account that is here already receives what the person with the same e-mail "
            "had. Where sign-up is open, anybody may have taken an address. The environment's word "
            "is `MIGRATION_EXISTING_ACCOUNTS`; where it has none, they receive it."
        ),
    )
    editors: Literal[
        "As the environment says",
        "Let them read",
        "Let them write, delete and share",
    ] = Field(
        default="As the environment says",
        description=(
            "For people who could edit an agent or prompt in LibreChat, but not delete and share "
            "it: Open WebUI knows only reading, and all of it. The environment's word is "
            "`MIGRATION_EDITORS`; where it has none, they can read it."
        ),
    )
    tenant: str = Field(
        default="",
        description=(
            "Of a backup with several tenants, the id of the one to migrate; `-` for the people "
            "who have none. What was public there is shared with a group of its people. Empty: "
            "`MIGRATION_TENANT` of the environment."
        ),
    )
    default_model: str = Field(
        default="",
        description=(
            "The id of the model that agents are built on when their own model has no counterpart "
            "here. Empty: `MIGRATION_DEFAULT_MODEL` of the environment, else `gpt-4o`."
        ),
    )
    model_map: str = Field(
        default="",
        description=(
            "Which model of LibreChat is which one here, as JSON: "
            '`{"anthropic/claude-sonnet-4": "my-claude", "gpt-4-turbo": "gpt-4o"}`. '
            "Empty: `MIGRATION_MODEL_MAP` of the environment, else models keep their ids."
        ),
    )
    documents: Literal[
        "As the environment says",
        "Read their text",
        "Read their text and index it",
        "Do not read them",
    ] = Field(
        default="As the environment says",
        description=(
            "Whether the text of documents is read, so that people see it and models can be given "
            "it; where LibreChat kept it, it comes anyway. Indexed documents can be searched by "
            "models, too: after the run, the embedding model is asked for each of them. The "
            "environment's word is `MIGRATION_INDEX`; where it has none, their text is read."
        ),
    )
    base_models: Literal[
        "As the environment says",
        "Leave them as they are",
        "Share them with who used them",
    ] = Field(
        default="As the environment says",
        description=(
            "Open WebUI shows a connected model to administrators only until it is shared. The "
            "people who used one in LibreChat can become a group that may read it; nobody else "
            "gets anything, and an undo takes it back. The environment's word is "
            "`MIGRATION_SHARE_BASE_MODELS`; where it has none, nothing is shared."
        ),
    )
    temporary_chats: Literal["As the environment says", "Leave them out", "Migrate them, too"] = (
        Field(
            default="As the environment says",
            description=(
                "Conversations that LibreChat would have deleted by itself. The environment's"
                " word: `MIGRATION_INCLUDE_TEMPORARY`; where it has none, they are left out."
            ),
        )
    )
    only: str = Field(
        default="",
        description=(
            f"Migrate only these, separated by commas: {', '.join(Part)}. The rest comes with a "
            "run that leaves nothing out. Empty: `MIGRATION_ONLY` of the environment, else "
            "everything."
        ),
    )
    people: str = Field(
        default="",
        description=(
            "Migrate only what belongs to the people with these e-mail addresses, separated by "
            "commas; `@/path/on/the/server` is a file with one address on each line. Empty: "
            "`MIGRATION_USERS` of the environment, else everybody."
        ),
    )
    since: str = Field(
        default="",
        description=(
            "Of conversations, files, prompts and agents, migrate only those that are new or "
            "changed since this date (`2026-03-01`) or moment (`2026-03-01T18:00`), in UTC. Empty: "
            "`MIGRATION_SINCE` of the environment, else of any age."
        ),
    )
    report_path: str = Field(
        default="",
        description=(
            "The folder on the server that gets a folder of reports for each preview and run. "
            "Empty: `librechat-migration` in Open WebUI's data directory."
        ),
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _keep_what_is_wrong(cls, value: object, check: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - of any field
        try:
            return check(value)
        except ValidationError:
            return str(value)  # of another version, or not from the page: told in the chat


_NAMES = {
    "backup_dir": "Backup path",
    "default_model": "Default model",
    "model_map": "Model map",
    "tenant": "Tenant",
    "prefer_import_password": "Existing accounts",
    "existing_accounts": "People here already",
    "editors": "Editors",
    "index": "Documents",
    "share_base_models": "Base models",
    "include_temporary": "Temporary chats",
    "only": "Only",
    "users": "People",
    "since": "Since",
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
        "only": valves.only.strip(),
        "users": valves.people.strip(),
        "since": valves.since.strip(),
    }
    found = {name: value for name, value in values.items() if value}
    if valves.existing_accounts != _ENVIRONMENT:
        found["prefer_import_password"] = valves.existing_accounts == _REPLACE
    if valves.people_here_already != _ENVIRONMENT:
        found["existing_accounts"] = "skip" if valves.people_here_already == _NOTHING else "link"
    if valves.editors != _ENVIRONMENT:
        found["editors"] = "write" if valves.editors == _WRITE else "read"
    if valves.documents != _ENVIRONMENT:
        found["index"] = _INDEX.get(valves.documents, "text")
    if valves.base_models != _ENVIRONMENT:
        found["share_base_models"] = valves.base_models == _SHARE
    if valves.temporary_chats != _ENVIRONMENT:
        found["include_temporary"] = valves.temporary_chats == _MIGRATE
    return found


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
        described = extra(Settings.model_fields[name])
        text = text.replace(f"{described['flag']} ({described['env']})", f"The valve “{words}”")
    return text
