"""Who uses which model, noted on disk: a backup may name as many models as it has chats."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from typing import NamedTuple

from migrator_core.convert.library.base_models import is_stand_in
from migrator_core.rows import ModelRow

_ADD = (
    "INSERT INTO used VALUES (?, ?, ?, ?, ?) ON CONFLICT (model, account) DO UPDATE "
    "SET chats = chats + excluded.chats, agents = agents + excluded.agents, "
    "answered = answered + excluded.answered"
)
_AT_ONCE = 1000


class Use(NamedTuple):
    """A model, and how many chats and agents name it."""

    model: str
    chats: int
    agents: int


class UsedModels:
    """Counts by model and account."""

    def __init__(self, db: sqlite3.Connection, lock: threading.Lock) -> None:
        self._db = db
        self._lock = lock

    def add_chat(self, model: str, account: str, *, answered: bool) -> None:
        """A chat of this account names this model; ``answered``, and there is an answer in it."""
        with self._lock:
            self._db.execute(_ADD, (_bytes(model), _bytes(account), 1, 0, answered))

    def add_agent(self, model: str, account: str, base: str, *, stands_in: bool = False) -> None:
        """A model was made of an agent of this account, on top of ``base``.

        Its chats are chats with ``base``: those of everybody who talked to it. They are noted
        before the agents. Where ``base`` only ``stands_in`` for another one, that one answered.
        """
        own = _bytes(model)
        with self._lock:
            self._db.execute(_ADD, (_bytes(base), _bytes(account), 0, 1, 0))
            if model == base:
                return
            rows = self._db.execute(
                "DELETE FROM used WHERE model = ? RETURNING account, chats, agents, answered",
                (own,),
            ).fetchall()
            moved = [(*row[:-1], 0 if stands_in else row[-1]) for row in rows]
            self._db.executemany(_ADD, [(_bytes(base), *row) for row in moved])

    def note_model(self, row: ModelRow) -> None:
        """A model that is there, made of an agent, an assistant or a preset."""
        base = row.base_model_id or ""
        self.add_agent(row.id, row.user_id, base, stands_in=is_stand_in(row))

    def most_used(self, limit: int) -> list[Use]:
        """The models that most chats and agents name."""
        with self._lock:
            rows = self._db.execute(
                "SELECT model, sum(chats), sum(agents) FROM used GROUP BY model "
                "ORDER BY sum(chats) + sum(agents) DESC, model LIMIT ?",
                (limit,),
            ).fetchall()
        return [Use(_text(model), chats, agents) for model, chats, agents in rows]

    def count(self) -> int:
        """How many models there are."""
        with self._lock:
            (count,) = self._db.execute("SELECT count(DISTINCT model) FROM used").fetchone()
        return int(count)

    def people(self, model: str) -> Iterator[str]:
        """The accounts whose chats or agents name a model, in a fixed order."""
        return self._accounts(model, least=0)

    def answered(self, model: str) -> Iterator[str]:
        """The accounts whom a model has answered, in a fixed order."""
        return self._accounts(model, least=1)

    def _accounts(self, model: str, *, least: int) -> Iterator[str]:
        last = b""
        while True:
            with self._lock:
                rows = self._db.execute(
                    "SELECT account FROM used WHERE model = ? AND answered >= ? AND account > ? "
                    "ORDER BY account LIMIT ?",
                    (_bytes(model), least, last, _AT_ONCE),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (_text(account) for (account,) in rows)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogatepass")
