"""What a run shows while it works: a live display, plain lines, or JSON lines."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TextIO

from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from migrator_core.cli.masking import mask
from migrator_core.progress import Event, EventKind, Progress, Snapshot

LINE_SECONDS = 10
"""A Job's log gets a progress line at least this often, so that nobody takes it for dead."""

SHOWN_PER_WARNING = 10
"""Warnings of one code that are logged one by one; the report has them all."""


class WarningFilter:
    """Lets the first warnings of each code through and counts the rest."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def line(self, event: Event) -> str | None:
        """The line for this warning, None where enough of its kind were shown."""
        self._seen[event.code] += 1
        seen = self._seen[event.code]
        if seen > SHOWN_PER_WARNING:
            return None
        more = " (further ones of this kind are in the report only)"
        return mask(event.text) + (more if seen == SHOWN_PER_WARNING else "")


def progress_line(snapshot: Snapshot) -> str:
    """One line of plain text that says how far the run is."""
    of_total = f" of {snapshot.total:,}" if snapshot.total is not None else ""
    left = f", about {duration(snapshot.remaining)} left" if snapshot.remaining else ""
    return (
        f"[{snapshot.phase_number}/{snapshot.phase_count}] {snapshot.phase}: "
        f"{snapshot.done:,}{of_total} done, {snapshot.rate:,.0f}/s{left}, "
        f"{snapshot.warnings:,} warnings"
    )


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@asynccontextmanager
async def display(progress: Progress, log_format: str) -> AsyncIterator[None]:
    """Show a run's progress while the body runs."""
    if log_format == "json":
        watcher = _lines(progress, _JsonLines(sys.stdout))
    elif sys.stderr.isatty():
        watcher = _live(progress)
    else:
        watcher = _lines(progress, _TextLines(sys.stdout))
    async with watcher:
        yield


class _TextLines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._warnings = WarningFilter()

    def event(self, event: Event) -> None:
        match event.kind:
            case EventKind.WARNING:
                text = self._warnings.line(event)
                if text is not None:
                    self._write(f"warning: {event.code}: {text}")
            case EventKind.PHASE:
                self._write(f"phase: {event.text}")
            case EventKind.NOTE:
                self._write(mask(event.text))

    def progress(self, snapshot: Snapshot) -> None:
        self._write(progress_line(snapshot))

    def _write(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class _JsonLines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._warnings = WarningFilter()

    def event(self, event: Event) -> None:
        text: str | None = mask(event.text)
        if event.kind is EventKind.WARNING:
            text = self._warnings.line(event)
        if text is not None:
            self._write({"event": event.kind.value, "code": event.code, "text": text})

    def progress(self, snapshot: Snapshot) -> None:
        self._write(
            {
                "event": "progress",
                "phase": snapshot.phase,
                "phase_number": snapshot.phase_number,
                "phase_count": snapshot.phase_count,
                "done": snapshot.done,
                "total": snapshot.total,
                "elapsed_seconds": round(snapshot.elapsed, 1),
                "per_second": round(snapshot.rate, 1),
                "remaining_seconds": snapshot.remaining and round(snapshot.remaining, 1),
                "warnings": snapshot.warnings,
            }
        )

    def _write(self, record: dict[str, object]) -> None:
        print(json.dumps(record), file=self._stream, flush=True)


@asynccontextmanager
async def _lines(progress: Progress, lines: _TextLines | _JsonLines) -> AsyncIterator[None]:
    async def tick() -> None:
        while True:
            await asyncio.sleep(LINE_SECONDS)
            lines.progress(progress.snapshot())

    progress.listeners.append(lines.event)
    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()
        await asyncio.gather(ticker, return_exceptions=True)
        progress.listeners.remove(lines.event)


@asynccontextmanager
async def _live(progress: Progress) -> AsyncIterator[None]:
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
            console.print(escape(mask(event.text)), highlight=False)

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
