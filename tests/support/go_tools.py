"""Programs written in Go that tests run: Helm, helm-docs, actionlint."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def go_tool(name: str) -> str:
    """The path of a tool: from ``PATH``, or as ``make tools`` builds it into ``build/tools``.

    Skips the test where there is neither the tool nor Go; with ``CI`` set it fails instead.
    """
    target = f"build/tools/{name}"
    found = shutil.which(name) or shutil.which(ROOT / target)
    if found:
        return found
    if not shutil.which("go"):
        message = f"{name} is not installed, and without Go `make {target}` cannot build it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    subprocess.run(["make", target], cwd=ROOT, check=True)
    return str(ROOT / target)
