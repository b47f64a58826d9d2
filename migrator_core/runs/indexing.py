"""After a run: the vectors of the documents that have come, made by the running Open WebUI.

One document after the other, with rests between them; what has been done is noted at once, so a
later run goes on where this one ended. Vectors of what was taken away go, whatever is wanted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from migrator_core.openwebui import Ledger, OpenWebUI
from migrator_core.openwebui.indexing import store
from migrator_core.openwebui.indexing.pending import MEMBER, Document, Member, Pending
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
        """Forget what was taken away, and index whatever has a text and no vectors, if wanted.

        Raises:
            StoppedError: ``stop`` was set.
            CannotStartError: an address was given without a token.
        """
        pending = Pending(self.target)
        left = await pending.left()
        wanted = settings.index == "vectors"
        if not wanted and not left:
            return
        server = await self._server(settings) if wanted or settings.openwebui_token else None
        await self._forget(pending, server, left)
        if not wanted:
            return
        progress = self.journal.progress
        progress.start(PHASE)
        only = None
        if not settings.selection.is_everything:
            only = await pending.touched(self.run_id)
        files = await pending.files(only)
        progress.expect(len(files))
        if server is None:
            if files:
                await self._warn(f"{len(files):,} documents: {_NOBODY}")
            return
        if await self._index(pending, server, files):
            await self._join(pending, server, await pending.members(only))

    async def _server(self, settings: Settings) -> Server | None:
        token = settings.openwebui_token
        return await running_server(
            self.target, settings.openwebui_url, token.get_secret_value() if token else ""
        )

    async def _forget(
        self, pending: Pending, server: Server | None, left: list[store.Traces]
    ) -> None:
        """What was taken out of a collection must not be found in it."""
        staying = 0
        made_of = await pending.indexed(MEMBER) if left else {}
        for traces in left:
            if traces.kind == MEMBER and traces.file_id is not None:
                await pending.own_again(traces.file_id, traces.collection)
            if await self._is_forgotten(pending, server, traces, made_of):
                await self.ledger.forget_indexed(traces.kind, traces.noted)
            elif traces.kind == MEMBER:
                staying += 1
        if staying:
            notice = Notice(WarningCode.VECTORS_LEFT, f"{staying:,} documents: {_OUT_OF_REACH}")
            self.journal.warn(notice)
            await self.ledger.note(self.run_id, [notice])

    async def _is_forgotten(
        self,
        pending: Pending,
        server: Server | None,
        traces: store.Traces,
        made_of: Mapping[str, str],
    ) -> bool:
        if store.is_in_reach():
            return await store.remove(traces)
        if server is None or traces.file_id is None:
            return False
        # Open WebUI's interface finds vectors by the text that the file has now.
        document = await pending.document(traces.file_id)
        if document is None or document.digest != made_of.get(traces.noted[0]):
            return False
        try:
            await server.remove(traces.file_id, traces.collection)
        except NoVectorsError:
            return False
        return True

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
                await pending.heal(document)
                await self._failed(document, f"file {document.name}: {error}")
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

    async def _join(self, pending: Pending, server: Server, members: list[Member]) -> None:
        """The collections that these files are in."""
        failures = 0
        for member in members:
            if self.stop.is_set():
                raise stopped()
            document = await pending.document(member.file_id)
            if document is None:
                continue
            # A run that was killed after that could not note it.
            anew = member.anew or document.collection == member.knowledge_id
            try:
                await server.add(member.file_id, member.knowledge_id, anew=anew)
            except NoVectorsError as error:
                await pending.heal(document)
                detail = f"file {document.name} in {member.knowledge_id}: {error}"
                await self._failed(member, detail)
                failures += 1
                if failures == _IN_A_ROW:
                    return
                continue
            failures = 0
            await pending.own_again(member.file_id, member.knowledge_id)
            await self.ledger.add(self.run_id, [member.indexed])

    async def _failed(self, what: Document | Member, detail: str) -> None:
        notice = Notice(WarningCode.VECTORS_NOT_MADE, detail)
        self.journal.warn(notice)
        await self.ledger.add(self.run_id, [what.failed(notice)])

    async def _warn(self, detail: str) -> None:
        notice = Notice(WarningCode.VECTORS_NOT_MADE, detail)
        self.journal.warn(notice)
        await self.ledger.note(self.run_id, [notice])


_NOBODY = (
    "nobody was there to make their vectors. Give --openwebui-url and a token in OPEN_WEBUI_TOKEN, "
    "or run inside Open WebUI; a later run goes on"
)
_OUT_OF_REACH = (
    "they were taken out of what an agent knows, and their vectors could not be. Run inside Open "
    "WebUI, or give --openwebui-url and a token in OPEN_WEBUI_TOKEN; or reindex knowledge in Admin "
    "Panel → Settings → Documents"
)
