"""What boto3 raises, as sentences: one file or all, the setting to look at, and no secret."""

from __future__ import annotations

import pytest
from botocore import exceptions  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from migrator_core.librechat.object_stores.s3_errors import meaning_of, of_one
from migrator_core.librechat.object_stores.store import ObjectError, StoreUnusableError

PLACE = "the S3 bucket b"


def answered(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "canary"}}, "GetObject")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (answered("NoSuchBucket"), "MIGRATION_S3_BUCKET"),
        (answered("InvalidAccessKeyId"), "MIGRATION_S3_ACCESS_KEY_ID"),
        (answered("SignatureDoesNotMatch"), "MIGRATION_S3_SECRET_ACCESS_KEY"),
        (answered("ExpiredToken"), "expired"),
        (answered("PermanentRedirect"), "MIGRATION_S3_REGION"),
        (exceptions.NoCredentialsError(), "MIGRATION_S3_ACCESS_KEY_ID"),
        (exceptions.EndpointConnectionError(endpoint_url="canary"), "MIGRATION_S3_ENDPOINT_URL"),
        (exceptions.ConnectTimeoutError(endpoint_url="canary"), "MIGRATION_S3_ENDPOINT_URL"),
        (exceptions.SSLError(endpoint_url="canary", error="canary"), "MIGRATION_S3_ENDPOINT_URL"),
        (exceptions.ParamValidationError(report="canary"), "MIGRATION_S3_BUCKET"),
    ],
)
def test_what_concerns_every_file_names_its_setting(error: Exception, words: str) -> None:
    meaning = meaning_of(error, PLACE, "")
    assert isinstance(meaning, StoreUnusableError)
    assert words in str(meaning)
    assert "canary" not in str(meaning)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (answered("NoSuchKey"), "missing"),
        (answered("404"), "missing"),
        (answered("AccessDenied"), "denied"),
        (answered("403"), "denied"),
        (answered("InvalidObjectState"), "denied"),
        (answered("SlowDown"), "failed"),
        (exceptions.ReadTimeoutError(endpoint_url="canary"), "failed"),
        (RuntimeError("canary"), "failed"),
    ],
)
def test_what_concerns_one_file_is_told_apart(error: Exception, kind: str) -> None:
    meaning = meaning_of(error, PLACE, "")
    assert isinstance(meaning, ObjectError)
    assert meaning.kind == kind
    assert "canary" not in str(meaning)


def test_a_signature_that_is_wrong_for_one_name_concerns_one_file() -> None:
    meaning = of_one(answered("SignatureDoesNotMatch"), PLACE, "")
    assert isinstance(meaning, ObjectError)
    assert meaning.kind == "denied"
    assert isinstance(of_one(answered("NoSuchBucket"), PLACE, ""), StoreUnusableError)
