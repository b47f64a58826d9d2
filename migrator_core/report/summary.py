"""A report in a few lines, for a terminal and a Job's log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from migrator_core.explanations import EXPLANATIONS
from migrator_core.models_in_use import listed
from migrator_core.outcome import Mode, Reason, RunState, WarningCode
from migrator_core.report.data import Report
from migrator_core.tally import CollectionEntry
from migrator_core.verification import MEANINGS, Difference, VerificationCounts


def headline(report: Report) -> str:
    """One line that says how the run ended."""
    if report.undoing is not None:
        said = report.undoing.counts.headline()
        unfinished = report.run.state != RunState.FINISHED
        return f"{report.run.state}: {said} so far; undo again to continue" if unfinished else said
    found = "" if report.verification is None else report.verification.counts.headline()
    if report.run.mode == Mode.VERIFY and found:
        return found
    return f"{_outcome(report)}; {found}" if found else _outcome(report)


def _outcome(report: Report) -> str:
    totals = report.totals()
    early = report.run.state != RunState.FINISHED
    did = "would migrate" if report.run.mode == Mode.DRY_RUN else "migrated"
    counts = (
        f"{did} {totals['migrated']:,}, already there {totals['existing']:,}, "
        f"skipped {totals['skipped']:,}, failed {totals['failed']:,}"
    )
    if early:
        return f"{report.run.state}: {counts}; {_not_done(report)}; run again to continue"
    return f"{counts} of {totals['found']:,} documents"


def _not_done(report: Report) -> str:
    """How many documents were done and how many not, as far as they were counted."""
    done, left = report.progress()
    if left is None:
        return f"{done:,} documents are recorded as done, and nobody knows how many are not"
    text = f"{done:,} documents are done and {left:,} are not"
    unknown = [name for name, entry in report.ordered() if entry.get("not_done", 0) is None]
    return f"{text}, besides all {' and '.join(unknown)}, not counted yet" if unknown else text


def summary_lines(report: Report) -> list[str]:
    """The table of collections, the reasons and the warnings, one line each."""
    if report.undoing is not None:
        return report.undoing.counts.lines()
    width = max((len(name) for name in report.collections), default=10)
    early = report.progress()[1] is not None
    lines = [
        f"{'':{width}}  {'found':>9} {'migrated':>9} {'existing':>9} {'skipped':>9} {'failed':>9}"
        + (f" {'not done':>9}" if early else "")
    ]
    for name, entry in report.ordered():
        skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
        lines.append(
            f"{name:{width}}  {entry['found']:>9,} {entry['migrated']:>9,} "
            f"{entry['existing']:>9,} {skipped:>9,} {failed:>9,}"
            + (f" {not_done(entry):>9}" if early else "")
        )
    lines += _reason_lines(report, "skipped")
    lines += _reason_lines(report, "failed")
    if report.verification is not None:
        lines += _verification_lines(report.verification.counts)
    for heading, found in report.models.headings() if report.models else ():
        lines.append(f"models: {heading}: {listed(found)}")
    for code, count in warning_counts(report).items():
        lines.append(f"warning: {code}: {count:,}. {EXPLANATIONS[code]}")
    return lines


def not_done(entry: CollectionEntry) -> str:
    """How many documents of a collection a run that ended early did not get to."""
    count = entry.get("not_done", 0)
    return "?" if count is None else f"{count:,}"


def _verification_lines(counts: VerificationCounts) -> Iterator[str]:
    for difference in Difference:
        if count := counts.differences[difference]:
            yield f"{difference}: {count:,}. {MEANINGS[difference]}"


def _reason_lines(report: Report, kind: Literal["skipped", "failed"]) -> Iterator[str]:
    for reason, places in _grouped(report, kind).items():
        where = ", ".join(f"{count:,} {name}" for name, count in places)
        yield f"{kind}: {reason}: {where}. {EXPLANATIONS[Reason(reason)]}"


def warning_counts(report: Report) -> dict[WarningCode, int]:
    """How often each warning was given, in the order of the codes."""
    counts = Counter(notice.code for notice in report.warnings())
    return {code: counts[code] for code in WarningCode if counts[code]}


def _grouped(
    report: Report, kind: Literal["skipped", "failed"]
) -> dict[str, list[tuple[str, int]]]:
    grouped: dict[str, list[tuple[str, int]]] = {}
    for name, reason, count in report.reasons(kind):
        grouped.setdefault(reason, []).append((name, count))
    return grouped
