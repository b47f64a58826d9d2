"""The valve for LibreChat's storage: what people paste from an ``.env`` is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator_core.errors import UsageError
from owui_function.choices import settings_of
from owui_function.storage_words import settings_in
from owui_function.valves import Valves


def test_lines_of_librechats_environment_are_settings() -> None:
    text = """
    # where files are
    export AWS_BUCKET_NAME="librechat files"
    AWS_ENDPOINT_URL=https://minio:9000 AWS_FORCE_PATH_STYLE=true
    AWS_REGION=
    MIGRATION_S3_SECRET_ACCESS_KEY='a#b'
    """
    assert settings_in(text) == {
        "s3_bucket": "librechat files",
        "s3_endpoint_url": "https://minio:9000",
        "s3_secret_access_key": "a#b",
    }


@pytest.mark.parametrize("text", ["canary", "CANARY=canary", "AWS_REGION='canary"])
def test_what_is_no_setting_is_told_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="The valve “Storage”") as refused:
        settings_of(Valves(storage=text), Path("/data"), {})
    assert "canary" not in str(refused.value).lower()


def test_the_valve_wins_over_the_environment() -> None:
    environment = {"MIGRATION_S3_BUCKET": "other", "MIGRATION_S3_REGION": "eu-1"}
    settings = settings_of(Valves(storage="AWS_BUCKET_NAME=files"), Path("/data"), environment)
    assert (settings.s3_bucket, settings.s3_region) == ("files", "eu-1")
    with pytest.raises(UsageError, match="The valve “Storage”"):
        settings_of(Valves(storage="AWS_ENDPOINT_URL=minio"), Path("/data"), {})
