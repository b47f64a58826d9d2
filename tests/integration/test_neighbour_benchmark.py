"""The benchmark of neighbours works: small numbers, and nothing about time."""

from __future__ import annotations

from pathlib import Path

from benchmarks.generate import generate
from benchmarks.neighbour.doors import through_the_function
from benchmarks.neighbour.measure import beside_a_server
from tests.support.environments import CURRENT, deployment

CONVERSATIONS = 20


def test_a_run_in_the_server_is_watched_from_all_sides(tmp_path: Path) -> None:
    backup = generate(tmp_path / "backup", CONVERSATIONS * 20)
    target = deployment(CURRENT, tmp_path / "home")
    found = beside_a_server(target, backup, through_the_function, idle_seconds=0.5)
    assert set(found["seconds"]) == {"idle", "loading the Function", "preview", "run", "report"}
    for window in ("idle", "run"):
        assert found["loop"][window]["count"] > 0
        assert sum(of[window]["count"] for of in found["requests"].values()) > 0
        assert sum(of[window]["failed"] for of in found["requests"].values()) == 0
        assert found["lock"]["held"][window]["count"] > 0
        assert found["lock"]["held"][window]["failed"] == 0
    assert found["memory"]["idle"]["most"] > 50
