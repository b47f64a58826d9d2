"""The card of a preview or a run that goes on."""

from __future__ import annotations

from html import escape

from migrator_core.wording import duration
from owui_function.jobs.views import PhaseState, PhaseView, View


def progress_body(view: View) -> str:
    """The card's contents at one moment.

    Elements that change carry a ``data-k``, so that the frame changes them in place.
    """
    title = "Preview: nothing is written" if view.preview else "Migration from LibreChat"
    if view.verifies:
        title = "Comparing with the backup: nothing is written"
    warnings = f"{view.warnings:,} warning{'' if view.warnings == 1 else 's'} so far"
    rows = "".join(_phase(number, phase) for number, phase in enumerate(view.phases))
    return (
        f'<div data-running><div class="top"><h1>{title}</h1>'
        f'<span class="soft num" data-k="time">{escape(_time(view))}</span></div>'
        f'<p data-k="line">{escape(view.line)}</p>'
        f'<p class="soft num"><span data-k="rate">{view.rate:,.0f} documents a second</span> · '
        f'<span data-k="warnings" class="{"warn" if view.warnings else ""}">{warnings}</span></p>'
        f'<ol class="phases">{rows}</ol></div>'
    )


def _time(view: View) -> str:
    gone = duration(view.elapsed)
    if view.remaining is None:
        return gone
    return f"{gone} · about {duration(view.remaining)} left in this step"


def _phase(number: int, phase: PhaseView) -> str:
    width, unknown = 0.0, ""
    if phase.state is PhaseState.DONE:
        width = 100.0
    elif phase.state is PhaseState.NOW and phase.total:
        width = min(100.0, 100.0 * phase.done / phase.total)
    elif phase.state is PhaseState.NOW:
        width, unknown = 30.0, " unknown"
    return (
        f'<li class="{phase.state}" data-k="phase{number}"><span>{escape(phase.label)}</span>'
        f'<span class="track"><span class="bar{unknown}" style="display:block;width:{width:.1f}%" '
        f'data-k="bar{number}"></span></span>'
        f'<span class="count num" data-k="count{number}">{_count(phase)}</span></li>'
    )


def _count(phase: PhaseView) -> str:
    if phase.state is PhaseState.WAITING:
        return ""
    if phase.state is PhaseState.DONE:
        return f"✓ {phase.done:,}"
    return f"{phase.done:,} of {phase.total:,}" if phase.total else f"{phase.done:,}"
