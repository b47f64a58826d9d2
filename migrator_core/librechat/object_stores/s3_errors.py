"""What an error of boto3 means: this object cannot be had, or none can be.

Its own words may hold credentials or signatures, so only codes and names of classes leave here.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from migrator_core.librechat.object_stores.store import SILENCE, ObjectError, StoreUnusableError

Meaning: TypeAlias = ObjectError | StoreUnusableError

KEYS: Final = "MIGRATION_S3_ACCESS_KEY_ID and MIGRATION_S3_SECRET_ACCESS_KEY"

_NO_CREDENTIALS: Final = f"No usable credentials for {{place}} are given: set {KEYS}."
_UNREACHABLE: Final = (
    "{endpoint} cannot be reached ({name}). Check MIGRATION_S3_ENDPOINT_URL and "
    "MIGRATION_S3_REGION, and the network."
)
_NO_BUCKET: Final = "There is no such bucket: {place} (MIGRATION_S3_BUCKET)."
_NO_NAME: Final = "No bucket can have such a name: {place} (MIGRATION_S3_BUCKET)."
_WRONG_KEYS: Final = f"Access to {{place}} is refused: {{why}}. Check {KEYS}."
_ELSEWHERE: Final = "{place} is in another region ({name}). Check MIGRATION_S3_REGION."

_BY_CLASS: Final = {
    **dict.fromkeys(
        (
            "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
            "TokenRetrievalError", "ProfileNotFound",
        ),
        _NO_CREDENTIALS,
    ),
    **dict.fromkeys(
        (
            "EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError",
            "ConnectionClosedError", "InvalidProxiesConfigError",
        ),
        _UNREACHABLE,
    ),
    "ParamValidationError": _NO_NAME,
}  # fmt: skip
_BY_CODE: Final = {
    "NoSuchBucket": _NO_BUCKET,
    "InvalidBucketName": _NO_NAME,
    **dict.fromkeys(
        ("AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraint", "301"),
        _ELSEWHERE,
    ),
}
_WRONG: Final = {
    "InvalidAccessKeyId": "the access key is unknown",
    "SignatureDoesNotMatch": "the secret is not that of the access key",
    "InvalidToken": "the session token is wrong",
    "ExpiredToken": "the credentials have expired",
    "TokenRefreshRequired": "the credentials have expired",
    "AccountProblem": "something is wrong with the account",
}
_MISSING: Final = frozenset({"NoSuchKey", "NotFound", "404"})
_DENIED: Final = frozenset({"AccessDenied", "403", "Forbidden", "AllAccessDisabled"})


def meaning_of(error: Exception, place: str, endpoint: str) -> Meaning:
    """What it is about; ``endpoint`` may be empty."""
    if isinstance(error, ObjectError | StoreUnusableError):
        return error
    name = type(error).__name__
    words = {"place": place, "endpoint": endpoint or "Amazon S3", "name": name}
    for each in type(error).__mro__:
        if each.__name__ in _BY_CLASS:
            return StoreUnusableError(_BY_CLASS[each.__name__].format(**words))
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        code = str(response.get("Error", {}).get("Code", ""))
        return _of_code(code, words | {"name": code, "why": _WRONG.get(code, "")})
    if name == "ReadTimeoutError":
        return ObjectError("failed", f"there was no answer for {SILENCE} seconds")
    return ObjectError("failed", f"the storage could not be asked ({name})")


def of_one(error: Exception, place: str, endpoint: str) -> Meaning:
    """The same where one object was asked for, of a storage that answered before.

    A signature that is wrong for one name alone is a proxy's doing, which rewrites such names.
    """
    response: Any = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    if code == "SignatureDoesNotMatch":
        return ObjectError("denied", f"{place} does not take the signature for its name")
    return meaning_of(error, place, endpoint)


def _of_code(code: str, words: dict[str, str]) -> Meaning:
    if code in _BY_CODE or code in _WRONG:
        return StoreUnusableError(_BY_CODE.get(code, _WRONG_KEYS).format(**words))
    if code in _MISSING:
        return ObjectError("missing", f"it is not in {words['place']}")
    if code in _DENIED:
        return ObjectError("denied", f"{words['place']} does not let it be read")
    if code == "InvalidObjectState":
        return ObjectError("denied", "it is archived (Glacier) and has to be restored first")
    return ObjectError("failed", f"the storage answered {code or 'with an error'}")
