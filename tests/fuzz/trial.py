"""One damaged backup, previewed: the whole walk but for writing, and whether it told the truth."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from pathlib import Path

from migrator_core import Result, migrate
from migrator_core.errors import MigratorError
from migrator_core.progress import Progress
from migrator_core.settings import Settings
from tests.fuzz.attempts import Attempt, Bounds
from tests.fuzz.mutations import MUTATIONS, Counts
from tests.support.containers import CONTAINERS, collections


class Trials:
    """Previews damaged copies of the sample; the environment is that of an Open WebUI."""

    def __init__(self, place: Path) -> None:
        """Everything is made below ``place``."""
        self._place = place
        self._whole: dict[str, Path] = {}
        self._bounds = Bounds()
        self._counts = Counter({name: len(found) for name, found in collections().items()})
        # The first preview imports Open WebUI, which is larger than any bound.
        self._judged(self._copy(min(CONTAINERS)), Counter(self._counts))
        self._bounds = Bounds()

    def run(self, seed: int) -> Attempt:
        """The trial of one seed."""
        rng = random.Random(seed)
        container = sorted(CONTAINERS)[seed % len(CONTAINERS)]
        backup = self._copy(container)
        expected = Counter(self._counts)
        mutation = rng.choice(MUTATIONS)(backup, expected, rng)
        ended, wrong = self._judged(backup, expected)
        return Attempt(seed, container, mutation, ended, wrong)

    def _copy(self, container: str) -> Path:
        whole = self._whole.get(container)
        if whole is None:
            whole = CONTAINERS[container](self._place / "whole" / container)
            self._whole[container] = whole
        backup = self._place / "damaged" / whole.name
        shutil.rmtree(backup.parent, ignore_errors=True)
        backup.parent.mkdir()
        copy = shutil.copytree if whole.is_dir() else shutil.copyfile
        copy(whole, backup)
        return backup

    def _judged(self, backup: Path, expected: Counts) -> tuple[str, str | None]:
        settings = Settings(backup_dir=backup, dry_run=True, report_dir=self._place / "report")

        def preview() -> tuple[str, str | None]:
            try:
                result = asyncio.run(migrate(settings, Progress()))
            except MigratorError as error:
                flaw = "flaw of the tool" in str(error)
                return "refused", f"it blames itself: {error}" if flaw else None
            return ("some failed" if result.failures else "finished"), _untrue(result, expected)

        return self._bounds.within(preview)


def _untrue(result: Result, expected: Counts) -> str | None:
    for name, entry in result.collections.items():
        sums = sum(entry["skipped"].values()) + sum(entry["failed"].values())
        if entry["found"] != entry["migrated"] + entry["existing"] + sums:
            return f"{name} does not add up: {entry}"
        if "internal-error" in entry["failed"]:
            return f"an internal error in {name}"
    if result.failures:
        return None
    found = Counter({name: entry["found"] for name, entry in result.collections.items()})
    missing = expected - found
    return f"nothing failed, and these are not in the report: {dict(missing)}" if missing else None
