"""Which storages there are: those that the settings name, and none by a record's own word."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from migrator_core.errors import CannotStartError
from migrator_core.librechat import BlobError, ObjectStores, kind_of_source
from migrator_core.settings import Settings, build

ADA = "64ca1db05f9d88c1aa1a2b01"
S3 = {
    "s3_bucket": "files",
    "s3_endpoint_url": "http://127.0.0.1:9",
    "s3_access_key_id": "canary-id",
    "s3_secret_access_key": "canary-secret",
}


def test_without_settings_nothing_is_fetched(tmp_path: Path) -> None:
    with ObjectStores.of(Settings(), tmp_path) as stores:
        assert stores.find("s3", f"images/{ADA}/a.png", None, ADA) is None
        assert stores.picture(f"https://h/images/{ADA}/a.png", ADA, 9) is None
        assert stores.look({}) == []
    assert list(tmp_path.iterdir()) == []


def test_the_operators_bucket_is_asked_whatever_a_record_says(tmp_path: Path) -> None:
    with ObjectStores.of(build(S3), tmp_path) as stores:
        blob = stores.find("S3 ", f"https://evil.example/x/images/{ADA}/a.png", None, ADA)
        assert blob is not None
        assert blob.keys == (f"images/{ADA}/a.png",)
        assert blob.store is stores.stores["s3"]
        assert blob.limits.size == 1024 * 1024 * 1024
        assert stores.find("azure_blob", f"images/{ADA}/a.png", None, ADA) is None
        with pytest.raises(BlobError):
            stores.find("cloudfront", f"images/{ADA[:-1]}2/a.png", None, ADA)


@pytest.mark.parametrize("source", ["local", "openai", "vectordb", "", None, "execute_code"])
def test_other_sources_are_in_no_storage(source: str | None) -> None:
    assert kind_of_source(source) is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (S3, "pip install boto3"),
        (
            {"azure_container": "c", "azure_connection_string": "canary"},
            "pip install azure-storage-blob",
        ),
    ],
)
def test_a_missing_package_is_named(
    values: dict[str, str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with (
        pytest.raises(CannotStartError, match=words) as error,
        ObjectStores.of(build(values), tmp_path),
    ):
        pass
    assert "canary" not in str(error.value)


def test_a_place_that_nobody_answers_at_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrator_core.librechat.object_stores.s3.ATTEMPTS", 1)
    with ObjectStores.of(build(S3), tmp_path) as stores:
        (problem,) = stores.look({"s3": [f"images/{ADA}/a.png"]})
    assert "MIGRATION_S3_ENDPOINT_URL" in problem
    assert "canary" not in problem
