"""A machine on which LibreChat seems to run in Docker, made from the sample backup."""

from __future__ import annotations

import ast
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable

from tests.support.containers import collections
from tests.support.environments import ROOT
from tests.support.mongo_archive import archive_bytes
from tests.support.sample import SAMPLE

HERE = Path(__file__).parent
SCRIPT = ROOT / "scripts" / "create-librechat-backup-docker.sh"
SECRET = "p%40ss-w0rd"  # as it stands in a connection string
URI = f"mongodb://libre:{SECRET}@mongodb:27017/LibreChat"
EXPECTED_URI = f"mongodb://libre:{SECRET}@mongodb:27017/?authSource=LibreChat"
PLAIN_URI = "mongodb://mongodb:27017/LibreChat"
COUNTS = {name: len(documents) for name, documents in collections().items()}
SOME = {name: COUNTS[name] for name in ("users", "conversations", "messages", "files", "logs")}
"""A smaller LibreChat, for what does not depend on the number of its collections."""


@cache
def _archive() -> bytes:
    return gzip.compress(archive_bytes({"LibreChat": collections()}, interleave=True), mtime=0)


@dataclass
class Host:
    """LibreChat's folder, what Docker holds, and a folder for the backups.

    ``state`` is what the stand-in for Docker goes by; tests change it.
    """

    home: Path
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project.mkdir()
        self.output.mkdir()
        (self.project / "docker-compose.yml").write_text("services: {}\n")
        (self.home / "bin").mkdir()
        self.root.joinpath("app/client/public").mkdir(parents=True)
        self.root.joinpath("app/uploads").symlink_to(SAMPLE / "files" / "uploads")
        self.root.joinpath("app/client/public/images").symlink_to(SAMPLE / "files" / "images")
        self.root.joinpath("app/package.json").write_text('{\n  "version": "v0.8.0"\n}\n')
        archive = self.home / "archive.gz"
        archive.write_bytes(_archive())
        self.state = {
            "project": str(self.project),
            "compose_file": "docker-compose.yml",
            "compose": {"mongodb": "chat-mongodb", "api": "LibreChat"},
            "containers": {
                "LibreChat": {
                    "kind": "api", "image": "ghcr.io/danny-avila/librechat-dev:latest",
                    "root": str(self.root), "uri": URI, "has_tar": True,
                },
                "chat-mongodb": {"kind": "mongo", "image": "mongo:8.0"},
                "rag_api": {
                    "kind": "rag", "image": "ghcr.io/danny-avila/librechat-rag-api-dev-lite:latest"
                },
                "mongo-express": {"kind": "rag", "image": "mongo-express:1"},
            },
            "secret": SECRET,
            "expected_uri": EXPECTED_URI,
            "database": "LibreChat",
            "shell": "mongosh",
            "tools": ["mongoexport", "mongodump"],
            "new_tools": True,
            "node": compute_driver_executable()[0],
            "data": str(SAMPLE / "data"),
            "archive": str(archive),
            "counts": COUNTS,
            "written": COUNTS,
            "data_size": 400_000,
            "trouble_at": None,
            "trouble": None,
            "broken_copy": False,
        }  # fmt: skip

    @property
    def project(self) -> Path:
        """LibreChat's folder; names with blanks are the usual case on a desktop."""
        return self.home / "Libre Chat"

    @property
    def output(self) -> Path:
        """Where the backups go."""
        return self.home / "back ups"

    @property
    def root(self) -> Path:
        """The file system of LibreChat's container."""
        return self.home / "container"

    @cached_property
    def _environment(self) -> dict[str, str]:
        return {"PATH": f"{self.home / 'bin'}:{os.environ['PATH']}", "HOME": str(self.home)}

    def _prepare(self, options: tuple[str, ...]) -> list[str]:
        state = self.home / "state.json"
        state.write_text(json.dumps(self.state), "utf-8")
        program = self.home / "bin" / "docker"
        # As an imported module it is compiled once, and not for every call.
        start = f"import sys; sys.path.append({str(HERE)!r}); import docker_stand_in as d; d.main()"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -ISc "{start}" "{state}" "$@"\n')
        program.chmod(0o755)
        return [str(SCRIPT), "--output", str(self.output), *options]

    def back_up(
        self, *options: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the script in LibreChat's folder."""
        return subprocess.run(
            self._prepare(options),
            env=self._environment | dict(variables or {}),
            cwd=self.project,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start the script and wait until the stand-in hangs where it was told to."""
        process = subprocess.Popen(
            self._prepare(options),
            env=self._environment,
            cwd=self.project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        while not (self.home / "hanging").exists():
            assert process.poll() is None, process.stdout and process.stdout.read()
            time.sleep(0.05)
        return process

    @property
    def calls(self) -> list[list[str]]:
        """What Docker was asked."""
        return [call for call, _ in self._recorded()]

    @property
    def leaks(self) -> list[list[str]]:
        """Command lines on which the password was seen."""
        return [seen for _, seen in self._recorded() if seen]

    def _recorded(self) -> list[tuple[list[str], list[str]]]:
        lines = (self.home / "calls").read_text("utf-8").splitlines()
        return [ast.literal_eval(line) for line in lines]
