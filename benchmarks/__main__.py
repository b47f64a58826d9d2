"""``make bench``: speed beside Open WebUI's own import, memory, and what other people notice.

Figures are made in one go on one machine and printed as ratios: single times mean little on
shared hardware. ``make bench ARGS=neighbour`` (or ``speed``, ``memory``, ``again``) makes one
part only; what people notice while a migration goes on is measured in :mod:`benchmarks.neighbour`.

The import gets the very chats that the migration wrote, through
``POST /api/v1/chats/import`` of a running server; it alternates with the migration, which counts
from the start of its process to its end.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.again import compare_runs
from benchmarks.generate import generate
from benchmarks.importing import import_over_http
from benchmarks.neighbour.measure import measure
from tests.support.databases import set_up
from tests.support.environments import CURRENT, ROOT, Deployment, deployment

PARTS = ("speed", "memory", "again", "neighbour")
TARGET_RATIO = 20.0
TARGET_MEGABYTES = 60.0


@dataclass(frozen=True)
class Migrated:
    """One run: seconds of its whole process and its peak memory in megabytes."""

    seconds: float
    peak_megabytes: float
    deployment: Deployment


def main() -> None:
    """Measure, print, and keep the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=("all", *PARTS), default="all")
    parser.add_argument("--messages", type=int, default=40_000, help="for speed and neighbours")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs=2, default=(20_000, 200_000))
    parser.add_argument("--again", type=int, default=20_000, help="messages for a second run")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds before a run beside it")
    parser.add_argument("--postgres", action="store_true", help="neighbours and second runs")
    parser.add_argument("--out", type=Path, help="a JSON file; default in benchmarks/out")
    parsed = parser.parse_args()
    parts = PARTS if parsed.part == "all" else (parsed.part,)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="librechat-bench-") as name:
        workshop = Path(name)
        if "speed" in parts:
            figures["speed"] = compare_speed(workshop / "speed", parsed.messages, parsed.rounds)
        if "memory" in parts:
            figures["memory"] = compare_memory(workshop / "memory", tuple(parsed.memory))
        if "again" in parts:
            figures["again"] = compare_runs(
                workshop / "again", parsed.again, parsed.rounds, postgres=parsed.postgres
            )
        if "neighbour" in parts:
            figures["neighbour"] = measure(
                workshop / "neighbour",
                parsed.messages,
                idle_seconds=parsed.idle,
                postgres=parsed.postgres,
            )
    out = parsed.out or ROOT / "benchmarks" / "out" / _file_name(parsed.part)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n")


def _file_name(part: str) -> str:
    return "figures.json" if part == "all" else f"{part}.json"


def compare_speed(workshop: Path, messages: int, rounds: int) -> dict[str, Any]:
    """Messages a second of the migration and of the import, in turn."""
    backup = generate(workshop / "backup", messages)
    ratios, ours, theirs = [], [], []
    for number in range(rounds):
        migrated = migrate(workshop / f"migrated-{number}", backup)
        ours.append(messages / migrated.seconds)
        fresh = deployment(CURRENT, workshop / f"imported-{number}")
        seconds = import_over_http(fresh, migrated.deployment)
        theirs.append(messages / seconds)
        ratios.append(ours[-1] / theirs[-1])
        print(
            f"round {number + 1}: migration {ours[-1]:,.0f} messages/s, "
            f"import {theirs[-1]:,.0f} messages/s, ratio {ratios[-1]:.1f}",
            flush=True,
        )
    median = statistics.median(ratios)
    print(f"speed: {median:.1f} times the import (median; wanted: {TARGET_RATIO:.0f})")
    return {"ratio": median, "ratios": ratios, "migration": ours, "import": theirs}


def compare_memory(workshop: Path, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Peak memory of whole runs over backups of different size."""
    peaks = {}
    for size in sizes:
        backup = generate(workshop / f"backup-{size}", size)
        migrated = migrate(workshop / f"migrated-{size}", backup)
        peaks[size] = migrated.peak_megabytes
        print(
            f"{size:,} messages: peak {migrated.peak_megabytes:.0f} MB, "
            f"{size / migrated.seconds:,.0f} messages/s",
            flush=True,
        )
        shutil.rmtree(backup.parent)
    grown = max(peaks.values()) - min(peaks.values())
    print(
        f"memory: {grown:.0f} MB more for the larger backup (wanted: under {TARGET_MEGABYTES:.0f})"
    )
    return {"megabytes": peaks, "grown": grown}


def migrate(home: Path, backup: Path) -> Migrated:
    """Run the command line into a fresh Open WebUI on SQLite."""
    fresh = deployment(CURRENT, home)
    set_up(fresh)
    command = [str(fresh.python), "-m", "migrator_core", "run", "--backup", str(backup)]
    started = time.perf_counter()
    with (home / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--report-dir", str(home / "report")],
            env=fresh.variables | {"PYTHONPATH": str(ROOT)},
            cwd=home,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise SystemExit(
            f"the run ended with {process.returncode}:\n{(home / 'run.log').read_text()}"
        )
    return Migrated(seconds, usage.ru_maxrss / 1024, fresh)


if __name__ == "__main__":
    main()
