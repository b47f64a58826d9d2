"""The record of a run while it goes on: counts in memory, everything else on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

from migrator_core.models_in_use import ModelsInUse
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.plain_json import from_json, to_json
from migrator_core.progress import Progress
from migrator_core.tally import Tally


class Journal:
    """Collects outcomes and warnings. Memory does not grow with their number.

    Plain "migrated" outcomes are counted only; the others are kept with their reason, because an
    operator wants to see each of them.
    """

    def __init__(self, directory: Path, progress: Progress) -> None:
        self.tally = Tally()
        self.progress = progress
        self.models: ModelsInUse | None = None
        self._items = Spool(directory / "items.jsonl")
        self._told = Spool(directory / "told.jsonl")
        self._warnings = Spool(directory / "warnings.jsonl")

    def close(self) -> None:
        """Release the files."""
        self._items.close()
        self._told.close()
        self._warnings.close()

    def expect(self, totals: Mapping[str, int | None]) -> None:
        """Note how many documents there are; None where nobody has counted them."""
        self.tally.expect(totals)

    def found(self, collection: str, count: int = 1) -> None:
        """Note documents that the backup holds."""
        self.tally.found(collection, count)

    def outcome(self, outcome: Outcome) -> None:
        """Note what became of one document."""
        if outcome.size:
            self.tally.found(outcome.collection, 0, outcome.size)
        self._note(outcome, [outcome.source_id])

    def outcomes(self, outcome: Outcome, source_ids: Sequence[str]) -> None:
        """Note the same of several documents without a size, which are called so."""
        if source_ids:
            self._note(outcome, source_ids)

    def _note(self, outcome: Outcome, source_ids: Sequence[str]) -> None:
        self.tally.add(outcome, len(source_ids))
        self.progress.advance(len(source_ids))
        if outcome.state is not State.MIGRATED:
            record = [
                outcome.collection, source_ids, outcome.state, outcome.target_id,
                outcome.reason, outcome.detail, outcome.size,
            ]  # fmt: skip
            self._items.add(record)
            if outcome.reason is not None:
                self._told.add(record)

    def warn(self, notice: Notice) -> None:
        """Note one warning."""
        self.tally.warn(notice)
        self.progress.warn(notice)
        self._warnings.add([notice.code, notice.detail])

    def items(self) -> Iterator[Outcome]:
        """Every outcome that is not a plain "migrated", in order."""
        return chain.from_iterable(map(_outcomes, self._items))

    def told(self) -> Iterator[Outcome]:
        """Those of :meth:`items` that have a reason: few, where most is there already."""
        return chain.from_iterable(map(_outcomes, self._told))

    def warnings(self) -> Iterator[Notice]:
        """Every warning, in order."""
        for code, detail in self._warnings:
            yield Notice(WarningCode(code), detail)


def _outcomes(record: list[Any]) -> Iterator[Outcome]:
    collection, source_ids, state, target_id, reason, detail, size = record
    known = Reason(reason) if reason else None
    state = State(state)
    for source_id in source_ids:
        yield Outcome(collection, source_id, state, target_id, known, detail, size)


class Spool:
    """JSON lines on disk, written and then read."""

    def __init__(self, path: Path) -> None:
        """Lines in a new file."""
        self._path = path
        self._file: IO[bytes] = path.open("wb")

    def add(self, record: list[Any]) -> None:
        """One more line."""
        self._file.write(to_json(record) + b"\n")

    def __iter__(self) -> Iterator[list[Any]]:
        self._file.flush()
        with self._path.open("rb") as lines:
            yield from map(from_json, lines)

    def close(self) -> None:
        """Release the file, whose last lines nobody reads any more where the disk is full."""
        with contextlib.suppress(OSError):
            self._file.close()
