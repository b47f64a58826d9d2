"""A few stories of ``make machine``, always the same ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support import interpreters
from tests.support.environments import CURRENT, deployment


@pytest.mark.openwebui
def test_whatever_people_do_what_must_be_there_is_there(
    sqlite_template: Path, tmp_path: Path
) -> None:
    place = deployment(CURRENT, tmp_path)
    done = interpreters.run(
        [sys.executable, "-m", "tests.machine", "--examples", "6", "--steps", "8", "--no-shrink",
         "--template", sqlite_template],
        env=place.variables, cwd=tmp_path, timeout=600, merged=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
