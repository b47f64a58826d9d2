"""The settings that say where files are whose bytes LibreChat kept in somebody's cloud.

Part of :class:`~migrator_core.settings.Settings`. Buckets, endpoints and credentials come from the
operator alone: what a backup says is a name inside a bucket, never a place. Secrets have no flag,
because whoever may list processes would read them, and never show in a dump of the settings.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


def told(secret: SecretStr | None) -> str | None:
    """A secret as it is; None where there is none."""
    return None if secret is None else secret.get_secret_value() or None


class RemoteFileSettings(BaseModel):
    """Where files of LibreChat are fetched from. Without a bucket or container nothing is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    s3_bucket: str = Field(
        default="",
        description=(
            "The bucket that LibreChat kept files in (its AWS_BUCKET_NAME), to fetch them from. "
            "Also where CloudFront delivers them."
        ),
        json_schema_extra={
            "env": "MIGRATION_S3_BUCKET",
            "flag": "--s3-bucket",
            "metavar": "NAME",
        },
    )
    s3_endpoint_url: str = Field(
        default="",
        description="The address of an S3 that is not Amazon's (MinIO, R2, Ceph …).",
        json_schema_extra={
            "env": "MIGRATION_S3_ENDPOINT_URL",
            "flag": "--s3-endpoint-url",
            "metavar": "URL",
        },
    )
    s3_region: str = Field(
        default="",
        description="The bucket's region. Empty: AWS_REGION, else us-east-1.",
        json_schema_extra={
            "env": "MIGRATION_S3_REGION",
            "flag": "--s3-region",
            "metavar": "REGION",
        },
    )
    s3_virtual_host: bool = Field(
        default=False,
        description="With an endpoint, put the bucket's name into the host's, not into the path.",
        json_schema_extra={
            "env": "MIGRATION_S3_VIRTUAL_HOST",
            "flag": "--s3-virtual-host",
        },
    )
    s3_access_key_id: SecretStr | None = Field(
        default=None,
        description=(
            "An access key that may read the bucket. Empty: what boto3 finds (AWS_ACCESS_KEY_ID, a "
            "profile, the role of the pod or machine)."
        ),
        json_schema_extra={"env": "MIGRATION_S3_ACCESS_KEY_ID"},
    )
    s3_secret_access_key: SecretStr | None = Field(
        default=None,
        description="The secret of that access key.",
        json_schema_extra={"env": "MIGRATION_S3_SECRET_ACCESS_KEY"},
    )
    azure_container: str = Field(
        default="",
        description=(
            "The container of Azure Blob Storage that LibreChat kept files in (its "
            "AZURE_CONTAINER_NAME), to fetch them from."
        ),
        json_schema_extra={
            "env": "MIGRATION_AZURE_CONTAINER",
            "flag": "--azure-container",
            "metavar": "NAME",
        },
    )
    azure_connection_string: SecretStr | None = Field(
        default=None,
        description=(
            "The connection string of its account. Empty: AZURE_STORAGE_CONNECTION_STRING."
        ),
        json_schema_extra={"env": "MIGRATION_AZURE_CONNECTION_STRING"},
    )
    remote_max_mb: int = Field(
        default=1024,
        ge=1,
        description="Megabytes that a file may have that is fetched; a larger one is left out.",
        json_schema_extra={
            "env": "MIGRATION_REMOTE_MAX_MB",
            "flag": "--remote-max-mb",
            "metavar": "N",
        },
    )
    remote_timeout: int = Field(
        default=300,
        ge=1,
        description="Seconds that fetching one file may take.",
        json_schema_extra={
            "env": "MIGRATION_REMOTE_TIMEOUT",
            "flag": "--remote-timeout",
            "metavar": "SECONDS",
        },
    )

    @field_validator("s3_bucket", "s3_region", "azure_container")
    @classmethod
    def _stripped(cls, value: str) -> str:
        return value.strip()

    @field_validator("s3_endpoint_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        address = value.strip()
        if address and not address.lower().startswith(("http://", "https://")):
            raise ValueError("begins with neither https:// nor http://")
        if "@" in address.partition("://")[2].partition("/")[0]:
            raise ValueError("must not hold credentials; give those as the access key")
        return address
