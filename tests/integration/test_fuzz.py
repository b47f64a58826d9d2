"""A sample of ``make fuzz``: damaged backups of every container."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.environments import Deployment

pytestmark = pytest.mark.openwebui


def test_no_damage_ends_well_with_something_missing(empty: Deployment) -> None:
    done = subprocess.run(
        [str(empty.python), "-m", "tests.fuzz", "--inputs", "0", "--count", "36"],
        env=empty.variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "36 damaged backups, 0 of them with an untrue end" in done.stdout
