"""Answers what an administrator says or clicks. The Pipe and the Action are doors to it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from migrator_core import (
    Door,
    Findings,
    check,
    data_dir,
    is_active,
    request_stop,
)
from migrator_core.errors import MigratorError
from migrator_core.settings import Settings
from migrator_core.visible import visible_lines
from owui_function import results
from owui_function.card import results_body
from owui_function.chat import answers
from owui_function.chat.commands import HELP, PLAIN, Command, Request
from owui_function.chat.message import Message
from owui_function.choices import settings_of
from owui_function.decisions import Decision, decisions
from owui_function.jobs import summaries
from owui_function.jobs.job import Job
from owui_function.names import ACTION_ID
from owui_function.state import Question, state_of
from owui_function.valves import Valves
from owui_function.watching import Answer, Watcher

Confirm = Callable[[str, str], Awaitable[bool]]
"""Asks yes or no in a dialog of its own: title and text in Markdown."""

DOOR: Final = Door("the valve “Backup path”", "Choose one: say “preview” or “run” and its name")


@dataclass
class Assistant(Watcher):
    """Answers one request of one administrator in one chat.

    ``confirm`` is there where a dialog can be shown; elsewhere the question is a message, and the
    next message in the same chat is the answer.
    """

    confirm: Confirm | None = None

    async def answer(self, request: Request | None) -> Answer:
        """Carry out a request; the texts that come belong into the message."""
        self._offer(Command.PREVIEW, Command.CHECK, Command.HELP)
        try:
            async for text in self._answer(request):
                yield visible_lines(text)
        except MigratorError as error:
            await self.message.status("It cannot go on", done=True)
            await self.message.notify(str(error), kind="error")
            yield visible_lines(answers.problem(str(error)))
        finally:
            await self.aside.close()

    async def still_going_on(self) -> None:
        """Say so where somebody stopped the answer, which stops nothing else."""
        job = self.state.running
        if job is not None:
            await self.message.status(answers.in_the_background(preview=job.preview), done=True)
            await self.message.suggest([Command.STATUS, Command.CANCEL])

    def _answer(self, request: Request | None) -> Answer:
        if request is None:
            return self._say(answers.unknown() + HELP)
        name = request.argument
        table: dict[Command, Callable[[], Answer]] = {
            Command.CHECK: lambda: self._check(name),
            Command.PREVIEW: lambda: self._unless_running(lambda: self._preview(name)),
            Command.RUN: lambda: self._unless_running(lambda: self._run(name, confirmed=False)),
            Command.CONFIRM: lambda: self._unless_running(lambda: self._confirm(name)),
            Command.UNDO: lambda: self._unless_running(lambda: self._undo(name)),
            Command.CONFIRM_UNDO: lambda: self._unless_running(self._confirm_undo),
            Command.VERIFY: lambda: self._unless_running(lambda: self._verify(name)),
            Command.STATUS: lambda: self._unless_running(self._status),
            Command.REPORT: self._report,
            Command.CANCEL: self._cancel,
            Command.HELP: lambda: self._say(HELP),
        }
        return table[request.command]()

    async def _unless_running(self, otherwise: Callable[[], Answer]) -> Answer:
        """Show what goes on already, in whatever process; one thing is done at a time."""
        current = await self._running()
        async for text in otherwise() if current is None else self._join(current):
            yield text

    async def _say(self, text: str) -> Answer:
        yield text

    async def _check(self, name: str) -> Answer:
        await self.message.status("Looking around", done=False)
        settings = await self._settings()
        found = await self._look(settings, name)
        await self.message.status("Ready" if not found.problems else "Not ready yet", done=True)
        notes = [] if await is_active(ACTION_ID) else [answers.BUTTONS_OFF]
        yield answers.readiness(found, self._decisions(settings), notes)

    async def _look(self, settings: Settings, name: str, *, quick: bool = False) -> Findings:
        return await self.aside.do(lambda: check(settings, name, door=DOOR, quick=quick))

    def _decisions(self, settings: Settings) -> list[Decision]:
        return decisions(self.valves, settings, os.environ)

    async def _preview(self, name: str) -> Answer:
        settings = await self._chosen(name)
        async for text in self._carry_out(settings, preview=True):
            yield text

    def _confirm(self, said: str) -> Answer:
        """A yes. Without a question of this person in this chat it is answered with one."""
        question = self.chat.question
        if question is not None and question.undoes and said == PLAIN:
            return self._confirm_undo()
        return self._run(question.backup if question else "", confirmed=True)

    async def _run(self, name: str, *, confirmed: bool) -> Answer:
        settings = await self._chosen(name, or_else=confirmed)
        summary = await results.previewed(settings, await self._reports(), self.aside)
        if summary is None:
            async for text in self._carry_out(settings, preview=True, then_run=True):
                yield text
            summary = await results.previewed(settings, await self._reports(), self.aside)
            if summary is None:
                return
        # Yes to which question? Only to the one that showed these very numbers.
        question = Question(str(settings.backup_dir), summary.run.id)
        confirmed = confirmed and self.chat.question == question
        if self.confirm is not None and not confirmed:
            await self.message.status("Waiting for your confirmation", done=False)
            text = answers.dialog(summary, self._decisions(settings))
            confirmed = await self.confirm("Migrate now?", text)
            if not confirmed:
                await self.message.card(results_body(summary))
                await self.message.status("Not migrated: you did not confirm", done=True)
                yield answers.declined()
                return
        if not confirmed:
            await self.message.status("Waiting for your confirmation", done=True)
            self.chat.question = question
            self._offer(Command.CONFIRM, Command.REPORT, Command.CHECK)
            yield answers.question(summary, self._decisions(settings)) + answers.how_to_confirm()
            return
        self.chat.question = None
        async for text in self._carry_out(settings, preview=False):
            yield text

    async def _verify(self, name: str) -> Answer:
        settings = await self._chosen(name)
        job = self.state.start(settings, await self._reports(), preview=False, verifies=True)
        async for text in self._watch(job, then_run=False):
            yield text

    def _confirm_undo(self) -> Answer:
        """A yes to an undo, and to nothing else."""
        question = self.chat.question
        if question is None or not question.undoes:
            return self._undo("")
        return self._undo(question.undoes, confirmed=question.preview)

    async def _undo(self, run_id: str, *, confirmed: str = "") -> Answer:
        """Show what an undo would take back, and ask; ``confirmed`` is what a yes was said to."""
        settings, reports = await self._settings(), await self._reports()
        self.chat.question = None
        if not confirmed:
            job = self.state.start(settings, reports, preview=True, undoes=run_id)
            async for text in self._watch(job, then_run=True):
                yield text
            _, summary = await asyncio.to_thread(results.outcome, job)
            if not summary.finished:
                return  # what has been shown says why
            if summary.is_empty:
                await self.message.status(answers.ended(summary), done=True)
                yield answers.result(summary, [])
                return
            run_id = summary.undoes
            text = answers.undo_question(summary)
            if self.confirm is None:
                await self.message.status("Waiting for your confirmation", done=True)
                self.chat.question = Question("", summary.run.id, run_id)
                self._offer(Command.CONFIRM_UNDO, Command.STATUS, Command.CHECK)
                yield text + answers.how_to_confirm_undo()
                return
            if not await self.confirm("Undo now?", text):
                await self.message.status("Not undone: you did not confirm", done=True)
                yield "Nothing was undone.\n"
                return
        job = self.state.start(settings, reports, preview=False, undoes=run_id)
        async for text in self._watch(job, then_run=False):
            yield text

    async def _status(self) -> Answer:
        known = await self.aside.runs()
        if known:
            await self.message.card(results_body(summaries.of_record(known[0])))
        yield answers.idle(summaries.of_record(known[0]) if known else None)

    async def _report(self) -> Answer:
        found = await results.latest(await self._reports(), self.aside)
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
            await self.aside.do(lambda: request_stop(current.id))
        async for text in self._join(current):
            yield text

    async def _carry_out(
        self, settings: Settings, *, preview: bool, then_run: bool = False
    ) -> Answer:
        job = self.state.start(settings, await self._reports(), preview=preview)
        async for text in self._watch(job, then_run=then_run):
            yield text

    async def _chosen(self, name: str, *, or_else: bool = False) -> Settings:
        """The settings with the one backup that is meant.

        ``or_else`` takes the only one, where the valves have changed and the named one is gone.

        Raises:
            MigratorError: something is in the way; it says what.
        """
        settings = await self._settings()
        found = await self._look(settings, name, quick=True)
        if or_else and name and found.chosen is None:
            found = await self._look(settings, "", quick=True)
        if found.chosen is None or found.problems:
            raise MigratorError(answers.in_the_way(found))
        return settings.model_copy(update={"backup_dir": found.chosen.path})

    async def _settings(self) -> Settings:
        return await asyncio.to_thread(settings_of, self.valves, data_dir())


def open_assistant(
    valves: Valves, app_state: object, user_id: str, chat_id: str, message: Message
) -> Assistant:
    """An assistant for one request. ``app_state`` is the server's."""
    state = state_of(app_state)
    return Assistant(valves, state, user_id, state.chat(user_id, chat_id), message)
