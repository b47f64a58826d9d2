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
    names = {extra(field)["env"]: extra(field)["flag"] for field in Settings.model_fields.values()}
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


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dry_run": "perhaps"}, ["--dry-run", "DRY_RUN"]),
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
