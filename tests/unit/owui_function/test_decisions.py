"""Before a run it is said what will be done where somebody could decide, and who decided."""

from __future__ import annotations

from pathlib import Path

from owui_function.choices import settings_of
from owui_function.decisions import decisions
from owui_function.valves import Valves

ENVIRONMENT = {
    "PREFER_IMPORT_PASSWORD": "true",
    "MIGRATION_EXISTING_ACCOUNTS": "skip",
    "MIGRATION_EDITORS": "write",
    "MIGRATION_TENANT": "north",
    "MIGRATION_DEFAULT_MODEL": "theirs",
    "MIGRATION_MODEL_MAP": '{"a": "b", "c": "d"}',
    "MIGRATION_INCLUDE_TEMPORARY": " ",
}


def _said(valves: Valves, environment: dict[str, str]) -> list[str]:
    settings = settings_of(valves, Path("/data"), environment)
    made = decisions(valves, settings, environment)
    return [f"{each.how} ({each.because})" for each in made]


def test_nobody_decided() -> None:
    assert _said(Valves(), {}) == [
        "kept (nobody said otherwise)",
        "receive what the person had (nobody said otherwise)",
        "read (nobody said otherwise)",
        "gpt-4o (nobody said otherwise)",
        "none (nobody said otherwise)",
        "left out (nobody said otherwise)",
    ]


def test_the_environment_decided() -> None:
    assert _said(Valves(), ENVIRONMENT) == [
        "replaced by LibreChat's (PREFER_IMPORT_PASSWORD in the environment)",
        "receive nothing (MIGRATION_EXISTING_ACCOUNTS in the environment)",
        "write, delete and share (MIGRATION_EDITORS in the environment)",
        "north (MIGRATION_TENANT in the environment)",
        "theirs (MIGRATION_DEFAULT_MODEL in the environment)",
        "a → b, c → d (MIGRATION_MODEL_MAP in the environment)",
        "left out (nobody said otherwise)",
    ]


def test_the_valves_decided() -> None:
    valves = Valves(
        existing_accounts="Keep the password in Open WebUI",
        people_here_already="Give them their chats and files",
        editors="Let them read",
        tenant="south",
        default_model="mine",
        model_map="{}",
        temporary_chats="Migrate them, too",
    )
    assert _said(valves, ENVIRONMENT) == [
        "kept (the valve says so)",
        "receive what the person had (the valve says so)",
        "read (the valve says so)",
        "south (the valve says so)",
        "mine (the valve says so)",
        "none (the valve says so)",
        "migrated, too (the valve says so)",
    ]


def test_what_is_left_out_is_said() -> None:
    people = ", ".join(f"p{n}@x.org" for n in range(5))
    valves = Valves(only="conversations, users", people=people, since="2026-03-01")
    assert _said(valves, {"MIGRATION_ONLY": "files"})[-3:] == [
        "users, conversations (the valve says so)",
        "p0@x.org, p1@x.org, p2@x.org and 2 more (the valve says so)",
        "before 2026-03-01 00:00 UTC (the valve says so)",
    ]
    assert _said(Valves(), {"MIGRATION_SINCE": "2026-03-01T10:00+01:00"})[-1:] == [
        "before 2026-03-01 10:00 UTC+01:00 (MIGRATION_SINCE in the environment)"
    ]


def test_a_long_model_map_leaves_room_for_the_buttons() -> None:
    pairs = ", ".join(f'"old-{n}": "new-{n}"' for n in range(1_000))
    said = _said(Valves(model_map=f"{{{pairs}}}"), {})[4]
    assert said.startswith("old-0 → new-0, old-1 → new-1, old-2 → new-2 and 997 more")
