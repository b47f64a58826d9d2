"""The full report as files that the administrator can download."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from migrator_core import Attachment, past_report, store_files
from owui_function.aside import Aside
from owui_function.jobs.summaries import Summary

_KINDS = (("report.html", "text/html"), ("report.json", "application/json"))


async def write_again(run_id: str, root: Path, aside: Aside) -> Path:
    """Write a run's reports from the ledger: it may have run elsewhere, or long ago."""
    return await aside.do(lambda: past_report(run_id, root / run_id))


async def attach(
    owner_id: str, summary: Summary, directory: Path, aside: Aside
) -> list[Attachment]:
    """Store the reports of one preview or run as files of their reader."""
    kind = "verification" if summary.verifies else "preview" if summary.preview else "migration"
    name = f"librechat-{kind}-{summary.run.id}"
    paths = [
        (directory / file, f"{name}{Path(file).suffix}", content_type)
        for file, content_type in _KINDS
    ]
    there = await asyncio.to_thread(lambda: [entry for entry in paths if entry[0].is_file()])
    return await aside.do(lambda: store_files(owner_id, there))


def unseen(
    files: Sequence[Attachment], message_id: str, attached: set[tuple[str, str]]
) -> list[Attachment]:
    """Those that a message does not have yet, noted as attached.

    Open WebUI adds to what a message has; a button can be pressed again.
    """
    new = [file for file in files if (message_id, file.id) not in attached]
    attached.update((message_id, file.id) for file in new)
    return new


def as_message_file(file: Attachment) -> dict[str, Any]:
    """A file as a message of Open WebUI lists it (0.10 to 0.12, ``MessageInput.svelte``)."""
    return {
        "type": "file",
        "id": file.id,
        "url": f"/api/v1/files/{file.id}",
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "status": "uploaded",
    }


def links(files: Sequence[Attachment]) -> str:
    """Links to the files, in Markdown."""
    return " · ".join(f"[{file.name}](/api/v1/files/{file.id}/content)" for file in files)
