"""What Azure's library raises, as sentences: one file or all, the setting, and no secret."""

from __future__ import annotations

import pytest

from migrator_core.librechat.object_stores.azure import meaning_of
from migrator_core.librechat.object_stores.store import ObjectError, StoreUnusableError

PLACE = "the Azure container c"


class ServiceRequestError(Exception):
    """Called as Azure's own."""


class Answered(Exception):  # noqa: N818 - stands for one of Azure's
    """An answer of the storage."""

    def __init__(self, status: int, code: str | None = None) -> None:
        super().__init__("canary")
        self.status_code = status
        self.error_code = code


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Answered(404, "ContainerNotFound"), "MIGRATION_AZURE_CONTAINER"),
        (Answered(400, "InvalidResourceName"), "MIGRATION_AZURE_CONTAINER"),
        (Answered(403, "AuthenticationFailed"), "MIGRATION_AZURE_CONNECTION_STRING"),
        (ServiceRequestError("canary"), "cannot be reached"),
    ],
)
def test_what_concerns_every_file_names_its_setting(error: Exception, words: str) -> None:
    meaning = meaning_of(error, PLACE)
    assert isinstance(meaning, StoreUnusableError)
    assert words in str(meaning)
    assert "canary" not in str(meaning)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Answered(404, "BlobNotFound"), "missing"),
        (Answered(404), "missing"),
        (Answered(403, "AuthorizationPermissionMismatch"), "denied"),
        (Answered(409, "BlobArchived"), "denied"),
        (Answered(503, "ServerBusy"), "failed"),
        (RuntimeError("canary"), "failed"),
    ],
)
def test_what_concerns_one_file_is_told_apart(error: Exception, kind: str) -> None:
    meaning = meaning_of(error, PLACE)
    assert isinstance(meaning, ObjectError)
    assert meaning.kind == kind
    assert "canary" not in str(meaning)
