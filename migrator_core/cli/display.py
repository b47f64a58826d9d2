"""What a run shows while it works: a live display, plain lines, or JSON lines."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TextIO

from migrator_core.cli.masking import mask
from migrator_core.cli.output import json_line, write_line
from migrator_core.progress import Event, EventKind, Progress, Snapshot
from migrator_core.visible import visible
from migrator_core.wording import duration

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
        return visible(mask(event.text)) + (more if seen == SHOWN_PER_WARNING else "")


def progress_line(snapshot: Snapshot) -> str:
    """One line of plain text that says how far the run is."""
    of_total = f" of {snapshot.total:,}" if snapshot.total is not None else ""
    left = f", about {duration(snapshot.remaining)} left" if snapshot.remaining else ""
    return (
        f"[{snapshot.phase_number}/{snapshot.phase_count}] {snapshot.phase}: "
        f"{snapshot.done:,}{of_total} done, {snapshot.rate:,.0f}/s{left}, "
        f"{snapshot.warnings:,} warnings"
    )


@asynccontextmanager
async def display(progress: Progress, log_format: str) -> AsyncIterator[None]:
    """Show a run's progress while the body runs."""
    watcher: AbstractAsyncContextManager[None]
    if log_format == "json":
        watcher = _lines(progress, _JsonLines(sys.stdout))
    elif sys.stderr.isatty():
        watcher = _screen(progress)
    else:
        watcher = _lines(progress, _TextLines(sys.stdout))
    async with watcher:
        yield


def _screen(progress: Progress) -> AbstractAsyncContextManager[None]:
    """The live display where rich is installed, else lines."""
    try:
        from migrator_core.cli.live import live  # noqa: PLC0415 - needs rich, which may be missing
    except ModuleNotFoundError:
        return _lines(progress, _TextLines(sys.stdout))
    return live(progress)


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
                self._write(visible(mask(event.text)))

    def progress(self, snapshot: Snapshot) -> None:
        self._write(progress_line(snapshot))

    def _write(self, line: str) -> None:
        write_line(self._stream, line)


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
        write_line(self._stream, json_line(record))


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
