"""The demo, served, and a browser to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.environments import CURRENT, ROOT, deployment
from tests.support.openwebui import OpenWebUIServer

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Not for the whole session: playwright keeps an event loop running, which asynchronous tests of
# other modules cannot have.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's own Chromium: playwright's downloads are not needed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = f"no browser found (looked for {', '.join(NAMES)}); apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo, made and served by the tool's own ``demo`` verb."""
    home = tmp_path_factory.mktemp("demo")
    target = deployment(CURRENT, home)
    words = ["-m", "migrator_core", "demo", "--dir", str(home / "demo")]
    made = subprocess.run(
        [str(target.python), *words],
        env=target.variables,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout
    with OpenWebUIServer(target, lambda port: [*words, "--serve", "--port", str(port)]) as server:
        yield server.url
