"""Settings: the names of the contract, and errors that name the flag and the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator_core.errors import UsageError
from migrator_core.settings import Settings, build, extra, from_environment

CONTRACT = {
    "BACKUP_DIR": "--backup",
    "DRY_RUN": "--dry-run",
    "PREFER_IMPORT_PASSWORD": "--prefer-import-password",
    "MIGRATION_DEFAULT_MODEL": "--default-model",
    "MIGRATION_MODEL_MAP": "--model-map",
    "MIGRATION_REPORT_DIR": "--report-dir",
}


def test_the_contract_of_names_and_defaults_holds() -> None:
    names = {
        extra(field)["env"]: extra(field).get("flag") for field in Settings.model_fields.values()
    }
    assert {name: names[name] for name in CONTRACT} == CONTRACT
    settings = Settings()
    assert settings.backup_dir == Path("librechat-backup")
    assert settings.default_model == "gpt-4o"
    assert not settings.dry_run
    assert not settings.prefer_import_password
    assert settings.model_map == {}


def test_the_environment_is_read_and_empty_variables_are_not_set() -> None:
    settings = build(
        from_environment(
            {"BACKUP_DIR": "/backups/a", "DRY_RUN": "true", "MIGRATION_MODEL_MAP": " ", "PATH": "x"}
        )
    )
    assert settings.backup_dir == Path("/backups/a")
    assert settings.dry_run
    assert settings.model_map == {}


def test_a_model_map_is_a_file_or_json(tmp_path: Path) -> None:
    mapping = tmp_path / "map.json"
    mapping.write_text('\ufeff{"anthropic/claude": "my-claude"}', encoding="utf-8")
    expected = {"anthropic/claude": "my-claude"}
    assert build({"model_map": str(mapping)}).model_map == expected
    assert build({"model_map": '{"anthropic/claude": "my-claude"}'}).model_map == expected


def test_what_is_selected_is_named_in_lists_or_a_file(tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text("# pilot\n\n Ada@x.org \r\nben@x.org\n", encoding="utf-8-sig")
    settings = build(
        {"only": "Users, files", "users": ["eve@x.org,ada@x.org", f"@{people}"], "since": ""}
    )
    assert settings.only == ("users", "files")
    assert settings.users == ("eve@x.org", "ada@x.org", "ben@x.org")
    assert settings.since is None
    assert not settings.selection.is_everything
    assert build({}).selection.is_everything


@pytest.mark.parametrize(
    "text", ["2026-03-01", "2026-03-01T00:00", "2026-03-01T00:00Z", "2026-03-01T02:00+02:00"]
)
def test_a_date_is_in_utc_unless_it_says_otherwise(text: str) -> None:
    assert build({"since": text}).selection.since == 1_772_323_200_000


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dry_run": "perhaps"}, ["--dry-run", "DRY_RUN"]),
        ({"only": "users,chats"}, ["--only", "MIGRATION_ONLY", "'chats'", "users, groups, tags"]),
        ({"only": [""]}, ["--only", "names nothing"]),
        ({"users": "ada"}, ["--user", "MIGRATION_USERS", "no e-mail address"]),
        ({"users": [" , "]}, ["--user", "names nothing"]),
        ({"users": "@/nowhere/people.txt"}, ["--user", "/nowhere/people.txt", "cannot be read"]),
        ({"users": "@/dev/null"}, ["names nobody"]),
        ({"since": "yesterday"}, ["--since", "MIGRATION_SINCE", "2026-03-01"]),
        ({"default_model": ""}, ["--default-model", "MIGRATION_DEFAULT_MODEL"]),
        ({"model_map": "/nowhere/map.json"}, ["MIGRATION_MODEL_MAP", "/nowhere/map.json"]),
        ({"model_map": "{broken"}, ["not valid JSON"]),
        ({"model_map": '{"a": 1}'}, ["one JSON object of strings"]),
    ],
)
def test_a_wrong_value_names_its_flag_and_variable(
    values: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(UsageError) as caught:
        build(values)
    for word in words:
        assert word in str(caught.value)


def test_secrets_have_no_flag_and_never_show() -> None:
    environment = {"MIGRATION_S3_SECRET_ACCESS_KEY": "canary", "MIGRATION_S3_BUCKET": " files "}
    settings = build(from_environment(environment))
    assert settings.s3_bucket == "files"
    assert "canary" not in f"{settings!r}{settings.model_dump(mode='json')}"
    assert "flag" not in extra(Settings.model_fields["s3_secret_access_key"])


@pytest.mark.parametrize("address", ["minio:9000", "https://key:canary@minio", "ftp://minio"])
def test_an_endpoint_is_an_address_without_credentials(address: str) -> None:
    with pytest.raises(UsageError, match="--s3-endpoint-url") as refused:
        build({"s3_endpoint_url": address})
    assert "canary" not in str(refused.value)
