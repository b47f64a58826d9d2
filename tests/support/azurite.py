"""Azure Blob Storage on 127.0.0.1: Microsoft's own emulator, from npm."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.environments import ROOT
from tests.support.processes import end_with_parent, free_port, wait_for

STAMP = ROOT / "build" / "azurite" / ".installed"
ACCOUNT = "devstoreaccount1"
CONTAINER = "files"
PATIENCE = 60
_FILL = """
import json, sys
from azure.storage.blob import ContainerClient
container = ContainerClient.from_connection_string(sys.argv[1], sys.argv[2])
container.create_container()
for name, content in json.load(sys.stdin).items():
    container.upload_blob(name, bytes.fromhex(content))
"""


class Azurite:
    """A running emulator; ``connection`` is what reaches it."""

    def __init__(self) -> None:
        self._port = free_port()
        self._key = base64.b64encode(os.urandom(64)).decode()
        self._home = Path(tempfile.mkdtemp(prefix="azurite-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def connection(self) -> str:
        """The connection string of its account."""
        return self.connection_with(self._key)

    def connection_with(self, key: str) -> str:
        """The same with another key."""
        at = f"http://127.0.0.1:{self._port}/{ACCOUNT}"
        return f"AccountName={ACCOUNT};AccountKey={key};BlobEndpoint={at};"

    def __enter__(self) -> Self:
        if not STAMP.exists():
            if not shutil.which("npm"):
                (pytest.fail if os.environ.get("CI") else pytest.skip)("Azurite needs npm")
            subprocess.run(["make", str(STAMP.relative_to(ROOT))], cwd=ROOT, check=True)
        self._process = subprocess.Popen(
            [
                STAMP.parent / "node_modules" / ".bin" / "azurite-blob",
                "--blobHost", "127.0.0.1", "--blobPort", str(self._port), "--silent",
                "--location", self._home, "--skipApiVersionCheck", "--disableTelemetry",
            ],
            env=os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self._key}"},
            stdout=sys.stderr,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - safe, as it says
        )  # fmt: skip
        if not wait_for(f"http://127.0.0.1:{self._port}/", PATIENCE):
            self.__exit__(None, None, None)
            raise RuntimeError("Azurite did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def fill(self, python: Path, blobs: str) -> None:
        """Make the container with blobs, a JSON object of names and hexadecimal bytes.

        ``python`` is one that has Azure's library.
        """
        command = [str(python), "-c", _FILL, self.connection, CONTAINER]
        subprocess.run(command, input=blobs, text=True, check=True)
