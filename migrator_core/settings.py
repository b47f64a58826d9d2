"""Every setting of the tool, in one place.

The command line's flags, the environment, and later the Function's valves and the chart's values
are views of this one model: name, default and help are written once, here. What belongs to Open
WebUI (database, data directory, secret key, storage) is not repeated: Open WebUI reads it itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from migrator_core.errors import UsageError
from migrator_core.processors import usable_processors
from migrator_core.remote_settings import RemoteFileSettings
from migrator_core.selection import Part, Selection
from migrator_core.setting_values import (
    Addresses,
    ModelId,
    ModelMap,
    Moment,
    OneName,
    Parts,
    PerhapsPath,
    PossiblePath,
    WebAddress,
    WebAddresses,
)


class RunSettings(BaseModel):
    """What an operator can decide about a run.

    Each field's ``json_schema_extra`` names its environment variable and its flag; what is secret
    has no flag.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    backup_dir: PossiblePath = Field(
        default=Path("librechat-backup"),
        description="The backup: a directory, a .tar.gz, a mongodump directory or archive.",
        json_schema_extra={"env": "BACKUP_DIR", "flag": "--backup", "metavar": "PATH"},
    )
    dry_run: bool = Field(
        default=False,
        description="Preview: walk the whole backup, write nothing.",
        json_schema_extra={"env": "DRY_RUN", "flag": "--dry-run"},
    )
    verify: bool = Field(
        default=False,
        description="Read everything back after the run and compare it with the backup.",
        json_schema_extra={"env": "MIGRATION_VERIFY", "flag": "--verify"},
    )
    only: Parts = Field(
        default=(),
        description=f"Migrate only these, separated by commas: {', '.join(Part)}.",
        json_schema_extra={"env": "MIGRATION_ONLY", "flag": "--only", "metavar": "NAMES"},
    )
    users: Addresses = Field(
        default=(),
        description=(
            "Migrate only what belongs to the people with these e-mail addresses. Can be repeated, "
            "or holds commas; @FILE is a file with one address on each line."
        ),
        json_schema_extra={"env": "MIGRATION_USERS", "flag": "--user", "metavar": "EMAIL"},
    )
    since: Moment = Field(
        default=None,
        description=(
            "Of conversations, files, prompts and agents, migrate only those that are new or "
            "changed since this date (2026-03-01) or moment (2026-03-01T18:00), in UTC."
        ),
        json_schema_extra={"env": "MIGRATION_SINCE", "flag": "--since", "metavar": "DATE"},
    )
    existing_accounts: Literal["link", "skip"] = Field(
        default="link",
        description=(
            "link: an account that Open WebUI already has receives the content of the person with "
            "the same e-mail. skip: it receives nothing."
        ),
        json_schema_extra={
            "env": "MIGRATION_EXISTING_ACCOUNTS",
            "flag": "--existing-accounts",
            "metavar": "link|skip",
        },
    )
    external_users: Literal["skip", "link"] = Field(
        default="skip",
        description=(
            "What becomes of people who sign in elsewhere (OAuth, OpenID, SAML, LDAP). skip: they "
            "are left out. link: they get an account without a password, linked to their provider "
            "where that is safe."
        ),
        json_schema_extra={
            "env": "MIGRATION_EXTERNAL_USERS",
            "flag": "--external-users",
            "metavar": "skip|link",
        },
    )
    prefer_import_password: bool = Field(
        default=False,
        description=(
            "Give an account that Open WebUI already has (same e-mail) its LibreChat password. "
            "Never an administrator's, and only where LibreChat has verified the e-mail."
        ),
        json_schema_extra={"env": "PREFER_IMPORT_PASSWORD", "flag": "--prefer-import-password"},
    )
    editors: Literal["read", "write"] = Field(
        default="read",
        description=(
            "What people get who could edit something in LibreChat, but not delete and share it. "
            "read: they can read it. write: all that Open WebUI lets writers do, deleting and "
            "sharing included."
        ),
        json_schema_extra={
            "env": "MIGRATION_EDITORS",
            "flag": "--editors",
            "metavar": "read|write",
        },
    )
    tenant: OneName = Field(
        default="",
        description=(
            "Of a backup with several tenants, the one to migrate, by its id; - for the people who "
            "have none. What was public there is shared with a group of its people."
        ),
        json_schema_extra={"env": "MIGRATION_TENANT", "flag": "--tenant", "metavar": "ID"},
    )
    default_model: ModelId = Field(
        default="gpt-4o",
        min_length=1,
        description="The base model for agents whose own model has no counterpart.",
        json_schema_extra={
            "env": "MIGRATION_DEFAULT_MODEL",
            "flag": "--default-model",
            "metavar": "ID",
        },
    )
    model_map: ModelMap = Field(
        default_factory=dict,
        description=(
            "A JSON object (or a file with one) from LibreChat's endpoint/model, or just model, "
            "to the id of a model in Open WebUI."
        ),
        json_schema_extra={"env": "MIGRATION_MODEL_MAP", "flag": "--model-map", "metavar": "FILE"},
    )
    librechat_urls: WebAddresses = Field(
        default=(),
        description=(
            "The address under which LibreChat was opened, so that links to its own pages lead to "
            "what these became. Can be repeated, or holds commas. Without it every link counts "
            "that names something of the person who wrote it."
        ),
        json_schema_extra={
            "env": "MIGRATION_LIBRECHAT_URL",
            "flag": "--librechat-url",
            "metavar": "URL",
        },
    )
    index: Literal["text", "vectors", "none"] = Field(
        default="text",
        description=(
            "What documents are made ready for. text: people and models can read them. vectors: "
            "models can search them, too; the running Open WebUI is asked for that after the run. "
            "none: only those of which LibreChat kept the text."
        ),
        json_schema_extra={
            "env": "MIGRATION_INDEX",
            "flag": "--index",
            "metavar": "text|vectors|none",
        },
    )
    share_base_models: bool = Field(
        default=False,
        description=(
            "Let the people who used a model in LibreChat use it here, where it is connected and "
            "not everybody may use it: they become a group that may read it."
        ),
        json_schema_extra={"env": "MIGRATION_SHARE_BASE_MODELS", "flag": "--share-base-models"},
    )
    openwebui_url: WebAddress = Field(
        default="",
        description=(
            "The address of the running Open WebUI, to ask it which models are connected and to "
            "index documents. Not needed in the server itself; without it, what the connections "
            "are configured to offer counts."
        ),
        json_schema_extra={
            "env": "MIGRATION_OPENWEBUI_URL",
            "flag": "--openwebui-url",
            "metavar": "URL",
        },
    )
    openwebui_token: SecretStr | None = Field(
        default=None,
        description=(
            "An administrator's token or API key of that Open WebUI. Better in the environment."
        ),
        json_schema_extra={
            "env": "OPEN_WEBUI_TOKEN",
            "flag": "--openwebui-token",
            "metavar": "TOKEN",
        },
    )
    include_temporary: bool = Field(
        default=False,
        description="Migrate temporary conversations too.",
        json_schema_extra={"env": "MIGRATION_INCLUDE_TEMPORARY", "flag": "--include-temporary"},
    )
    allow_incomplete: bool = Field(
        default=False,
        description="Take a backup without users, conversations or messages, which is refused.",
        json_schema_extra={"env": "MIGRATION_ALLOW_INCOMPLETE", "flag": "--allow-incomplete"},
    )
    processes: int = Field(
        default_factory=usable_processors,
        ge=1,
        le=64,
        description=(
            "How many processes work at once on the command line: one writes, the others convert "
            "conversations for it. Default: one a processor, up to 4."
        ),
        json_schema_extra={"env": "MIGRATION_PROCESSES", "flag": "--processes", "metavar": "N"},
    )
    fail_on_warnings: bool = Field(
        default=False,
        description="End with exit status 11 instead of 0 when there were warnings.",
        json_schema_extra={"env": "MIGRATION_FAIL_ON_WARNINGS", "flag": "--fail-on-warnings"},
    )
    report_dir: PerhapsPath = Field(
        default=None,
        description="Where the reports go. Default: DATA_DIR/librechat-migration/RUN.",
        json_schema_extra={
            "env": "MIGRATION_REPORT_DIR",
            "flag": "--report-dir",
            "metavar": "DIR",
        },
    )

    @property
    def selection(self) -> Selection:
        """What is to be migrated."""
        since = None if self.since is None else round(self.since.timestamp() * 1000)
        return Selection(frozenset(self.only), frozenset(self.users), since)


class Settings(RemoteFileSettings, RunSettings):
    """All settings: those of every run, then those of files that lie elsewhere."""


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings that environment variables give, as raw text by field name.

    An empty variable counts as not set: a chart renders unset values as empty strings.
    """
    found = {}
    for name, field in Settings.model_fields.items():
        variable = extra(field)["env"]
        value = environment.get(variable, "")
        if value.strip():
            found[name] = value
    return found


def build(values: Mapping[str, Any]) -> Settings:
    """Validate raw values.

    Raises:
        UsageError: names the flag and the variable of each wrong value.
    """
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        problems = []
        for item in error.errors(include_url=False):
            name = str(item["loc"][0]) if item["loc"] else ""
            field = Settings.model_fields.get(name)
            where = named(name) if field else name
            problems.append(f"{where}: {item['msg'].removeprefix('Value error, ')}")
        raise UsageError("; ".join(problems)) from error


def named(name: str) -> str:
    """What a setting is called where it is given: its flag and its variable."""
    described = extra(Settings.model_fields[name])
    flag = described.get("flag")
    return f"{flag} ({described['env']})" if flag else described["env"]


def extra(field: Any) -> dict[str, str]:  # noqa: ANN401 - pydantic's FieldInfo is generic here
    """A field's environment variable, flag and metavar."""
    described = field.json_schema_extra
    return described if isinstance(described, dict) else {}
