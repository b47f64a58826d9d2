"""``python -m tests.faults``: every kind of fault in every phase, and a table of what was lost.

Exits with 1 where a fault lost something, left something behind, or was called a flaw of the tool.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.trial import FAULTS, Fault, Site, Trial
from tests.support.databases import Postgres, postgres_template, sqlite_template

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Make the trials that the command line asks for."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="chooses the moments in each phase")
    parser.add_argument("--each", type=int, default=1, help="moments for each fault and phase")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    chosen = parser.parse_args()
    done: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        Path(place).chmod(0o755)  # PostgreSQL is another user
        for kind in DATABASES:
            if chosen.database in {None, kind}:
                with site(Path(place), kind) as where:
                    done += _said(where, trials(where, chosen.seed, chosen.each))
    return report(done)


@contextmanager
def site(place: Path, kind: str) -> Iterator[Site]:
    """A place for trials, with a database of this kind."""
    home = place / f"template-{kind}"
    home.mkdir()
    if kind == "sqlite":
        yield Site(place, kind, sqlite_template(home), None)
        return
    server = Postgres()
    try:
        yield Site(place, kind, postgres_template(server.start(), home), server)
    finally:
        server.stop()


def moments(
    events: list[tuple[str, str, int]], kind: str, seed: int, each: int
) -> Iterator[tuple[Fault, str, int]]:
    """Every fault with every phase in which it can happen, at moments drawn by the seed."""
    chance = random.Random(seed)
    by_phase: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for event, phase, number in events:
        by_phase[event, phase].append(number)
    for fault in FAULTS:
        if kind not in fault.only:
            continue
        for (event, phase), numbers in by_phase.items():
            if event == fault.event:
                for number in sorted(chance.sample(numbers, min(each, len(numbers)))):
                    yield fault, phase, number


def trials(where: Site, seed: int, each: int) -> Iterator[Trial]:
    """Make them, one after the other."""
    wanted, events = where.undisturbed()
    for fault, phase, number in moments(events, where.kind, seed, each):
        yield where.trial(fault, phase, number, wanted)


def _said(where: Site, done: Iterator[Trial]) -> Iterator[Trial]:
    for trial in done:
        mark = "WRONG" if trial.wrong else "ok"
        statuses = ", ".join(map(str, trial.statuses))
        print(f"{mark:6}{where.kind:12}{trial.fault:32}{trial.phase:24}{statuses}", flush=True)
        for problem in trial.wrong:
            print(f"      {problem}", flush=True)
        yield trial


def report(done: list[Trial]) -> int:
    """Print the table; 1 where something is wrong."""
    tried = Counter(trial.fault for trial in done)
    lost = Counter(trial.fault for trial in done if trial.wrong)
    print(f"\n{'fault':34}{'tried':>8}{'survived':>10}{'lost':>8}")
    for fault, count in tried.items():
        print(f"{fault:34}{count:>8}{count - lost[fault]:>10}{lost[fault]:>8}")
    print(f"{'all':34}{tried.total():>8}{(tried - lost).total():>10}{lost.total():>8}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
