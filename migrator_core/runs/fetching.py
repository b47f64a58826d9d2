"""Files that are fetched from LibreChat's cloud storage while others are written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from migrator_core.librechat import Fetched, ObjectError, ObjectStores, StoreUnusableError
from migrator_core.openwebui import Writer, Written
from migrator_core.outcome import Outcome
from migrator_core.runs.inputs import went_away
from migrator_core.runs.steps import Fetch, Write

_Begun: TypeAlias = "Written | asyncio.Future[Fetched]"


@dataclass(slots=True)
class Fetching:
    """The files of one portion, in their order; several are on their way at once."""

    writer: Writer
    _begun: deque[_Begun] = field(default_factory=deque)

    @classmethod
    @asynccontextmanager
    async def of(
        cls, steps: Iterable[Fetch], writer: Writer, stores: ObjectStores
    ) -> AsyncIterator[Fetching]:
        """Begin with all of them; at the end none is on its way, and nothing is left behind."""
        fetching = cls(writer)
        try:
            for step in steps:
                fetching._begun.append(await fetching._begin(step, stores))
            yield fetching
        finally:
            fetching._forget()

    async def _begin(self, step: Fetch, stores: ObjectStores) -> _Begun:
        if await self.writer.needs_bytes(step.item):
            return asyncio.wrap_future(stores.start(step.blob.fetch))
        written = await self.writer.look(step.item)
        return written or asyncio.wrap_future(stores.start(step.blob.ask))

    async def next(self, step: Fetch) -> tuple[Write, Written] | Outcome:
        """What became of the next file.

        Raises:
            AbortedError: its storage went away.
        """
        begun = self._begun.popleft()
        if isinstance(begun, Written):
            return step.known, begun
        try:
            fetched = await begun
        except StoreUnusableError as error:
            raise went_away(error) from error
        except ObjectError as error:
            written = await self.writer.look(step.item)
            return (step.known, written) if written else await self._write(step.lost(error))
        try:
            return await self._write(step.made(fetched))
        finally:
            await asyncio.to_thread(fetched.remove)

    async def _write(self, made: Write | Outcome) -> tuple[Write, Written] | Outcome:
        if isinstance(made, Outcome):
            return made
        if made.open_blob is None:
            raise TypeError("a file without bytes")
        return made, await self.writer.write_file(made.item, made.open_blob)

    def _forget(self) -> None:
        """Give up what is on its way: the run ends, and with it the directory that it goes to."""
        for begun in self._begun:
            if isinstance(begun, Written) or begun.cancel():
                continue
            begun.exception()  # nobody asks any more
        self._begun.clear()
