"""The supported versions of Open WebUI, each in a virtual environment of its own."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CURRENT = "0.12.4"
OLDER = ("0.11.4", "0.10.2")

# Everything else of the caller's environment stays out, so that a developer's own DATABASE_URL
# or proxy never reaches a test.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Deployment:
    """One Open WebUI: its version, its data directory and its database.

    ``variables`` is the environment that both the server and the migration get.
    """

    version: str
    home: Path
    database_url: str
    secret_key: str

    @property
    def python(self) -> Path:
        """The interpreter that has this version installed."""
        venv = ROOT / ".venv" if self.version == CURRENT else ROOT / ".venvs" / self.version
        python = venv / "bin" / "python"
        if not python.exists():
            pytest.fail(f"{venv} does not exist: run the tests with `make test`, which makes it")
        return python

    @property
    def data(self) -> Path:
        """Open WebUI's DATA_DIR."""
        return self.home / "data"

    @property
    def variables(self) -> dict[str, str]:
        """The deployment's whole environment."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | {
            "DATA_DIR": str(self.data),
            "DATABASE_URL": self.database_url,
            "WEBUI_SECRET_KEY": self.secret_key,
            "PYTHONPATH": str(ROOT),
            "FROM_INIT_PY": "true",
            "USE_SLIM_DOCKER": "true",
            "RAG_EMBEDDING_ENGINE": "openai",
            "OFFLINE_MODE": "true",
            "ENABLE_OLLAMA_API": "false",
            "ENABLE_OPENAI_API": "false",
            "ANONYMIZED_TELEMETRY": "false",
            "DO_NOT_TRACK": "true",
            "STATIC_DIR": str(self.home / "static"),
        }


def deployment(version: str, home: Path, database_url: str | None = None) -> Deployment:
    """A deployment in ``home``, on SQLite unless a database is named."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "data").mkdir(exist_ok=True)
    url = database_url or f"sqlite:///{home / 'data' / 'webui.db'}"
    return Deployment(version, home, url, secrets.token_hex(16))
