"""The command line's words, statuses and logs."""

from __future__ import annotations

import pytest

from migrator_core.cli import main
from migrator_core.cli.arguments import build_parser, settings_from
from migrator_core.cli.display import SHOWN_PER_WARNING, WarningFilter, progress_line
from migrator_core.cli.exits import ExitStatus, exit_status
from migrator_core.cli.masking import mask
from migrator_core.errors import AbortedError, CannotStartError, UsageError
from migrator_core.progress import Event, EventKind, Progress

VERBS = ("run", "check", "verify", "undo", "runs", "report", "install-function", "demo")


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run", "--no-such"], ["run", "extra"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: librechat-migrate" in capsys.readouterr().err


def test_verbs_are_offered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    words = capsys.readouterr().out
    for verb in VERBS:
        assert f"\n    {verb}" in words


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_says_what_it_does_and_how_it_can_end(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    words = capsys.readouterr().out
    assert f"usage: librechat-migrate {verb}" in words
    for status in ExitStatus:
        assert f"\n  {status:<3} " in words


def test_a_bad_setting_is_wrong_usage_and_names_its_flag(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["run", "--model-map", "/nowhere"]) == ExitStatus.USAGE
    assert "--model-map (MIGRATION_MODEL_MAP)" in capsys.readouterr().err


def test_a_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRY_RUN", "true")
    monkeypatch.setenv("MIGRATION_DEFAULT_MODEL", "from-environment")
    parser = build_parser()
    assert settings_from(parser.parse_args(["run"])).dry_run
    given = settings_from(parser.parse_args(["run", "--no-dry-run", "--default-model", "flag"]))
    assert not given.dry_run
    assert given.default_model == "flag"


def test_each_kind_of_error_has_its_status() -> None:
    assert exit_status(UsageError("x")) == 2
    assert exit_status(CannotStartError("x")) == 10
    assert exit_status(AbortedError("x")) == 30


def test_logs_mask_addresses() -> None:
    assert mask("Account alice@example.com, <bob@b.example>.") == (
        "Account a***@example.com, <b***@b.example>."
    )


def test_the_log_shows_the_first_warnings_of_a_kind() -> None:
    warnings = WarningFilter()
    event = Event(EventKind.WARNING, "Account a@b.example", "avatar-lost")
    lines = [warnings.line(event) for _ in range(SHOWN_PER_WARNING + 5)]
    assert lines[0] == "Account a***@b.example"
    assert "further ones" in (lines[SHOWN_PER_WARNING - 1] or "")
    assert lines[SHOWN_PER_WARNING:] == [None] * 5


def test_a_progress_line_says_how_far_and_how_long() -> None:
    now = 0.0
    progress = Progress(phase_count=8, clock=lambda: now)
    progress.start("conversations", 10_000)
    now = 10.0
    progress.advance(2_500)
    assert progress_line(progress.snapshot()) == (
        "[1/8] conversations: 2,500 of 10,000 done, 250/s, about 30 s left, 0 warnings"
    )
