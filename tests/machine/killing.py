"""A process that dies while it writes, without a process that dies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from migrator_core.errors import AbortedError
from migrator_core.openwebui.database.transaction import Transaction


class KilledError(AbortedError):
    """Nothing comes after this."""


@contextmanager
def kill_at(number: int, *, after: bool) -> Iterator[None]:
    """Die at the n-th transaction; with ``after`` the database has taken it."""
    commit: Callable[[Any], Awaitable[object]] = Transaction.commit
    count = 0

    async def counted(self: Transaction[Any]) -> object:
        nonlocal count
        count += 1
        if count < number:
            return await commit(self)
        if count == number and after:
            await commit(self)
        raise KilledError("killed")

    with patch.object(Transaction, "commit", counted):
        yield
