"""The valve that says where LibreChat's files are: lines as they stand in its ``.env``."""

from __future__ import annotations

import shlex
from typing import Any, Final

from migrator_core.remote_settings import RemoteFileSettings
from migrator_core.settings import Settings, extra

_LIBRECHATS: Final = {
    "AWS_BUCKET_NAME": "s3_bucket",
    "AWS_ENDPOINT_URL": "s3_endpoint_url",
    "AWS_REGION": "s3_region",
    "AWS_ACCESS_KEY_ID": "s3_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "s3_secret_access_key",
    "AZURE_CONTAINER_NAME": "azure_container",
    "AZURE_STORAGE_CONNECTION_STRING": "azure_connection_string",
}
_WITHOUT_MEANING: Final = frozenset(
    {"AWS_FORCE_PATH_STYLE", "S3_URL_EXPIRY_SECONDS", "AZURE_STORAGE_PUBLIC_ACCESS"}
)


def settings_in(text: str) -> dict[str, Any]:
    """The settings that the words of a valve give, by name, in LibreChat's names or our own.

    Raises:
        ValueError: something in it is no setting; no value is repeated, it may be a secret.
    """
    ours = {
        extra(Settings.model_fields[name])["env"]: name for name in RemoteFileSettings.model_fields
    }
    found: dict[str, Any] = {}
    for word in shlex.split(text, comments=True):
        name, equals, value = word.removeprefix("export ").partition("=")
        if name == "export" or name in _WITHOUT_MEANING:
            continue
        setting = (ours | _LIBRECHATS).get(name)
        if not equals or setting is None:
            known = ", ".join([*_LIBRECHATS, *ours])
            raise ValueError(f"one of its words is no NAME=value with a name among {known}")
        if value:
            found[setting] = value
    return found
