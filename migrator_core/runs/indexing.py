"""After a run: the vectors of the documents that have come, made by the running Open WebUI.

One document after the other, with rests between them; what has been done is noted at once, so a
later run goes on where this one ended.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from migrator_core.openwebui import Ledger, OpenWebUI
from migrator_core.openwebui.indexing.pending import Pending
from migrator_core.openwebui.indexing.server import NoVectorsError, Server, running_server
from migrator_core.outcome import Notice, WarningCode
from migrator_core.progress import EventKind
from migrator_core.runs.driver import stopped
from migrator_core.runs.journal import Journal
from migrator_core.settings import Settings

PHASE = "search index"

_IN_A_ROW = 3
"""So many failures one after the other are no fault of the documents."""

_REST = 0.25
"""Of the time that a document took: others use the same embedding model."""


@dataclass(slots=True)
class Indexing:
    """Makes the vectors that are missing."""

    target: OpenWebUI
    ledger: Ledger
    run_id: str
    journal: Journal
    stop: asyncio.Event

    async def carry_out(self, settings: Settings) -> None:
        """Index whatever has a text and no vectors.

        Raises:
            StoppedError: ``stop`` was set.
            CannotStartError: an address was given without a token.
        """
        progress = self.journal.progress
        progress.start(PHASE)
        pending = Pending(self.target)
        files = await pending.files()
        progress.expect(len(files))
        token = settings.openwebui_token
        server = await running_server(
            self.target, settings.openwebui_url, token.get_secret_value() if token else ""
        )
        if server is None:
            if files:
                await self._warn(f"{len(files):,} documents: {_NOBODY}")
            return
        if await self._index(pending, server, files):
            await self._join(pending, server)

    async def _index(self, pending: Pending, server: Server, files: list[str]) -> bool:
        """File by file; whether there is a point in going on."""
        failures = 0
        for place, file_id in enumerate(files):
            if self.stop.is_set():
                raise stopped()
            document = await pending.document(file_id)
            self.journal.progress.advance()
            if document is None:
                continue
            began = time.monotonic()
            try:
                if not await server.index(document.id, document.text):
                    text = "Open WebUI gives models whole documents: it is set to make no vectors"
                    self.journal.progress.emit(EventKind.NOTE, text)
                    return False
            except NoVectorsError as error:
                await pending.put_back(document)
                await self._warn(f"file {document.name}: {error}")
                failures += 1
                if failures == _IN_A_ROW:
                    left = len(files) - place - 1
                    await self._warn(f"{left:,} more documents were not tried after that")
                    return False
                continue
            failures = 0
            await self.ledger.add(self.run_id, [document.indexed])
            await asyncio.sleep(_REST * (time.monotonic() - began))
        return True

    async def _join(self, pending: Pending, server: Server) -> None:
        """The collections that these files are in."""
        for member in await pending.members():
            if self.stop.is_set():
                raise stopped()
            try:
                await server.add(member.file_id, member.knowledge_id)
            except NoVectorsError as error:
                await self._warn(f"file {member.file_id} in {member.knowledge_id}: {error}")
                return
            await self.ledger.add(self.run_id, [member.indexed])

    async def _warn(self, detail: str) -> None:
        notice = Notice(WarningCode.VECTORS_NOT_MADE, detail)
        self.journal.warn(notice)
        await self.ledger.note(self.run_id, [notice])


_NOBODY = (
    "nobody was there to make their vectors. Give --openwebui-url and a token in OPEN_WEBUI_TOKEN, "
    "or run inside Open WebUI; a later run goes on"
)
