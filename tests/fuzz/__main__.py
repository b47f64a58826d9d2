"""``python -m tests.fuzz``: damaged inputs for readers and converters, previews of damaged backups.

Tables say how they ended. Exits with 1 where one ended with something missing, a traceback, an
internal error, or beyond the bounds of time and memory.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.fuzz.attempts import Attempt, table
from tests.fuzz.converters import Converters
from tests.fuzz.readers import Readers
from tests.support.databases import Database, sqlite_template


def main() -> int:
    """Try what the command line asks for."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--inputs", type=int, default=50_000, help="for readers and converters")
    parser.add_argument("--count", type=int, default=1000, help="previews of damaged backups")
    chosen = parser.parse_args()
    readers = chosen.inputs * 3 // 5
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        place = Path(name)
        done = [
            *_all(Readers(place / "readers").run, chosen.seed, readers),
            *_all(Converters().run, chosen.seed, chosen.inputs - readers),
        ]
        print("\n".join(table(done, "what was read or converted", lambda each: each.kind)))
        print(_sum(done, "damaged inputs"))
        if "DATABASE_URL" not in os.environ or "DATA_DIR" not in os.environ:
            os.environ.update(_throw_away(place))
        from tests.fuzz.trial import Trials  # noqa: PLC0415 - after the environment is set

        trials = list(_all(Trials(place).run, chosen.seed, chosen.count))
    print("\n".join(table(trials, "what happened to the backup", lambda each: each.mutation)))
    print(_sum(trials, "damaged backups"))
    return 1 if any(each.wrong for each in [*done, *trials]) else 0


def _all(run: Callable[[int], Attempt], seed: int, count: int) -> Iterator[Attempt]:
    for each in range(seed, seed + count):
        attempt = run(each)
        if attempt.wrong:
            told = f"{attempt.kind}, {attempt.mutation}: {attempt.wrong}"
            print(f"WRONG  seed {each}: {told}", flush=True)
        yield attempt


def _throw_away(place: Path) -> dict[str, str]:
    home = place / "openwebui"
    (home / "data").mkdir(parents=True)
    (place / "template").mkdir()
    sqlite_template(place / "template").rename(home / "data" / "webui.db")
    database = Database(f"sqlite:///{home / 'data' / 'webui.db'}", home)
    return database.deployment.variables


def _sum(attempts: list[Attempt], what: str) -> str:
    wrong = sum(each.wrong is not None for each in attempts)
    return f"{len(attempts):,} {what}, {wrong:,} of them with an untrue end"


if __name__ == "__main__":
    sys.exit(main())
