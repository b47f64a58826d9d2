"""``demo``: a throw-away Open WebUI, filled from the sample that comes with this package."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.output import say
from migrator_core.errors import CannotStartError, UsageError

MARKER = ".librechat-migrate-demo"
"""Marks a directory as ours: nothing else may ever be deleted to make room for a demo."""

ADMIN = {"name": "Demo Admin", "email": "admin@demo.example", "password": "demo-admin"}

_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TERM", "VIRTUAL_ENV", "SYSTEMROOT")


def demo(directory: Path, *, serve: bool, port: int) -> ExitStatus:
    """Make the demo, or serve one that was made.

    Raises:
        UsageError: the directory holds something else, or there is no demo to serve.
        CannotStartError: Open WebUI is not installed here, or could not be set up.
    """
    if serve:
        _serve(directory, port)
    _make_room(directory)
    environment = _environment(directory)
    say("Setting up Open WebUI on SQLite …")
    new_instance = ["-m", "migrator_core.openwebui.new_instance", json.dumps(ADMIN)]
    _call(new_instance, environment, quiet=True)
    say("Migrating the sample backup …")
    sample = _sample()
    backup = next(sample.glob("librechat-backup-*"))
    report = directory / "report"
    _call(
        ["-m", "migrator_core", "run", "--backup", str(backup), "--report-dir", str(report)],
        environment,
    )
    _explain(directory, sample)
    return ExitStatus.FINISHED


def _sample() -> Path:
    return Path(str(resources.files("migrator_core") / "sample"))


def _make_room(directory: Path) -> None:
    if directory.exists() and any(directory.iterdir()):
        if not (directory / MARKER).is_file():
            raise UsageError(
                f"{directory} is not empty and not a demo of this tool. "
                "Name another directory with --dir, or empty this one yourself."
            )
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARKER).write_text("This directory may be deleted at any time.\n")
    (directory / "secret-key").write_text(secrets.token_hex(24))


def _environment(directory: Path) -> dict[str, str]:
    """A clean environment: settings of a real deployment must never reach the demo."""
    data = directory.resolve() / "data"
    data.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'webui.db'}",
        "WEBUI_SECRET_KEY": (directory / "secret-key").read_text(),
        "FROM_INIT_PY": "true",
        "USE_SLIM_DOCKER": "true",
        "OFFLINE_MODE": "true",
        "ENABLE_OLLAMA_API": "false",
        "ENABLE_OPENAI_API": "false",
        "ANONYMIZED_TELEMETRY": "false",
        "DO_NOT_TRACK": "true",
    }


def _call(arguments: list[str], environment: dict[str, str], *, quiet: bool = False) -> None:
    """Run a step; a quiet one (a hundred lines of schema changes) speaks only when it fails."""
    finished = subprocess.run(  # noqa: S603 - our own modules, in our own interpreter
        [sys.executable, *arguments],
        env=environment,
        check=False,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
    )
    if finished.returncode not in {ExitStatus.FINISHED, ExitStatus.WARNINGS}:
        if quiet:
            say(finished.stdout.decode("utf-8", "replace"))
        raise CannotStartError(
            f"the demo could not be made: {' '.join(arguments[:2])} ended with exit status "
            f"{finished.returncode}. What it printed above says why."
        )


def _explain(directory: Path, sample: Path) -> None:
    accounts = [ADMIN, *json.loads((sample / "accounts.json").read_text(encoding="utf-8"))]
    width = max(len(account["email"]) for account in accounts)
    say("")
    say(f"The demo is ready in {directory}/.")
    say(f"Start it:  make demo-serve   (or: librechat-migrate demo --dir {directory} --serve)")
    say("Open:      http://127.0.0.1:8080")
    say(f"Report:    {directory / 'report' / 'report.html'}")
    say("Sign in with one of these:")
    for account in accounts:
        say(f"  {account['email']:{width}}  {account['password']:24}  {account['name']}")


def _serve(directory: Path, port: int) -> None:
    if not (directory / MARKER).is_file():
        raise UsageError(f"There is no demo in {directory}. Make one first: make demo")
    say(f"Open http://127.0.0.1:{port} when Open WebUI has started (about ten seconds).")
    say("Stop it with Ctrl+C.")
    command = ["-m", "uvicorn", "open_webui.main:app", "--host", "127.0.0.1", "--port", str(port)]
    os.execve(  # noqa: S606 - replaces this process, so that Ctrl+C reaches the server
        sys.executable, [sys.executable, *command], _environment(directory)
    )
