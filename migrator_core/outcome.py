"""What became of a run and of every source document, in one closed vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrator_core.record import record


class RunState(StrEnum):
    """What became of a run. A run is ``interrupted`` when its process died."""

    RUNNING = "running"
    FINISHED = "finished"
    ABORTED = "aborted"
    INTERRUPTED = "interrupted"
    UNDONE = "undone"
    UNKNOWN = "unknown"
    """What a newer version of this tool wrote."""

    @classmethod
    def _missing_(cls, value: object) -> RunState:  # noqa: ARG003 - the enum's own signature
        return cls.UNKNOWN


class Mode(StrEnum):
    """Whether a run writes. A verification reads back and compares; an undo takes a run back."""

    RUN = "run"
    DRY_RUN = "dry-run"
    VERIFY = "verify"
    UNDO = "undo"


class State(StrEnum):
    """Where a source document ended."""

    MIGRATED = "migrated"
    EXISTING = "existing"
    SKIPPED = "skipped"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a document was not migrated. Closed: every code is documented in :data:`EXPLANATIONS`."""

    # Skipped: known, expected, decided by a rule.
    NO_EMAIL = "no-email"
    NO_PASSWORD = "no-password"  # noqa: S105 - a reason code, not a secret
    UNVERIFIED = "unverified"
    ACCOUNT_NOT_LINKED = "account-not-linked"
    ACCOUNT_PENDING = "account-pending"
    ADDRESS_UNPROVEN = "address-unproven"
    OTHER_TENANT = "other-tenant"
    OWNER_NOT_MIGRATED = "owner-not-migrated"
    OWNER_UNKNOWN = "owner-unknown"
    REMOTE_STORAGE = "remote-storage"
    REMOTE_MISSING = "remote-missing"
    REMOTE_TOO_LARGE = "remote-too-large"
    MISSING_IN_BACKUP = "missing-in-backup"
    UNSAFE_PATH = "unsafe-path"
    EMPTY_FILE = "empty-file"
    NOT_PRODUCTION = "not-production"
    NO_TEXT = "no-text"
    GROUP_MISSING = "group-missing"
    TEMPORARY = "temporary"
    NO_MESSAGES = "no-messages"
    DUPLICATE = "duplicate"
    EXPIRED = "expired"
    EXPIRES = "expires"
    NOT_YOURS = "not-yours"
    PRINCIPAL_MISSING = "principal-missing"
    RESOURCE_NOT_MIGRATED = "resource-not-migrated"
    CONVERSATION_MISSING = "conversation-missing"
    LINK_OFF = "link-off"
    ONE_LINK_PER_CHAT = "one-link-per-chat"
    REMOVED_IN_OPEN_WEBUI = "removed-in-open-webui"
    CHANGED_IN_OPEN_WEBUI = "changed-in-open-webui"
    SECRET = "secret"  # noqa: S105 - a reason code, not a secret
    NOT_SUPPORTED = "not-supported"
    NEEDS_NEWER = "needs-newer"
    NOT_SELECTED = "not-selected"
    NOT_PRIVATE = "not-private"
    # Failed: something is wrong with this one document or with writing it.
    UNREADABLE_DOCUMENT = "unreadable-document"
    FILE_DAMAGED = "file-damaged"
    INVALID_DOCUMENT = "invalid-document"
    PARENT_FAILED = "parent-failed"
    REMOTE_DENIED = "remote-denied"
    REMOTE_FAILED = "remote-failed"
    STORAGE_ERROR = "storage-error"
    REJECTED_BY_DATABASE = "rejected-by-database"
    INTERNAL_ERROR = "internal-error"
    DIFFERS = "differs"


class WarningCode(StrEnum):
    """Something arrived, but not exactly as it was; or the operator should know about it."""

    PASSWORD_UNUSABLE = "password-unusable"  # noqa: S105 - a warning code, not a secret
    PASSWORD_REPLACED = "password-replaced"  # noqa: S105 - a warning code, not a secret
    PASSWORD_SLOW = "password-slow"  # noqa: S105 - a warning code, not a secret
    PASSWORD_KEPT = "password-kept"  # noqa: S105 - a warning code, not a secret
    ACCOUNT_EXISTING = "account-existing"
    ACCOUNT_BANNED = "account-banned"
    ACCOUNT_EXTERNAL = "account-external"
    ADDRESS_LOOKS_ALIKE = "address-looks-alike"
    TWO_FACTOR_DROPPED = "two-factor-dropped"
    ADMIN_DEMOTED = "admin-demoted"
    ACCOUNT_MERGED = "account-merged"
    AVATAR_LOST = "avatar-lost"
    SIZE_MISMATCH = "size-mismatch"
    FILE_TEXT_ONLY = "file-text-only"
    TEXT_NOT_READ = "text-not-read"
    VECTORS_NOT_MADE = "vectors-not-made"
    VECTORS_LEFT = "vectors-left"
    FILE_REFERENCE_LOST = "file-reference-lost"
    TREE_REPAIRED = "tree-repaired"
    PART_NOT_CONVERTED = "part-not-converted"
    TEXT_REPAIRED = "text-repaired"
    DATE_REPAIRED = "date-repaired"
    MESSAGE_ID_REPAIRED = "message-id-repaired"
    COMMAND_CHANGED = "command-changed"
    PRODUCTION_MISSING = "production-missing"
    BASE_MODEL_DEFAULTED = "base-model-defaulted"
    KNOWLEDGE_INCOMPLETE = "knowledge-incomplete"
    KNOWLEDGE_KEPT = "knowledge-kept"
    KNOWLEDGE_LARGE = "knowledge-large"
    VERSIONS_LEFT = "versions-left"
    ASSISTANT_INCOMPLETE = "assistant-incomplete"
    CONNECTION_NEEDED = "connection-needed"
    SETTING_DROPPED = "setting-dropped"
    ACCESS_NARROWED = "access-narrowed"
    ACCESS_WIDENED = "access-widened"
    ACCESS_TAKEN_BACK = "access-taken-back"
    BASE_MODEL_ACCESS = "base-model-access"
    MODEL_NOT_CONNECTED = "model-not-connected"
    SHARED_LINK_MOVED = "shared-link-moved"
    COLLECTION_DAMAGED = "collection-damaged"
    BACKUP_ODDITY = "backup-oddity"
    FOLDER_LEFT_OUT = "folder-left-out"
    LARGE_CHAT = "large-chat"
    ID_TAKEN = "id-taken"
    GONE_FROM_BACKUP = "gone-from-backup"
    USER_UNKNOWN = "user-unknown"
    NAME_CHANGED = "name-changed"
    MEMORIES_LONG = "memories-long"


@record
class Outcome:
    """What became of one source document.

    ``source_id`` is the document's identity as an operator can look it up (its ``_id`` in hex,
    or its place in the file where it has none); ``size`` is in bytes and used for files only.
    """

    collection: str
    source_id: str
    state: State
    target_id: str | None = None
    reason: Reason | None = None
    detail: str | None = None
    size: int = 0

    def __post_init__(self) -> None:
        needs_reason = self.state in {State.SKIPPED, State.FAILED}
        if needs_reason != (self.reason is not None):
            raise ValueError(f"{self.state} and reason {self.reason} do not go together")


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning: its code, and a sentence that names the document it is about."""

    code: WarningCode
    detail: str
