"""How many processors there are for this process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator_core.processors import usable_processors


@pytest.mark.parametrize(
    ("quota", "most"),
    [("max 100000", 4), ("100000 100000", 1), ("150000 100000", 2), ("odd", 4), ("1 0", 4)],
)
def test_a_container_gets_what_it_may_use(tmp_path: Path, quota: str, most: int) -> None:
    path = tmp_path / "cpu.max"
    path.write_text(quota)
    assert usable_processors(path) == min(most, len(os.sched_getaffinity(0)))
    assert usable_processors(tmp_path / "none") >= 1
