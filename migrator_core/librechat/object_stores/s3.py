"""Amazon S3 and what speaks like it, through boto3, which Open WebUI ships."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from migrator_core.librechat.object_stores.s3_errors import KEYS, Meaning, meaning_of, of_one
from migrator_core.librechat.object_stores.store import (
    AT_ONCE,
    ATTEMPTS,
    CHUNK,
    CONNECTING,
    SILENCE,
    ObjectError,
    Opened,
    StoreUnusableError,
    try_some,
)
from migrator_core.remote_settings import RemoteFileSettings, told


class S3Store:
    """One bucket; see :class:`~migrator_core.librechat.object_stores.store.ObjectStore`."""

    def __init__(
        self, settings: RemoteFileSettings, environment: Mapping[str, str] = os.environ
    ) -> None:
        """Make a client; nothing is asked yet.

        Raises:
            StoreUnusableError: boto3 is missing, or the settings make no client.
        """
        self._bucket = settings.s3_bucket
        self._endpoint = (
            settings.s3_endpoint_url
            or environment.get("AWS_ENDPOINT_URL_S3", "")
            or environment.get("AWS_ENDPOINT_URL", "")
        )
        at = f" at {self._endpoint}" if self._endpoint else ""
        self.place = f"the S3 bucket {self._bucket}{at}"
        self._client = self._made_of(settings, environment)

    def _made_of(self, settings: RemoteFileSettings, environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - boto3 has no types
        try:
            boto3 = importlib.import_module("boto3")
            config = importlib.import_module("botocore.config")
        except ImportError as error:
            raise StoreUnusableError(
                "Fetching files from S3 (MIGRATION_S3_BUCKET) needs the Python package boto3, "
                "which is missing here. Open WebUI's images bring it; elsewhere: pip install boto3."
            ) from error
        by_path = bool(self._endpoint) and not settings.s3_virtual_host
        try:
            return boto3.session.Session().client(
                "s3",
                endpoint_url=self._endpoint or None,
                region_name=settings.s3_region or environment.get("AWS_REGION") or "us-east-1",
                aws_access_key_id=told(settings.s3_access_key_id),
                aws_secret_access_key=told(settings.s3_secret_access_key),
                config=config.Config(
                    connect_timeout=CONNECTING,
                    read_timeout=SILENCE,
                    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                    max_pool_connections=AT_ONCE + 2,
                    s3={"addressing_style": "path" if by_path else "auto"},
                    # Not every S3 knows the newer checksums.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
        except ValueError as error:
            raise StoreUnusableError(
                f"{self._endpoint} is no address (MIGRATION_S3_ENDPOINT_URL)."
            ) from error
        except Exception as error:
            raise self._none_at_all(self._meaning(error)) from error

    def look(self, samples: Sequence[str]) -> None:
        """See :class:`.ObjectStore`. Whoever may not list a bucket may still read its objects."""
        try:
            self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=1)
        except Exception as error:
            meaning = self._meaning(error)
            if not isinstance(meaning, ObjectError) or meaning.kind != "denied":
                raise self._none_at_all(meaning) from error
            try_some(self, samples, f"{KEYS} need the right s3:GetObject.")

    def size(self, key: str) -> int:
        """See :class:`.ObjectStore`."""
        try:
            return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])
        except Exception as error:
            raise of_one(error, self.place, self._endpoint) from error

    @contextmanager
    def open(self, key: str) -> Iterator[Opened]:
        """See :class:`.ObjectStore`."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except Exception as error:
            raise of_one(error, self.place, self._endpoint) from error
        with closing(answer["Body"]) as body:
            yield Opened(int(answer["ContentLength"]), self._read(body))

    def _read(self, body: Any) -> Iterator[bytes]:  # noqa: ANN401 - boto3 has no types
        try:
            yield from body.iter_chunks(CHUNK)
        except Exception as error:
            raise ObjectError("failed", f"reading it broke off: {type(error).__name__}") from error

    def _none_at_all(self, meaning: Meaning) -> StoreUnusableError:
        if isinstance(meaning, StoreUnusableError):
            return meaning
        return StoreUnusableError(
            f"{self.place[0].upper()}{self.place[1:]} cannot be used (MIGRATION_S3_BUCKET, "
            f"MIGRATION_S3_ENDPOINT_URL): {meaning}."
        )

    def _meaning(self, error: Exception) -> Meaning:
        return meaning_of(error, self.place, self._endpoint)
