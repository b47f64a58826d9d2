"""Whoever watches a preview or a run until it ends, wherever it goes on, and shows its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from migrator_core import RunRecord, data_dir
from owui_function import results
from owui_function.aside import Aside
from owui_function.card import results_body
from owui_function.chat import answers, attachments
from owui_function.chat.commands import Command
from owui_function.chat.following import follow, follow_record
from owui_function.chat.message import Message
from owui_function.choices import reports_of
from owui_function.jobs import summaries
from owui_function.jobs.job import Job
from owui_function.jobs.summaries import Summary
from owui_function.state import ChatState, State
from owui_function.valves import Valves

Answer = AsyncIterator[str]


@dataclass
class Watcher:
    """One administrator in one chat, who sees what goes on."""

    valves: Valves
    state: State
    user_id: str
    chat: ChatState
    message: Message
    aside: Aside = field(default_factory=Aside, kw_only=True)

    def _offer(self, *commands: Command) -> None:
        """What can be said next, once this answer has ended."""
        self.chat.suggestions = tuple(str(command) for command in commands)

    async def _running(self) -> Job | RunRecord | None:
        """What goes on now, in this process or in another one."""
        return self.state.running or await self.aside.running_elsewhere()

    def _join(self, current: Job | RunRecord) -> Answer:
        """Show what goes on already, instead of starting another."""
        if isinstance(current, Job):
            return self._watch(current, then_run=False)
        return self._watch_record(current.id)

    async def _watch(self, job: Job, *, then_run: bool) -> Answer:
        self._offer(Command.STATUS, Command.CANCEL)
        async for line in follow(job, self.message):
            yield line
        directory, summary = await asyncio.to_thread(results.outcome, job)
        if then_run and summary.finished:
            await self.message.card(results_body(summary))
            return
        async for text in self._show(summary, directory, attach=not job.preview):
            yield text

    async def _watch_record(self, run_id: str) -> Answer:
        async for line in follow_record(run_id, self.message, self.aside):
            yield line
        record = next((r for r in await self.aside.runs() if r.id == run_id), None)
        if record is None:
            yield answers.no_report()
            return
        if record.undoes is not None:  # its report was written where it was called
            async for text in self._show(summaries.of_record(record), Path(), attach=False):
                yield text
            return
        directory = await attachments.write_again(run_id, await self._reports(), self.aside)
        async for text in self._show(summaries.of_record(record), directory, attach=True):
            yield text

    async def _show(self, summary: Summary, directory: Path, *, attach: bool) -> Answer:
        """The end: the card, the files, and what comes next."""
        await self.message.card(results_body(summary))
        files = []
        if attach:
            files = await attachments.attach(self.user_id, summary, directory, self.aside)
            new = attachments.unseen(files, self.message.id, self.state.attached)
            if new:
                await self.message.files([attachments.as_message_file(file) for file in new])
        await self.message.status(answers.ended(summary), done=True)
        if summary.preview or not summary.finished:
            self._offer(Command.RUN, Command.REPORT, Command.PREVIEW)
        elif summary.undoes:
            self._offer(Command.REPORT, Command.CHECK)
        else:
            self._offer(Command.REPORT, Command.VERIFY, Command.CHECK)
        yield answers.result(summary, files)

    async def _reports(self) -> Path:
        return reports_of(self.valves, data_dir())
