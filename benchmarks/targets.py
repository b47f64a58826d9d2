"""``make bench-quick``: what is wanted, what was measured, met or not, a line each.

Everything is a ratio of two figures made in one run on this machine, one after the other. Times are
those of whole processes, start included. ``--messages 200000`` measures at the size that most of
the targets are for; with few messages the start weighs more than it does there.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.floor import rows_of, seconds_of_floor
from benchmarks.generate import PROFILES, generate
from benchmarks.importing import import_over_http
from benchmarks.peak import Peak
from tests.support.databases import Postgres, set_up
from tests.support.environments import CURRENT, ROOT, Deployment, deployment

DATABASES = ("sqlite", "postgresql")
FLOOR = {"sqlite": 0.30, "postgresql": 0.45}


@dataclass(frozen=True)
class Target:
    """One line: ``measured`` has to be at least or at most ``wanted``."""

    name: str
    measured: float
    wanted: float
    at_least: bool
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it was reached."""
        return self.measured >= self.wanted if self.at_least else self.measured <= self.wanted

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        wanted = f"{sign} {self.wanted:g}{self.unit}"
        measured = f"{self.measured:.2f}" if self.measured < 10 else f"{self.measured:.0f}"
        return f"{self.name:58} {wanted:>10} {measured + self.unit:>10}  " + (
            "met" if self.is_met else "NOT MET"
        )


@dataclass
class Times:
    """Seconds of each round."""

    ours: list[float] = field(default_factory=list)
    one_core: list[float] = field(default_factory=list)
    imported: list[float] = field(default_factory=list)
    imported_one_core: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    preview: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    imports_alone: list[float] = field(default_factory=list)


def main() -> int:
    """Measure, print a line a target, and keep the figures as JSON."""
    parser = argparse.ArgumentParser(prog="make bench-quick", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--profile", choices=PROFILES, default="plain")
    parser.add_argument("--form", choices=("mongoexport", "mongodump"), default="mongoexport")
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="librechat-targets-") as name:
        place = Path(name)
        backup = generate(
            place / "backup", chosen.messages, profile=chosen.profile, form=chosen.form
        )
        times = measure(place, backup, chosen.rounds, chosen.database)
    targets = judge(times, chosen.database)
    size = f"{chosen.messages:,} messages, {chosen.profile}, {chosen.form}, {chosen.database}"
    print(f"{size}; Open WebUI {CURRENT}, {len(os.sched_getaffinity(0))} processors")
    print(f"{'':58} {'wanted':>10} {'measured':>10}")
    for target in targets:
        print(target)
    if chosen.out is not None:
        figures = {
            **{name: value for name, value in vars(chosen).items() if name != "out"},
            "times": asdict(times),
            "targets": [asdict(target) for target in targets],
        }
        chosen.out.write_text(json.dumps(figures, indent=1) + "\n")
    return 0 if all(target.is_met for target in targets) else 1


class New(Protocol):
    """Makes an Open WebUI, with an administrator unless told otherwise."""

    def __call__(self, name: str, *, admin: bool = True) -> Deployment:
        """A new one on the database that is measured."""


def measure(place: Path, backup: Path, rounds: int, database: str) -> Times:
    """Everything once a round, in turn."""
    times = Times()
    server = Postgres().start() if database == "postgresql" else None
    try:
        for number in range(rounds):

            def new(name: str, number: int = number, *, admin: bool = True) -> Deployment:
                name = f"{name}_{number}"
                url = server.create_database(name) if server else None
                fresh = deployment(CURRENT, place / name, url)
                if admin:
                    set_up(fresh)
                return fresh

            _round(times, new, backup)
    finally:
        if server is not None:
            server.stop()
    return times


def _round(times: Times, new: New, backup: Path) -> None:
    ours = new("ours")
    seconds, _ = run(ours, ["runs"])  # the first start also writes what Python compiles
    seconds, peak = run(ours, ["runs"])
    times.imports_alone.append(peak)
    seconds, peak = run(ours, ["run"], backup)
    times.ours.append(seconds)
    times.peaks.append(peak)
    seconds, _ = run(ours, ["run"], backup)
    times.again.append(seconds)
    seconds, _ = run(new("preview"), ["run", "--dry-run"], backup)
    times.preview.append(seconds)
    seconds, _ = run(new("one"), ["run", "--processes", "1"], backup, one_core=True)
    times.one_core.append(seconds)
    rows = rows_of(ours)
    times.floor.append(seconds_of_floor(new("floor"), rows))
    times.imported.append(import_over_http(new("imported", admin=False), ours))
    with one_core():
        times.imported_one_core.append(import_over_http(new("imported_one", admin=False), ours))


def run(
    place: Deployment, words: list[str], backup: Path | None = None, *, one_core: bool = False
) -> tuple[float, float]:
    """Seconds of a call of the command line, and megabytes of all its processes at their peak."""
    command = [str(place.python), "-m", "migrator_core", *words]
    if backup is not None:
        command += ["--backup", str(backup), "--report-dir", str(place.home / "report")]
    if one_core:
        command = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0))), *command]
    began = time.perf_counter()
    with (place.home / "run.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=place.variables | {"PYTHONPATH": str(ROOT)},
            cwd=place.home,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        with Peak(process.pid) as peak:
            status = process.wait()
    if status:
        raise SystemExit((place.home / "run.log").read_text()[-3000:])
    return time.perf_counter() - began, peak.megabytes


class one_core:  # noqa: N801 - reads as what it does
    """Keep this process, and those that it starts, on one core meanwhile."""

    def __enter__(self) -> None:
        self._before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(self._before)})

    def __exit__(self, *_: object) -> None:
        os.sched_setaffinity(0, self._before)


def judge(times: Times, database: str) -> list[Target]:
    """The targets, each with the median of its rounds."""

    def ratio(over: list[float], under: list[float]) -> float:
        return statistics.median(a / b for a, b in zip(over, under, strict=True))

    above = statistics.median(
        peak - alone for peak, alone in zip(times.peaks, times.imports_alone, strict=True)
    )
    return [
        _least("times Open WebUI's import, all cores", ratio(times.imported, times.ours), 20, "x"),
        _least(
            "times Open WebUI's import, one core",
            ratio(times.imported_one_core, times.one_core),
            12,
            "x",
        ),
        _least(
            "beside the raw floor of the database", ratio(times.floor, times.ours), FLOOR[database]
        ),
        _most("time of a preview, of a run's", ratio(times.preview, times.ours), 0.5),
        _most("time of a second run, of the first one's", ratio(times.again, times.ours), 0.25),
        _most("memory above the start alone, all processes", above, 120, " MB"),
    ]


def _least(name: str, measured: float, wanted: float, unit: str = "") -> Target:
    return Target(name, measured, wanted, at_least=True, unit=unit)


def _most(name: str, measured: float, wanted: float, unit: str = "") -> Target:
    return Target(name, measured, wanted, at_least=False, unit=unit)


if __name__ == "__main__":
    sys.exit(main())
