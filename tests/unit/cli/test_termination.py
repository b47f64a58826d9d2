"""What a Job leaves for Kubernetes to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator_core.cli import main
from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.termination import VARIABLE, leave_word


def test_an_error_is_left_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "termination-log"
    monkeypatch.setenv(VARIABLE, str(log))
    assert main(["run", "--model-map", "/nowhere"]) == ExitStatus.USAGE
    (line,) = log.read_text(encoding="utf-8").splitlines()
    assert f"librechat-migrate: {line}\n" in capsys.readouterr().err


def test_lines_are_joined_and_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "termination-log"
    monkeypatch.setenv(VARIABLE, str(log))
    leave_word("two backups:\n  a\n  b")
    leave_word("ü" * 5000)
    first, second = log.read_text(encoding="utf-8").splitlines()
    assert first == "two backups: a b"
    assert set(second) == {"ü"}
    assert log.stat().st_size < 4096, "Kubernetes cuts there"


def test_nothing_in_it_acts_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "termination-log"
    monkeypatch.setenv(VARIABLE, str(log))
    leave_word("no backup: \x1b]0;title\x07 exe.\u202egpj \ud800")
    assert log.read_text(encoding="utf-8") == (
        "no backup: \\x1b]0;title\\x07 exe.\\u202egpj \\ud800\n"
    )


@pytest.mark.parametrize("name", ["", "/no/such/directory/file"])
def test_nothing_depends_on_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, name)
    leave_word("finished")
