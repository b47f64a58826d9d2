"""What previews and runs have left: in this process, in the server's reports, in the ledger."""

from __future__ import annotations

import asyncio
from pathlib import Path

from migrator_core.errors import MigratorError
from migrator_core.settings import Settings
from owui_function.aside import Aside
from owui_function.chat import attachments
from owui_function.choices import of_the_report
from owui_function.jobs import previews, summaries
from owui_function.jobs.job import Job
from owui_function.jobs.summaries import Summary


async def latest(root: Path, aside: Aside) -> tuple[Summary, Path] | None:
    """The last preview or run, from this worker's reports below ``root`` or from the ledger."""
    kept = await asyncio.to_thread(lambda: next(previews.kept(root), None))
    known = await aside.runs()
    ended = next((r for r in known if r.finished_at is not None and r.undoes is None), None)
    if kept is not None:
        directory, summary = kept
        if ended is None or ended.finished_at is None:
            return summary, directory
        if summary.run.id == ended.id or summary.run.finished_at >= ended.finished_at:
            return summary, directory
    if ended is None:
        return None
    return summaries.of_record(ended), await attachments.write_again(ended.id, root, aside)


async def previewed(settings: Settings, root: Path, aside: Aside) -> Summary | None:
    """The preview whose numbers hold for a run that would begin now."""
    found = await asyncio.to_thread(lambda: previews.matching(root, previews.key(settings)))
    known = await aside.runs()
    if found is None or (known and known[0].started_at >= found.run.started_at):
        return None  # a run, of whatever process, has changed what there is to migrate
    return found


def outcome(job: Job) -> tuple[Path, Summary]:
    """How a job ended, from what it left behind: another version may have carried it out.

    Raises:
        MigratorError: it left nothing; it says why.
    """
    summary = summaries.read(job.directory) if job.directory is not None else None
    if job.directory is None or summary is None:
        nothing = f"There is no summary in {job.directory}."
        raise MigratorError(of_the_report(job.problem) or nothing)
    return job.directory, summary
