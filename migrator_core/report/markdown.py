"""``report.md``: the report for a ticket or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator_core.explanations import EXPLANATIONS
from migrator_core.models_in_use import ModelsInUse
from migrator_core.report.data import Report, Undoing, isoformat
from migrator_core.report.grouping import (
    Group,
    finding_groups,
    item_groups,
    kept_groups,
    warning_groups,
)
from migrator_core.report.summary import headline, not_done
from migrator_core.undoing import MEANINGS as KEPT_BECAUSE
from migrator_core.undoing import WORDS, heading_of
from migrator_core.verification import MEANINGS
from migrator_core.visible import visible, visible_lines

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&$]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""What begins markup, also an entity, a formula, or a link made of a bare address."""


def markdown_chunks(report: Report) -> Iterator[str]:
    """The report in Markdown, piece by piece. Text from the backup is escaped and made visible."""
    return map(visible_lines, _chunks(report))


def _chunks(report: Report) -> Iterator[str]:
    run, backup = report.run, report.backup
    yield f"# {report.title}\n\n**{headline(report)}**\n\n"
    yield (
        f"- Run: `{_code(run.id)}` ({run.mode}), {run.state}\n"
        f"- From {isoformat(run.started_at)} to {isoformat(run.finished_at)}\n"
        f"- Open WebUI {_escape(run.open_webui_version)}, tool {run.tool_version}\n"
        f"- Backup: {_escape(backup.path)} ({backup.kind})\n\n"
    )
    if report.undoing is not None:
        yield from _undoing(report.undoing)
        return
    yield from _table(report)
    if report.verification is not None:
        yield f"\n## Verification\n\n{report.verification.counts.headline()}.\n"
    for (difference, collection), group in finding_groups(report).items():
        yield f"\n### {_escape(collection)}: {difference} ({group.count:,})\n\n"
        yield f"{MEANINGS[difference]}\n\n"
        yield from _entries(group)
    if report.models is not None and report.models.models:
        yield from _models(report.models)
    groups = item_groups(report)
    if groups:
        yield "\n## Not migrated\n"
    for (state, reason, collection), group in groups.items():
        yield f"\n### {_escape(collection)}: {state} — {reason} ({group.count:,})\n\n"
        yield f"{EXPLANATIONS[reason]}\n\n"
        yield from _entries(group)
    warnings = warning_groups(report)
    if warnings:
        yield "\n## Warnings\n"
    for code, group in warnings.items():
        yield f"\n### {code} ({group.count:,})\n\n{EXPLANATIONS[code]}\n\n"
        yield from _entries(group)


def _models(models: ModelsInUse) -> Iterator[str]:
    yield f"\n## Models that chats and agents name\n\n{_escape(models.how_it_is_known())}\n\n"
    for heading, found in models.headings():
        yield f"- {heading}:\n"
        for model in found:
            yield f"    - {_escape(str(model))}\n"
    if models.more:
        yield f"- … and {models.more:,} more\n"


def _undoing(undoing: Undoing) -> Iterator[str]:
    for line in undoing.counts.lines():
        yield f"- {_escape(line)}\n"
    for (why, kind), group in kept_groups(undoing).items():
        yield f"\n## {WORDS[kind][1]}: {heading_of(why)} ({group.count:,})\n\n"
        yield f"{KEPT_BECAUSE[why]}\n\n"
        yield from _entries(group)


def _table(report: Report) -> Iterator[str]:
    early = report.progress()[1] is not None
    more = (" not done |", " ---: |") if early else ("", "")
    yield f"| collection | found | migrated | existing | skipped | failed |{more[0]}\n"
    yield f"| --- | ---: | ---: | ---: | ---: | ---: |{more[1]}\n"
    for name, entry in report.ordered():
        skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
        yield (
            f"| {_escape(name)} | {entry['found']:,} | {entry['migrated']:,} "
            f"| {entry['existing']:,} | {skipped:,} | {failed:,} |"
            f"{f' {not_done(entry)} |' if early else ''}\n"
        )


def _entries(group: Group) -> Iterator[str]:
    for name, detail in group.entries:
        parts = [f"`{_code(name)}`"] if name else []
        if detail:
            parts.append(_escape(detail))
        yield f"- {' — '.join(parts)}\n"
    if group.hidden:
        yield f"- … and {group.hidden:,} more, all of them in report.json\n"


def _escape(text: str) -> str:
    one_line = visible(" ".join(text.split()))
    return _SPECIAL.sub(r"\\\1", one_line)


def _code(text: str) -> str:
    return visible(" ".join(text.split())).replace("`", "'")
