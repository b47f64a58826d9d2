"""What an administrator asks for, and the answers. The Pipe and the Action are doors to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator_core.errors import MigratorError
from migrator_core.openwebui import RunRecord
from migrator_core.openwebui import server as plugin
from migrator_core.openwebui.server import Attachment
from migrator_core.settings import Settings
from owui_function import answers, previews, readiness, reports
from owui_function.card import results_body
from owui_function.jobs import Job, Jobs, jobs_of
from owui_function.pipe import BUTTONS_ID
from owui_function.readiness import Readiness
from owui_function.stage import Emit, Stage
from owui_function.summaries import Summary, of_record
from owui_function.valves import Valves, reports_of, settings_of
from owui_function.watching import (
    aside,
    follow,
    follow_record,
    request_stop,
    running_elsewhere,
    runs,
)
from owui_function.words import HELP, Command, Request

Confirm = Callable[[str, str], Awaitable[bool]]
"""Asks yes or no in a dialog of its own: title and text in Markdown."""

Answer = AsyncIterator[str]


@dataclass
class Desk:
    """Answers one request of one administrator.

    ``confirm`` is there where a dialog can be shown; elsewhere the question is a message, and the
    next message is the answer.
    """

    valves: Valves
    jobs: Jobs
    owner_id: str
    stage: Stage
    confirm: Confirm | None = None

    async def answer(self, request: Request | None) -> Answer:
        """Carry out a request; the texts that come belong into the message."""
        self._offer(Command.PREVIEW, Command.CHECK, Command.HELP)
        try:
            async for text in self._answer(request):
                yield text
        except MigratorError as error:
            await self.stage.status("It cannot go on", done=True)
            await self.stage.notify(str(error), kind="error")
            yield answers.problem(str(error))

    async def still_going_on(self) -> None:
        """Say so where somebody stopped the answer, which stops nothing else."""
        job = self.jobs.running
        if job is not None:
            await self.stage.status(answers.in_the_background(preview=job.preview), done=True)
            await self.stage.suggest([Command.STATUS, Command.CANCEL])

    def _offer(self, *commands: Command) -> None:
        """What can be said next, once this answer has ended."""
        self.jobs.suggestions = [str(command) for command in commands]

    def _answer(self, request: Request | None) -> Answer:
        if request is None:
            return self._say(answers.unknown() + HELP)
        name = request.argument
        table: dict[Command, Callable[[], Answer]] = {
            Command.CHECK: lambda: self._check(name),
            Command.PREVIEW: lambda: self._preview(name),
            Command.RUN: lambda: self._run(name, confirmed=False),
            Command.CONFIRM: lambda: self._run(self.jobs.asked_about, confirmed=True),
            Command.STATUS: self._status,
            Command.REPORT: self._report,
            Command.CANCEL: self._cancel,
            Command.HELP: lambda: self._say(HELP),
        }
        return table[request.command]()

    async def _say(self, text: str) -> Answer:
        yield text

    async def _check(self, name: str) -> Answer:
        await self.stage.status("Looking around", done=False)
        found = await self._look(name)
        await self.stage.status("Ready" if not found.problems else "Not ready yet", done=True)
        yield answers.readiness(found, await self._notes())

    async def _look(self, name: str) -> Readiness:
        place = (await self._settings()).backup_dir
        return await aside(lambda: readiness.check(place, name))

    async def _notes(self) -> list[str]:
        if await plugin.is_active(BUTTONS_ID):
            return []
        return [answers.BUTTONS_OFF]

    async def _preview(self, name: str) -> Answer:
        current = await self._running()
        if current is not None:
            async for text in self._join(current):
                yield text
            return
        settings = await self._chosen(name)
        async for text in self._carry_out(settings, preview=True):
            yield text

    async def _run(self, name: str, *, confirmed: bool) -> Answer:
        current = await self._running()
        if current is not None:
            async for text in self._join(current):
                yield text
            return
        settings = await self._chosen(name, or_else=confirmed)
        summary = await self._previewed(settings)
        if summary is None:
            async for text in self._carry_out(settings, preview=True, then_run=True):
                yield text
            summary = await self._previewed(settings)
            if summary is None:
                return
        # Yes to which question? Only to the one that showed these very numbers.
        confirmed = confirmed and self.jobs.asked == summary.key
        if self.confirm is not None and not confirmed:
            await self.stage.status("Waiting for your confirmation", done=False)
            confirmed = await self.confirm("Migrate now?", answers.dialog(summary))
            if not confirmed:
                await self.stage.card(results_body(summary))
                await self.stage.status("Not migrated: you did not confirm", done=True)
                yield answers.declined()
                return
        if not confirmed:
            await self.stage.status("Waiting for your confirmation", done=True)
            self.jobs.asked_about, self.jobs.asked = str(settings.backup_dir), summary.key
            self._offer(Command.CONFIRM, Command.REPORT, Command.CHECK)
            yield answers.question(summary) + answers.how_to_confirm()
            return
        self.jobs.asked = ""
        async for text in self._carry_out(settings, preview=False):
            yield text

    async def _status(self) -> Answer:
        current = await self._running()
        if current is not None:
            async for text in self._join(current):
                yield text
            return
        known = await runs()
        if known:
            await self.stage.card(results_body(of_record(known[0])))
        yield answers.idle(of_record(known[0]) if known else None)

    async def _report(self) -> Answer:
        found = await self._latest()
        if found is None:
            yield answers.no_report()
            return
        summary, directory = found
        async for text in self._show(summary, directory, attach=True):
            yield text

    async def _cancel(self) -> Answer:
        current = await self._running()
        if current is None:
            yield answers.nothing_to_cancel()
            return
        if isinstance(current, Job):
            current.cancel()
        else:
            await request_stop(current.id)
        async for text in self._join(current):
            yield text

    async def _running(self) -> Job | RunRecord | None:
        """What goes on now, in this process or in another one."""
        return self.jobs.running or await running_elsewhere()

    def _join(self, current: Job | RunRecord) -> Answer:
        """Show what goes on already, instead of starting another."""
        if isinstance(current, Job):
            return self._watch(current, then_run=False)
        return self._watch_record(current.id)

    async def _carry_out(
        self, settings: Settings, *, preview: bool, then_run: bool = False
    ) -> Answer:
        job = self.jobs.start(settings, await self._reports(), preview=preview)
        async for text in self._watch(job, then_run=then_run):
            yield text

    async def _watch(self, job: Job, *, then_run: bool) -> Answer:
        self._offer(Command.STATUS, Command.CANCEL)
        async for line in follow(job, self.stage):
            yield line
        if job.summary is None or job.directory is None:
            raise MigratorError(job.problem)
        if then_run and job.summary.finished:
            await self.stage.card(results_body(job.summary))
            return
        async for text in self._show(job.summary, job.directory, attach=not job.preview):
            yield text

    async def _watch_record(self, run_id: str) -> Answer:
        async for line in follow_record(run_id, self.stage):
            yield line
        record = next((r for r in await runs() if r.id == run_id), None)
        if record is None:
            yield answers.no_report()
            return
        directory = await reports.write_again(run_id, await self._reports())
        async for text in self._show(of_record(record), directory, attach=True):
            yield text

    async def _show(self, summary: Summary, directory: Path, *, attach: bool) -> Answer:
        """The end: the card, the files, and what comes next."""
        await self.stage.card(results_body(summary))
        files = []
        if attach:
            files = await reports.attach(self.owner_id, summary, directory)
            await self._attach(files)
        await self.stage.status(answers.ended(summary), done=True)
        if summary.preview or not summary.finished:
            self._offer(Command.RUN, Command.REPORT, Command.PREVIEW)
        else:
            self._offer(Command.REPORT, Command.CHECK, Command.HELP)
        yield answers.result(summary, files)

    async def _attach(self, files: Sequence[Attachment]) -> None:
        """Open WebUI adds to what a message has; a button can be pressed again."""
        new = [file for file in files if (self.stage.message_id, file.id) not in self.jobs.attached]
        self.jobs.attached.update((self.stage.message_id, file.id) for file in new)
        if new:
            await self.stage.files([reports.as_message_file(file) for file in new])

    async def _latest(self) -> tuple[Summary, Path] | None:
        """The last preview or run, from this worker's reports or from the ledger."""
        root = await self._reports()
        kept = await asyncio.to_thread(lambda: next(previews.kept(root), None))
        known = await runs()
        ended = next((r for r in known if r.finished_at is not None), None)
        if kept is not None:
            directory, summary = kept
            if ended is None or ended.finished_at is None:
                return summary, directory
            if summary.run.id == ended.id or summary.run.finished_at >= ended.finished_at:
                return summary, directory
        if ended is None:
            return None
        return of_record(ended), await reports.write_again(ended.id, root)

    async def _previewed(self, settings: Settings) -> Summary | None:
        """The preview whose numbers hold for a run that would begin now."""
        root = await self._reports()
        found = await asyncio.to_thread(lambda: previews.matching(root, previews.key(settings)))
        known = await runs()
        if found is None or (known and known[0].started_at >= found.run.started_at):
            return None  # a run, of whatever process, has changed what there is to migrate
        return found

    async def _chosen(self, name: str, *, or_else: bool = False) -> Settings:
        """The settings with the one backup that is meant.

        ``or_else`` takes the only one, where the valves have changed and the named one is gone.

        Raises:
            MigratorError: something is in the way; it says what.
        """
        settings = await self._settings()
        found = await aside(lambda: readiness.check(settings.backup_dir, name))
        if or_else and name and found.chosen is None:
            found = await aside(lambda: readiness.check(settings.backup_dir, ""))
        if found.chosen is None or found.problems:
            raise MigratorError(answers.in_the_way(found))
        return settings.model_copy(update={"backup_dir": found.chosen.path})

    async def _settings(self) -> Settings:
        data = plugin.data_dir()
        return await asyncio.to_thread(settings_of, self.valves, data)

    async def _reports(self) -> Path:
        return reports_of(self.valves, plugin.data_dir())


def open_desk(
    valves: Valves,
    state: object,
    owner_id: str,
    emit: Emit | None,
    ask: Emit | None,
    message_id: str,
) -> Desk:
    """A desk for one request. ``state`` is the server's ``app.state``."""
    return Desk(valves, jobs_of(state), owner_id, Stage(emit, message_id, ask))
