"""The Function's settings: the tool's own, in an administrator's words."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from migrator_core.selection import Part


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
    people_from_elsewhere: Literal[
        "As the environment says",
        "Leave them out",
        "Give them linked accounts",
    ] = Field(
        default="As the environment says",
        description=(
            "People who sign in elsewhere (OAuth, OpenID, SAML, LDAP) have no password. They can "
            "be left out, or get an account that their first sign-in opens; it is linked to their "
            "provider where that is safe, and the report says what to set. The environment's word "
            "is `MIGRATION_EXTERNAL_USERS`; where it has none, they are left out."
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
    librechat_address: str = Field(
        default="",
        description=(
            "The address under which people opened LibreChat, several of them separated by commas: "
            "`https://chat.example.org`. Links to its conversations, shared links and agents lead "
            "to what these became. Empty: `MIGRATION_LIBRECHAT_URL` of the environment, else every "
            "link counts that names something of the person who wrote it."
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
    storage: str = Field(
        default="",
        description=(
            "Where LibreChat kept files that are not in the backup: the lines of its `.env` about "
            "S3 or Azure (`AWS_BUCKET_NAME=… AWS_ACCESS_KEY_ID=…`), or the names of this tool "
            "(`MIGRATION_S3_BUCKET=…`). They are then fetched from there. Open WebUI stores valves "
            "as they are, so better give them in the environment. Empty: what that says."
        ),
        json_schema_extra={"input": {"type": "password"}},
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
