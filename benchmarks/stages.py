"""Where the processor time of a first run goes: microseconds a message, by stage.

``python -m benchmarks.stages --messages 20000 --rounds 3`` runs the command line into a fresh Open
WebUI on SQLite, each time in a process of its own whose functions are timed. Other work on the
machine makes all figures larger and none smaller, so the smallest of the rounds counts.

A stage's time is that of its thread while it is inside, without what stages inside it take. What
is left is told by thread: ``steps`` is the rest of reading and converting, ``event loop`` all that
happens between the writer and the driver, ``start`` what comes before the first phase.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.generate import PROFILES, generate
from tests.support.databases import Postgres, set_up
from tests.support.environments import CURRENT, ROOT, deployment


def main() -> None:
    """Measure and print; the figures go to a file as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", choices=PROFILES, default="plain")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="librechat-stages-") as name:
        figures = measure(
            Path(name), parsed.messages, parsed.rounds, parsed.profile, postgres=parsed.postgres
        )
    text = json.dumps(figures, indent=1)
    print(text)
    if parsed.out is not None:
        parsed.out.write_text(text + "\n")


def measure(
    workshop: Path, messages: int, rounds: int, profile: str, *, postgres: bool = False
) -> dict[str, Any]:
    """The smallest figures of several runs over one backup."""
    backup = generate(workshop / "backup", messages, profile=profile)
    lines = _lines(backup / "data" / "messages.json")
    server = Postgres().start() if postgres else None
    found: list[dict[str, float]] = []
    try:
        for number in range(rounds):
            url = server.create_database(f"stages_{number}") if server else None
            home = workshop / f"home-{number}"
            fresh = deployment(CURRENT, home, url)
            set_up(fresh)
            figures = home / "stages.json"
            command = [str(fresh.python), "-m", "benchmarks.stages_inside", str(figures), "run"]
            command += ["--backup", str(backup), "--report-dir", str(home / "report")]
            command += ["--processes", "1"]
            with (home / "run.log").open("wb") as log:
                done = subprocess.run(
                    command,
                    env=fresh.variables | {"PYTHONPATH": str(ROOT)},
                    cwd=home,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
            if done.returncode:
                raise SystemExit((home / "run.log").read_text()[-3000:])
            found.append(json.loads(figures.read_text()))
    finally:
        if server is not None:
            server.stop()
    least = {stage: min(one[stage] for one in found) for stage in found[0]}
    return {
        "profile": profile,
        "messages": lines,
        "database": "postgresql" if postgres else "sqlite",
        "bytes a message": round((backup / "data" / "messages.json").stat().st_size / lines),
        "seconds": {name: round(least.pop(name), 2) for name in ("start", "whole")},
        "microseconds a message": {
            stage: round(spent / lines * 1e6, 1) for stage, spent in least.items()
        },
    }


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


if __name__ == "__main__":
    main()
