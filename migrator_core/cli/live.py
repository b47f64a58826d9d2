"""The live display on a terminal: a bar for every phase."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from migrator_core.cli.masking import mask
from migrator_core.progress import Event, EventKind, Progress
from migrator_core.visible import visible
from migrator_core.wording import duration


@asynccontextmanager
async def live(progress: Progress) -> AsyncIterator[None]:
    """A bar for every phase on a terminal, above them the warnings as they come."""
    console = Console(stderr=True)
    bars = Bar(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:22}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[counts]}"),
        console=console,
    )
    screen = _LiveScreen(bars, progress)

    def listen(event: Event) -> None:
        if event.kind is EventKind.PHASE:
            screen.next_phase(event.text)
        elif event.kind is EventKind.NOTE:
            console.print(escape(visible(mask(event.text))), highlight=False)

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.25)
            screen.refresh()

    progress.listeners.append(listen)
    with Live(screen, console=console, refresh_per_second=4, transient=False):
        ticker = asyncio.create_task(tick())
        try:
            yield
        finally:
            ticker.cancel()
            await asyncio.gather(ticker, return_exceptions=True)
            screen.finish()
            progress.listeners.remove(listen)


class _LiveScreen:
    """The bars of all phases so far and a line with the number of warnings."""

    def __init__(self, bars: Bar, progress: Progress) -> None:
        self._bars = bars
        self._progress = progress
        self._current: TaskID | None = None

    def next_phase(self, name: str) -> None:
        if self._progress.history:
            self._complete(self._progress.history[-1][1])
        self._current = self._bars.add_task(name, total=self._progress.total, counts="")

    def refresh(self) -> None:
        if self._current is None:
            return
        state = self._progress.snapshot()
        left = f", {duration(state.remaining)} left" if state.remaining else ""
        of_total = f" of {state.total:,}" if state.total is not None else ""
        counts = f"{state.done:,}{of_total}, {state.rate:,.0f}/s{left}"
        self._bars.update(self._current, completed=state.done, counts=counts)

    def finish(self) -> None:
        self._complete(self._progress.done)

    def _complete(self, done: int) -> None:
        if self._current is not None:
            full = max(done, 1)
            self._bars.update(self._current, total=full, completed=full, counts=f"{done:,}")

    def __rich__(self) -> RenderableType:
        table = Table.grid()
        table.add_row(self._bars)
        if self._progress.warnings:
            table.add_row(f"  {self._progress.warnings:,} warnings so far; the report lists them")
        return table
