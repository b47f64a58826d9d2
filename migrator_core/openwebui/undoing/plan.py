"""What is to become of each thing that a run brought or changed: on disk, so memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from migrator_core.access_row import SHARED_MODELS
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.undoing import Kept, KeptThing, UndoCounts

_TABLES = """
CREATE TABLE plan (
    kind TEXT, key TEXT, alias TEXT, collection TEXT, source_id TEXT,
    decision TEXT, why TEXT, detail TEXT,
    looked INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX plan_key ON plan (key);
CREATE INDEX plan_alias ON plan (kind, alias);
CREATE INDEX plan_decision ON plan (decision, kind, key);
CREATE INDEX plan_looked ON plan (looked, decision);
CREATE TABLE held (kind TEXT, key TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""


_THING = "kind, key, collection, source_id"


class Decision(StrEnum):
    """``remove`` what the run made, ``restore`` what it changed; ``keep`` either as it is.

    ``gone``: somebody has removed it already. ``stays``: it is no part of this run, and what it
    names is needed.
    """

    REMOVE = "remove"
    RESTORE = "restore"
    KEEP = "keep"
    GONE = "gone"
    STAYS = "stays"


class Thing(NamedTuple):
    """A row that the run made or changed, by its kind and its key in the ledger."""

    kind: str
    key: str
    collection: str = ""
    source_id: str = ""


class Verdict(NamedTuple):
    """What is to become of a thing; ``alias`` is what its rows elsewhere call it, if not its key.

    ``detail`` says for people what stands behind it.
    """

    decision: Decision
    why: Kept | None = None
    detail: str = ""
    alias: str = ""


class Plan:
    """All decisions of one undo."""

    def __init__(self, directory: Path) -> None:
        """Notes in a directory of the undo's own."""
        self._db = sqlite3.connect(directory / "undo.db", isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def decide(self, thing: Thing, verdict: Verdict) -> None:
        """Note a decision; an earlier one about the same thing stands."""
        why = verdict.why.value if verdict.why else None
        self._db.execute(
            "INSERT OR IGNORE INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
            (
                thing.kind,
                thing.key,
                verdict.alias or thing.key,
                thing.collection,
                thing.source_id,
                verdict.decision.value,
                why,
                verdict.detail,
            ),
        )

    def keep(self, kind: str, key: str, why: Kept, detail: str) -> None:
        """Keep a thing after all."""
        self._db.execute(
            "UPDATE plan SET decision = 'keep', why = ?, detail = ? WHERE kind = ? AND key = ?",
            (why.value, detail, kind, key),
        )

    def done(self, things: Iterable[Thing]) -> None:
        """Note that what was decided about these is carried out."""
        self._db.executemany(
            "UPDATE plan SET done = 1 WHERE kind = ? AND key = ?",
            [(thing.kind, thing.key) for thing in things],
        )

    def has(self, kind: str, key: str) -> bool:
        """Whether something was decided about a thing."""
        query = "SELECT 1 FROM plan WHERE kind = ? AND key = ?"
        return self._db.execute(query, (kind, key)).fetchone() is not None

    def goes(self, kind: str, name: str) -> bool:
        """Whether a thing is to be removed, or becomes what it was; ``name`` may be its alias."""
        return not {Decision.REMOVE, Decision.RESTORE}.isdisjoint(self._decisions(kind, name))

    def removes(self, kind: str, name: str) -> bool:
        """Whether a thing is to be removed; ``name`` may be its alias."""
        return Decision.REMOVE in self._decisions(kind, name)

    def still(self, decision: Decision, things: Iterable[Thing]) -> list[Thing]:
        """Those of these things of which that is decided by now."""
        return [one for one in things if decision in self._decisions(one.kind, one.key)]

    def _decisions(self, kind: str, name: str) -> set[str]:
        query = "SELECT decision FROM plan WHERE kind = ?1 AND (key = ?2 OR alias = ?2)"
        return {decision for (decision,) in self._db.execute(query, (kind, name))}

    def removable(self, names: Iterable[str]) -> list[Thing]:
        """Those of all things to be removed, and not yet, whose key is one of these texts.

        A connected model is there without the rows that share it, whoever names it.
        """
        found: list[Thing] = []
        for some in in_portions(list(names)):
            marks = ",".join("?" * len(some))
            query = f"SELECT {_THING} FROM plan WHERE key IN ({marks})"  # noqa: S608 - marks
            query += " AND decision = 'remove' AND NOT done AND collection != ?"
            found += [Thing(*row) for row in self._db.execute(query, [*some, SHARED_MODELS])]
        return found

    def next_to_look_at(self, count: int) -> list[Thing]:
        """Things that stay, and at whose needs nobody has looked yet; they count as looked at."""
        query = (
            "SELECT kind, key, collection, source_id FROM plan"
            " WHERE looked = 0 AND decision IN ('keep', 'stays') LIMIT ?"
        )
        found = [Thing(*row) for row in self._db.execute(query, (count,))]
        self._db.executemany(
            "UPDATE plan SET looked = 1 WHERE kind = ? AND key = ?",
            [(thing.kind, thing.key) for thing in found],
        )
        return found

    def things(self, decision: Decision, kind: str | None = None) -> Iterator[list[Thing]]:
        """All things with a decision, in pages; they may be decided anew in between."""
        last = ("", "")
        while True:
            query = (
                "SELECT kind, key, collection, source_id FROM plan WHERE decision = ?"
                " AND (?2 IS NULL OR kind = ?2) AND (kind, key) > (?3, ?4)"
                " ORDER BY kind, key LIMIT 100"
            )
            rows = self._db.execute(query, (decision.value, kind, *last)).fetchall()
            if not rows:
                return
            last = rows[-1][:2]
            yield [Thing(*row) for row in rows]

    def hold(self, kind: str, key: str) -> None:
        """Note that something which stays needs a thing of this name, whoever made it."""
        self._db.execute("INSERT OR IGNORE INTO held VALUES (?, ?)", (kind, key))

    def is_held(self, kind: str, key: str) -> bool:
        """Whether :meth:`hold` noted it."""
        query = "SELECT 1 FROM held WHERE kind = ? AND key = ?"
        return self._db.execute(query, (kind, key)).fetchone() is not None

    def kept(self) -> Iterator[KeptThing]:
        """Everything that is kept, in the order of why."""
        query = (
            "SELECT why, kind, collection, source_id, key, detail FROM plan"
            " WHERE decision = 'keep' ORDER BY why, kind, key"
        )
        for why, *rest in self._db.execute(query):
            yield KeptThing(Kept(why), *rest)

    def count(self, counts: UndoCounts) -> None:
        """Add up what was decided and, unless this is a preview, carried out."""
        query = (
            "SELECT decision, kind, why, sum(done OR decision = 'keep' OR ?)"
            " FROM plan GROUP BY 1, 2, 3"
        )
        into = {
            Decision.REMOVE.value: counts.removed,
            Decision.RESTORE.value: counts.restored,
            Decision.GONE.value: counts.gone,
        }
        for decision, kind, why, count in self._db.execute(query, (counts.preview,)):
            if decision == Decision.KEEP.value:
                counts.kept[kind, Kept(why)] += count
            elif decision in into and count:
                into[decision][kind] += count


def keys_of(things: Sequence[Thing]) -> list[str]:
    """Their keys."""
    return [thing.key for thing in things]
