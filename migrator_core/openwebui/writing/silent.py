"""What a preview and a comparison have in common: they leave no trace."""

from __future__ import annotations

from collections.abc import Sequence

from migrator_core.openwebui.catching_up.leftovers import Brought
from migrator_core.outcome import Notice, Outcome


class SilentWriter:
    """The part of a :class:`~migrator_core.openwebui.writing.writer.Writer` that says nothing."""

    async def take_back(self, gone: Brought) -> None:
        """Nothing: what is to go is no document of the backup, and has no outcome."""

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing: there is no entry to make."""

    async def note(self, notices: Sequence[Notice]) -> None:
        """Nothing: there is no entry to make."""
