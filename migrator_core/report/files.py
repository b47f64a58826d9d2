"""Writes ``report.json``, ``report.md`` and ``report.html`` into a directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from migrator_core.plain_json import to_json
from migrator_core.report.data import Report
from migrator_core.report.html import html_chunks
from migrator_core.report.markdown import markdown_chunks

_CHUNK = 256 * 1024


async def write_reports(report: Report, directory: Path) -> list[Path]:
    """Write all three, each complete or not at all, and give their paths.

    Raises:
        OSError: the directory cannot be made or written to.
    """
    writers: dict[str, Callable[[Report], Iterator[str]]] = {
        "report.json": json_chunks,
        "report.md": markdown_chunks,
        "report.html": html_chunks,
    }
    import aiofiles.os  # noqa: PLC0415 - optional: the bundled file loads without it

    # A report names people by their whole addresses.
    await aiofiles.os.makedirs(directory, mode=0o700, exist_ok=True)
    paths = []
    for name, chunks in writers.items():
        path = directory / name
        await _write(path, chunks(report))
        paths.append(path)
    return paths


async def _write(path: Path, chunks: Iterator[str]) -> None:
    import aiofiles.os  # noqa: PLC0415 - as above

    unfinished = path.with_name(f".{path.name}.unfinished")
    async with aiofiles.open(
        unfinished, "w", encoding="utf-8", errors="backslashreplace", opener=_private
    ) as file:
        buffered: list[str] = []
        size = 0
        for chunk in chunks:
            buffered.append(chunk)
            size += len(chunk)
            if size >= _CHUNK:
                await file.write("".join(buffered))
                buffered, size = [], 0
        await file.write("".join(buffered))
    await aiofiles.os.replace(unfinished, path)


def _private(path: str, flags: int) -> int:
    """Open a file that nobody else on this machine may read."""
    return os.open(path, flags, 0o600)


def json_chunks(report: Report) -> Iterator[str]:
    """``report.json`` piece by piece: its lists may be longer than memory is large."""
    yield '{\n"run": ' + _dump(report.run.to_json())
    yield ',\n"backup": ' + _dump(report.backup.to_json())
    yield ',\n"collections": ' + _dump(dict(report.collections))
    yield ',\n"items": ['
    yield from _separated(
        {
            "collection": item.collection,
            "source_id": item.source_id,
            "target_id": item.target_id,
            "state": item.state,
            "reason": item.reason,
            "detail": item.detail,
        }
        for item in report.items()
    )
    yield '],\n"warnings": ['
    yield from _separated(
        {"code": notice.code, "detail": notice.detail} for notice in report.warnings()
    )
    yield "]"
    if report.models is not None:
        yield ',\n"models": ' + _dump(report.models.to_json())
    if report.verification is not None:
        sums = _dump(report.verification.counts.to_json())
        yield ',\n"verification": ' + sums.removesuffix("}") + ', "findings": ['
        yield from _separated(finding.to_json() for finding in report.verification.findings())
        yield "]}"
    if report.undoing is not None:
        sums = _dump(report.undoing.counts.to_json())
        yield ',\n"undo": ' + sums.removesuffix("}") + ', "kept": ['
        yield from _separated(thing.to_json() for thing in report.undoing.kept())
        yield "]}"
    yield "\n}\n"


def _separated(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    separator = "\n"
    for entry in entries:
        yield separator + _dump(entry)
        separator = ",\n"


def _dump(value: dict[str, Any]) -> str:
    return to_json(value).decode()
