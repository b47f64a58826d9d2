"""``report.html``: one file that opens anywhere, in light and dark, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as escape_html

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
from migrator_core.undoing import WORDS, Kept, heading_of
from migrator_core.verification import HARMLESS, MEANINGS
from migrator_core.visible import visible, visible_lines

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #1a7f37; --bad: #c62828;
  --warn: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --good: #57c26e; --bad: #ff7b72; --warn: #d9a63a } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto;
  padding: 2rem 1rem 4rem; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem }
.headline { font-size: 1.1rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--soft);
  border-left: .3rem solid var(--good) }
.headline.bad { border-color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem }
dt { opacity: .7 } dd { margin: 0 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right }
th:first-child, td:first-child { text-align: left }
td.zero { opacity: .35 } td.bad { color: var(--bad); font-weight: 600 }
details { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem;
  margin: .5rem 0 }
summary { cursor: pointer } summary b { font-weight: 600 }
.failed > summary b { color: var(--bad) } .warning > summary b { color: var(--warn) }
li { margin: .15rem 0 } code { font-size: .9em }
"""


def html_chunks(report: Report) -> Iterator[str]:
    """The report as a page, piece by piece. Everything from the backup is escaped."""
    return map(visible_lines, _chunks(report))


def _chunks(report: Report) -> Iterator[str]:
    run, backup = report.run, report.backup
    bad = " bad" if report.is_bad else ""
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{report.title}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>{report.title}</h1>\n"
        f'<p class="headline{bad}">{_escape(headline(report))}</p>\n<dl>'
    )
    for term, text in (
        ("Run", f"{run.id} ({run.mode}), {run.state}"),
        ("Time", f"{isoformat(run.started_at)} to {isoformat(run.finished_at)}"),
        ("Versions", f"Open WebUI {run.open_webui_version}, tool {run.tool_version}"),
        ("Backup", f"{backup.path} ({backup.kind})"),
    ):
        yield f"<dt>{term}</dt><dd>{_escape(text)}</dd>"
    yield "</dl>\n"
    if report.undoing is not None:
        yield from _undoing(report.undoing)
        return
    yield from _table(report)
    yield from _verification(report)
    yield from _models(report.models)
    groups = item_groups(report)
    if groups:
        yield "<h2>Not migrated</h2>\n"
    for (state, reason, collection), group in groups.items():
        heading = f"{collection}: {state} — {reason}"
        yield from _group(heading, EXPLANATIONS[reason], group, kind=state.value)
    warnings = warning_groups(report)
    if warnings:
        yield "<h2>Warnings</h2>\n"
    for code, group in warnings.items():
        yield from _group(code.value, EXPLANATIONS[code], group, kind="warning")
    yield "</body></html>\n"


def _escape(text: str) -> str:
    """Text for the page: nothing in it is markup, and nothing acts or hides."""
    return escape_html(visible(text))


def _undoing(undoing: Undoing) -> Iterator[str]:
    yield "<ul>\n"
    for line in undoing.counts.lines():
        yield f"<li>{_escape(line)}</li>\n"
    yield "</ul>\n"
    for (why, kind), group in kept_groups(undoing).items():
        colour = "failed" if why is Kept.FAILED else "warning"
        heading = f"{WORDS[kind][1]}: {heading_of(why)}"
        yield from _group(heading, KEPT_BECAUSE[why], group, kind=colour)
    yield "</body></html>\n"


def _table(report: Report) -> Iterator[str]:
    yield '<div class="scroll"><table><thead><tr><th>collection</th>'
    yield "".join(f"<th>{name}</th>" for name in ("found", "migrated", "existing", "skipped"))
    early = report.progress()[1] is not None
    more = "<th>not done</th>" if early else ""
    yield f"<th>failed</th>{more}</tr></thead><tbody>\n"
    for name, entry in report.ordered():
        skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
        yield f"<tr><td>{_escape(name)}</td>"
        for count in (entry["found"], entry["migrated"], entry["existing"], skipped):
            yield f"<td>{count:,}</td>" if count else '<td class="zero">0</td>'
        yield f'<td class="bad">{failed:,}</td>' if failed else '<td class="zero">0</td>'
        yield f"<td>{not_done(entry)}</td></tr>\n" if early else "</tr>\n"
    yield "</tbody></table></div>\n"


def _models(models: ModelsInUse | None) -> Iterator[str]:
    if models is None or not models.models:
        return
    yield "<h2>Models that chats and agents name</h2>\n"
    yield f"<p>{_escape(models.how_it_is_known())}</p>\n<ul>\n"
    for heading, found in models.headings():
        named = "".join(f"<li>{_escape(str(model))}</li>" for model in found)
        yield f"<li>{_escape(heading)}:<ul>{named}</ul></li>\n"
    if models.more:
        yield f"<li>… and {models.more:,} more</li>\n"
    yield "</ul>\n"


def _verification(report: Report) -> Iterator[str]:
    if report.verification is None:
        return
    yield f"<h2>Verification</h2>\n<p>{_escape(report.verification.counts.headline())}.</p>\n"
    for (difference, collection), group in finding_groups(report).items():
        kind = "warning" if difference in HARMLESS else "failed"
        yield from _group(f"{collection}: {difference}", MEANINGS[difference], group, kind=kind)


def _group(heading: str, explanation: str, group: Group, *, kind: str) -> Iterator[str]:
    yield (
        f'<details class="{kind}"><summary><b>{_escape(heading)}</b> ({group.count:,})</summary>'
        f"<p>{_escape(explanation)}</p><ul>\n"
    )
    for name, detail in group.entries:
        code = f"<code>{_escape(name)}</code>" if name else ""
        separator = " — " if name and detail else ""
        yield f"<li>{code}{separator}{_escape(detail)}</li>\n"
    if group.hidden:
        yield f"<li>… and {group.hidden:,} more, all of them in report.json</li>\n"
    yield "</ul></details>\n"
