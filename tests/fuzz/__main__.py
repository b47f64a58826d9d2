"""``python -m tests.fuzz``: a thousand damaged backups, each previewed; a table of how they ended.

Exits with 1 where one ended with something missing, a traceback, an internal error or a hang.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.support.databases import Database, sqlite_template


def main() -> int:
    """Run the trials that the command line asks for."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=1000, help="how many, one seed each")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        if "DATABASE_URL" not in os.environ or "DATA_DIR" not in os.environ:
            os.environ.update(_throw_away(Path(place)))
        return _report(Path(place), range(chosen.seed, chosen.seed + chosen.count))


def _throw_away(place: Path) -> dict[str, str]:
    home = place / "openwebui"
    (home / "data").mkdir(parents=True)
    (place / "template").mkdir()
    sqlite_template(place / "template").rename(home / "data" / "webui.db")
    database = Database(f"sqlite:///{home / 'data' / 'webui.db'}", home)
    return database.deployment.variables


def _report(place: Path, seeds: range) -> int:
    from tests.fuzz.trial import Trial, Trials  # noqa: PLC0415 - after the environment is set

    trials = Trials(place)

    def each() -> Iterator[Trial]:
        for seed in seeds:
            trial = trials.run(seed)
            if trial.wrong:
                print(f"WRONG  seed {seed}: {trial.container}, {trial.mutation}: {trial.wrong}")
            yield trial

    done = list(each())
    table = Counter((trial.mutation, trial.ended) for trial in done)
    endings = sorted({trial.ended for trial in done})
    print(f"{'what happened to the backup':36}" + "".join(f"{ending:>14}" for ending in endings))
    for mutation in sorted({trial.mutation for trial in done}):
        numbers = "".join(f"{table[mutation, ending]:>14,}" for ending in endings)
        print(f"{mutation:36}{numbers}")
    wrong = [trial for trial in done if trial.wrong]
    print(f"{len(done):,} damaged backups, {len(wrong):,} of them with an untrue end")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
