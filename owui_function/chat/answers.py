"""The texts of all answers, in Markdown. Whatever comes from the backup is made harmless here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from migrator_core import Attachment, Findings
from migrator_core.outcome import RunState, WarningCode
from migrator_core.wording import size, when
from owui_function.chat import attachments
from owui_function.chat.commands import Command
from owui_function.chat.promises import PROMISES
from owui_function.decisions import Decision
from owui_function.jobs import summaries
from owui_function.jobs.summaries import Summary

BUTTONS_OFF = (
    "The buttons below answers are off. Switch “LibreChat Migration buttons” on in Admin Panel → "
    "Functions, if you want them."
)

_SPECIAL = re.compile(r"([\\`*_{}\[<>#+!|$~&:@]|(?<=www)\.)", re.IGNORECASE)
"""Neither round brackets nor the closing square one: Open WebUI takes what stands between two of
them behind backslashes for a formula (0.10 to 0.12, ``katex-extension.ts``). Without its opening
bracket nothing is a link; ``:``, ``@`` and ``www.`` would make one of a bare address."""


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: object) -> str:
    """Text as Markdown code, on one line."""
    harmless = " ".join(str(text).replace("`", "'").split())
    return f"`{harmless}`"


def readiness(found: Findings, made: Sequence[Decision], notes: Sequence[str]) -> str:
    """The answer to "Check"."""
    lines = [
        "### " + ("Something is in the way" if found.problems else "Ready to preview"),
        "",
        f"- Open WebUI {found.version} on {found.database}",
        f"- {size(found.free)} free for unpacking",
        f"- Backups in {code(found.place)}: {len(found.offers) or 'none'}",
    ]
    for offer in found.offers:
        used = "; this one is used" if offer == found.chosen else ""
        about = f"{offer.kind}, {size(offer.size)}, of {when(offer.modified)}"
        lines += [f"    - {code(offer.path.name)}: {about}{used}"]
    if found.last_run is not None:
        run = found.last_run
        lines.append(f"- Last run: {code(run.id)}, {run.state}, started {when(run.started_at)}")
    lines += [f"- {plain(fact)}" for fact in found.facts]
    lines += ["", "What a run would do:", "", *_listed(made)]
    said: tuple[tuple[str, Sequence[str]], ...] = (
        ("❌", found.problems), ("⚠️", found.warnings), ("💡", notes),
    )  # fmt: skip
    for sign, sentences in said:
        lines += ["", *(f"{sign} {plain(_sentence(text))}\n" for text in sentences)]
    if found.model_map:
        lines += ["", "A model map to begin with, for the valve “Model map”:", ""]
        lines += ["```json", *_as_code(found.model_map), "```"]
    if not found.problems:
        lines += ["", "Say **Preview** to see what would arrive. It writes nothing."]
    return "\n".join(lines) + "\n"


def _as_code(mapping: Mapping[str, str]) -> list[str]:
    """JSON in which nothing ends the block of code around it."""
    return json.dumps(dict(mapping), indent=2).replace("`", "\\u0060").splitlines()


def _decided(made: Sequence[Decision]) -> list[str]:
    return [f"{each.what}: {plain(each.how)} ({plain(each.because)})" for each in made]


def _listed(made: Sequence[Decision]) -> list[str]:
    return [f"- {sentence}" for sentence in _decided(made)]


def in_the_way(found: Findings) -> str:
    """Why it cannot begin."""
    return "\n".join(found.problems)


def question(summary: Summary, made: Sequence[Decision]) -> str:
    """What is confirmed before anything is written: the preview's numbers and the promises."""
    shown, rest = summaries.in_two(summary)
    rows = "\n".join(
        f"| {plain(name)} | {entry['migrated']:,} | {entry['existing']:,} | "
        f"{sum(entry['skipped'].values()):,} | {sum(entry['failed'].values()):,} |"
        for name, entry in shown
    )
    promises = "\n".join(f"{number}. {text}" for number, text in enumerate(PROMISES, 1))
    decided = "\n".join(_listed(made))
    return (
        f"{_totals(summary)} So says the preview of {when(summary.run.finished_at)} of "
        f"{code(summary.backup.path)}.\n\n"
        "| | arrive | already there | left out | failed |\n|---|---:|---:|---:|---:|\n"
        f"{rows}\n\n{_wholly_left_out(rest)}{_accounts(summary)}{decided}\n\n{promises}\n"
    )


def dialog(summary: Summary, made: Sequence[Decision]) -> str:
    """The same for a dialog, which has little room, no space between columns and no bullets."""
    shown, _ = summaries.in_two(summary)
    numbers = ", ".join(
        f"{plain(name)} {entry['migrated']:,}" for name, entry in shown if entry["migrated"]
    )
    promises = "\n".join(f"- ✓ {text}" for text in PROMISES)
    arriving = f"That is: {numbers}." if numbers else ""
    name = code(summary.backup.path.rpartition("/")[2])
    decided = " ".join(f"{sentence}." for sentence in _decided(made))
    return (
        f"{name}\n\n{_totals(summary)} {arriving}\n\n{_accounts(summary)}{decided}\n\n&nbsp;\n\n"
        f"{promises}\n"
    )


def _totals(summary: Summary) -> str:
    totals = summary.totals
    return (
        f"**Documents that will be migrated: {totals['migrated']:,}.** Already there: "
        f"{totals['existing']:,}, left out: {totals['skipped']:,}, failing: {totals['failed']:,}."
    )


def _accounts(summary: Summary) -> str:
    """How many accounts that no run of ours made receive something: one may be a stranger's."""
    count = summary.warnings.get(WarningCode.ACCOUNT_EXISTING, 0)
    if not count:
        return ""
    return (
        "Accounts that were here before, and receive what the person with the same e-mail had: "
        f"{count:,}.\n\n"
    )


def _wholly_left_out(counts: summaries.Entries) -> str:
    names = ", ".join(f"{plain(name)} {entry['found']:,}" for name, entry in counts)
    return f"Wholly left out: {names}.\n\n" if names else ""


def how_to_confirm() -> str:
    """The end of the question, where it is a message."""
    return f"\nSay **{Command.CONFIRM}** to migrate. Anything else changes nothing.\n"


def declined() -> str:
    """The answer to a no."""
    return "Nothing was migrated.\n"


def result(summary: Summary, files: Sequence[Attachment]) -> str:
    """What is said when a preview or a run has ended."""
    lines = [f"**{_title(summary)}.** {plain(_sentence(summary.headline))}"]
    if summary.undoes:
        lines += ["", *(f"- {plain(line)}" for line in summary.undone)]
        if not summary.finished:
            lines.append(f"\nSay **{Command.UNDO}** to continue where it was.")
    elif summary.preview and summary.finished:
        lines.append(f"\nSay **{Command.RUN}** to migrate, or **{Command.REPORT}** for the files.")
    elif summary.verifies:
        lines.append(
            "\nThe full report names what differs, and what people changed or removed since, which "
            "is no error."
        )
    elif not summary.finished:
        lines.append(f"\nSay **{Command.RUN}** to continue where it was.")
    else:
        lines.append(
            "\nPeople sign in with the e-mail and the password they had. The report lists the "
            "models that they used, and which of them they may not use yet."
        )
        lines.append(
            f"\nSay **{Command.VERIFY}** to read everything back and compare it with the backup."
        )
    if files:
        lines.append(f"\nFull report: {attachments.links(files)}")
    return "\n".join(lines) + "\n"


def undo_question(summary: Summary) -> str:
    """What is confirmed before a run is taken back: what goes, what stays, and why."""
    rows = "\n".join(f"- {plain(line)}" for line in summary.undone)
    return f"{plain(_sentence(summary.headline))}\n\n{rows}\n"


def how_to_confirm_undo() -> str:
    """The end of that question, where it is a message."""
    return f"\nSay **{Command.CONFIRM_UNDO}** to take it back. Anything else changes nothing.\n"


def ended(summary: Summary) -> str:
    """The status line at the end."""
    return _title(summary)


def _title(summary: Summary) -> str:
    what = "Preview" if summary.preview else "Migration"
    if summary.verifies:
        what = "Comparison with the backup"
    if summary.undoes:
        what = "Preview of the undo" if summary.preview else "Undo"
    if summary.finished:
        return f"{what} finished"
    if summary.run.state == RunState.ABORTED:
        return f"{what} stopped before its end"
    return f"{what} {summary.run.state}"


def in_the_background(*, preview: bool) -> str:
    """The status line where somebody stopped looking."""
    doing = "previewing" if preview else "migrating"
    return f"Still {doing} in the background: say {Command.STATUS} to see it"


def problem(text: str) -> str:
    """An error: what is wrong, where, and what to do."""
    return "\n\n".join(f"❌ {plain(_sentence(line))}" for line in text.splitlines() if line) + "\n"


def idle(last: Summary | None) -> str:
    """The answer to "Status" while nothing goes on."""
    if last is None:
        return "Nothing is going on, and nothing was migrated yet. Say **Check** to begin.\n"
    return (
        f"Nothing is going on. The last run {code(last.run.id)} is {last.run.state}: "
        f"{plain(last.headline)}.\n"
    )


def no_report() -> str:
    """The answer to "Report" before anything was done."""
    return "There is no report yet. Say **Preview** to get one.\n"


def nothing_to_cancel() -> str:
    """The answer to "Cancel" while nothing goes on."""
    return "Nothing is going on that could be cancelled.\n"


def unknown() -> str:
    """The beginning of an answer to something else."""
    return "I only move LibreChat into Open WebUI, and I did not understand that.\n\n"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
