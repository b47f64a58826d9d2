from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator_core.errors import CannotStartError, UsageError
from migrator_core.runs.directories import prepared_directory
from owui_function.choices import of_the_report, reports_of, settings_of
from owui_function.valves import Valves

DATA = Path("/data")


def _valves(**values: Any) -> Valves:
    return Valves.model_validate(values)


def test_the_page_shows_a_description_and_a_select_for_every_choice() -> None:
    properties = Valves.model_json_schema()["properties"]
    assert all(len(field["description"]) > 40 for field in properties.values())
    assert {name for name, field in properties.items() if field.get("enum")} == {
        "documents",
        "base_models",
        "editors",
        "existing_accounts",
        "people_from_elsewhere",
        "people_here_already",
        "temporary_chats",
    }
    for field in properties.values():
        assert field["type"] == "string"
        assert field["default"] in field.get("enum", [field["default"]])


def test_without_touching_any_the_settings_are_the_tools_own() -> None:
    settings = settings_of(Valves(), DATA, {})
    assert settings.backup_dir == DATA / "librechat-backup"
    assert settings.default_model == "gpt-4o"
    assert settings.model_map == {}
    assert not settings.prefer_import_password
    assert not settings.include_temporary
    assert not settings.dry_run
    assert reports_of(Valves(), DATA) == DATA / "librechat-migration"


def test_a_valve_can_say_no_to_the_environment() -> None:
    valves = _valves(
        existing_accounts="Keep the password in Open WebUI", temporary_chats="Leave them out"
    )
    settings = settings_of(valves, DATA, ENVIRONMENT)
    assert not settings.prefer_import_password
    assert not settings.include_temporary


def test_a_model_that_is_the_default_can_be_meant() -> None:
    settings = settings_of(_valves(default_model="gpt-4o"), DATA, ENVIRONMENT)
    assert settings.default_model == "gpt-4o"


def test_what_an_earlier_version_stored_still_loads() -> None:
    stored = {
        "backup_path": "", "existing_accounts": "Keep the password in Open WebUI",
        "default_model": "gpt-4o", "model_map": "", "temporary_chats": "Leave them out",
        "report_path": "",
    }  # fmt: skip
    assert settings_of(Valves(**stored), DATA, {}) == settings_of(Valves(), DATA, {})


ENVIRONMENT = {
    "BACKUP_DIR": "/environment",
    "PREFER_IMPORT_PASSWORD": "true",
    "MIGRATION_DEFAULT_MODEL": "of-environment",
    "MIGRATION_MODEL_MAP": '{"a": "environment"}',
    "MIGRATION_INCLUDE_TEMPORARY": "true",
}


def test_the_environment_counts_where_no_valve_was_touched() -> None:
    settings = settings_of(Valves(), DATA, ENVIRONMENT)
    assert settings.backup_dir == Path("/environment")
    assert settings.prefer_import_password
    assert settings.default_model == "of-environment"
    assert settings.model_map == {"a": "environment"}
    assert settings.include_temporary


def test_a_valve_wins_over_the_environment() -> None:
    valves = _valves(
        backup_path=" /valve ",
        existing_accounts="Use the password from LibreChat",
        default_model=" mine ",
        model_map='{"a": "valve"}',
        temporary_chats="Migrate them, too",
    )
    environment = ENVIRONMENT | {
        "PREFER_IMPORT_PASSWORD": "false",
        "MIGRATION_INCLUDE_TEMPORARY": "false",
    }
    settings = settings_of(valves, DATA, environment)
    assert settings.backup_dir == Path("/valve")
    assert settings.default_model == "mine"
    assert settings.model_map == {"a": "valve"}
    assert settings.prefer_import_password
    assert settings.include_temporary


@pytest.mark.parametrize(
    ("valve", "variable", "place"),
    [
        ("backups/monday", "", DATA / "backups/monday"),
        ("", "backups", DATA / "backups"),
        ("/elsewhere", "backups", Path("/elsewhere")),
        ("   ", "  ", DATA / "librechat-backup"),
    ],
)
def test_a_relative_path_counts_from_the_data_directory(
    valve: str, variable: str, place: Path
) -> None:
    assert (
        settings_of(_valves(backup_path=valve), DATA, {"BACKUP_DIR": variable}).backup_dir == place
    )
    assert reports_of(_valves(report_path=" r "), DATA) == DATA / "r"
    assert reports_of(_valves(report_path="/r"), DATA) == Path("/r")


def test_what_is_said_decides_whether_it_writes_and_where_reports_go() -> None:
    environment = {
        "DRY_RUN": "true",
        "MIGRATION_REPORT_DIR": "/r",
        "MIGRATION_FAIL_ON_WARNINGS": "true",
    }
    settings = settings_of(Valves(), DATA, environment)
    assert (settings.dry_run, settings.report_dir, settings.fail_on_warnings) == (
        False,
        None,
        False,
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"backup_path": "/data/\0x"}, "Backup path"),
        ({"model_map": "{"}, "Model map"),
        ({"model_map": '{"a": 1}'}, "Model map"),
        ({"model_map": '["a"]'}, "Model map"),
        ({"model_map": "{}{}"}, "Model map"),
        ({"model_map": "no/such/file.json"}, "Model map"),
        ({"model_map": "a\0b"}, "Model map"),
        ({"model_map": "x" * 5000}, "Model map"),
        ({"model_map": '{"a":' * 200_000}, "Model map"),
        ({"model_map": '{"a": "b\\u0000"}'}, "Model map"),
        ({"default_model": "a\0b"}, "Default model"),
        ({"backup_path": "/data/\ud800"}, "Backup path"),
        ({"only": "users,chats"}, "Only"),
        ({"people": "somebody"}, "People"),
        ({"people": "@no/such/file"}, "People"),
        ({"since": "yesterday"}, "Since"),
        ({"existing_accounts": "Ask them"}, "Existing accounts"),
        ({"temporary_chats": "x" * 5000}, "Temporary chats"),
    ],
)
def test_a_wrong_value_names_its_valve(values: dict[str, str], words: str) -> None:
    valves = _valves(**values)  # not refused here: Open WebUI would drop the whole Function
    with pytest.raises(UsageError) as error:
        settings_of(valves, DATA, {})
    assert f"The valve “{words}”" in str(error.value)
    assert "--" not in str(error.value)


@pytest.mark.parametrize("value", ["/r/\0x", "\0", "r/\ud800"])
def test_an_impossible_place_for_reports_names_its_valve(value: str) -> None:
    with pytest.raises(UsageError, match="The valve “Report path”"):
        reports_of(_valves(report_path=value), DATA)


def test_a_place_that_takes_no_reports_is_named_as_the_page_names_it(tmp_path: Path) -> None:
    place = reports_of(_valves(report_path="x" * 300), tmp_path)
    with pytest.raises(CannotStartError) as error:
        prepared_directory(place)
    assert of_the_report(str(error.value)).endswith("directory in the valve “Report path”.")


def test_a_choice_of_another_version_does_not_drop_the_function() -> None:
    valves = _valves(existing_accounts="Ask them", backup_path=3)
    with pytest.raises(UsageError, match="no choice “Ask them”") as error:
        settings_of(valves, DATA, {"PREFER_IMPORT_PASSWORD": "true"})
    assert "“Keep the password in Open WebUI”" in str(error.value)


def test_a_wrong_variable_is_named_as_such() -> None:
    with pytest.raises(UsageError, match="PREFER_IMPORT_PASSWORD") as error:
        settings_of(Valves(), DATA, {"PREFER_IMPORT_PASSWORD": "perhaps"})
    assert "The valve" not in str(error.value)


def test_what_was_stored_by_the_page_is_taken_back() -> None:
    stored = json.loads(Valves().model_dump_json())
    assert Valves(**stored) == Valves()
