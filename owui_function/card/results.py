"""The card of a preview or a run that has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Literal

from migrator_core.explanations import EXPLANATIONS
from migrator_core.outcome import Reason, RunState, WarningCode
from migrator_core.tally import CollectionEntry
from migrator_core.wording import duration
from owui_function.jobs.summaries import Summary, in_two


def results_body(summary: Summary) -> str:
    """What arrived, what did not and why, and what to look at."""
    title, tone = _title(summary)
    took = duration(summary.run.finished_at - summary.run.started_at)
    head = (
        f'<div data-ended="{escape(summary.run.state)}"><div class="top">'
        f'<h1 class="{tone}">{title}</h1><span class="soft num">{took}</span></div>'
        f"<p>{escape(_sentence(summary))}</p>"
        f'<p class="soft">Backup {escape(summary.backup.path)} '
        f"({escape(summary.backup.kind)}) · run {escape(summary.run.id)} · "
        f"Open WebUI {escape(summary.run.open_webui_version)}</p>"
    )
    if summary.undoes:
        items = "".join(f"<li>{escape(line)}</li>" for line in summary.undone)
        return f"{head}<ul>{items}</ul></div>"
    parts = (
        _table(summary),
        _reasons("Failed", summary, "failed", "bad"),
        _reasons("Left out, and why", summary, "skipped", ""),
        _warnings(summary.warnings),
    )
    return head + "".join(html for part in parts for html in part) + "</div>"


def _title(summary: Summary) -> tuple[str, str]:
    what = "Preview" if summary.preview else "Migration"
    if summary.verifies:
        what = "Comparison"
    if summary.undoes:
        what = "Preview of the undo" if summary.preview else "Undo"
    if not summary.finished:
        stopped = summary.run.state == RunState.ABORTED
        state = "stopped" if stopped else escape(summary.run.state)
        return f"{what} {state} before its end", "warn"
    if summary.verifies:
        found = f"{summary.differences:,}" if summary.differences else "no"
        tone = "bad" if summary.differences else "good"
        return f"Compared with the backup: {found} differences", tone
    if summary.undoes:
        return f"{what} finished", "good"
    if summary.totals["failed"]:
        return f"{what} finished, some documents failed", "bad"
    if summary.preview:
        return "Preview finished: nothing was written", "good"
    return "Migration finished: everything is accounted for", "good"


def _sentence(summary: Summary) -> str:
    line = summary.headline
    return f"{line[:1].upper()}{line[1:]}."


def _table(summary: Summary) -> Iterator[str]:
    arrived = "would arrive" if summary.preview else "arrived"
    yield '<div class="scroll"><table><thead><tr><th></th>'
    yield "".join(
        f"<th>{name}</th>" for name in ("found", arrived, "already there", "left out", "failed")
    )
    yield "</tr></thead><tbody>"
    shown, _ = in_two(summary)  # the others are among what was left out, below
    yield from (_row(name, entry) for name, entry in shown)
    yield "</tbody></table></div>"


def _row(name: str, entry: CollectionEntry) -> str:
    skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
    cells = "".join(
        f'<td class="{"" if count else "zero"}">{count:,}</td>'
        for count in (entry["found"], entry["migrated"], entry["existing"], skipped)
    )
    return (
        f"<tr><td>{escape(name)}</td>{cells}"
        f'<td class="{"bad" if failed else "zero"}">{failed:,}</td></tr>'
    )


def _reasons(
    heading: str, summary: Summary, kind: Literal["skipped", "failed"], tone: str
) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for name, reason, count in summary.report.reasons(kind):
        places.setdefault(reason, []).append(f"{count:,} {name}")
    if not places:
        return
    yield f'<h2 class="{tone}">{heading}</h2>'
    for reason, where in places.items():
        yield (
            f"<p>{escape(', '.join(where))}: <b>{escape(reason)}</b>. "
            f'<span class="soft">{escape(_explained(Reason, reason))}</span></p>'
        )


def _warnings(warnings: Mapping[str, int]) -> Iterator[str]:
    if not warnings:
        return
    yield f'<h2 class="warn">Warnings: {sum(warnings.values()):,}</h2><dl>'
    order = [str(code) for code in WarningCode]
    for code, count in sorted(
        warnings.items(), key=lambda w: order.index(w[0]) if w[0] in order else len(order)
    ):
        explained = escape(_explained(WarningCode, code))
        yield f"<dt>{count:,}</dt><dd><b>{escape(code)}</b>. <span>{explained}</span></dd>"
    yield '</dl><p class="soft">The full report lists each of them.</p>'


def _explained(kind: type[Reason | WarningCode], code: str) -> str:
    try:
        return EXPLANATIONS[kind(code)]
    except ValueError:  # a ledger that a newer version wrote
        return ""
