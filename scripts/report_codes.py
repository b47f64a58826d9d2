"""Writes the tables of ``docs/report.md`` from the codes in ``migrator_core/outcome.py``."""

from __future__ import annotations

from pathlib import Path

from migrator_core.explanations import EXPLANATIONS
from migrator_core.outcome import Reason, WarningCode

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "report.md"

INTRODUCTION = """\
# The report of a run

`report.json` is for programs, `report.md` and `report.html` show the same to people. All three are
in the directory that the run names at its end.

```
{"run": {"id", "mode": "dry-run|run", "started_at", "finished_at", "tool_version",
         "open_webui_version", "state": "finished|aborted"},
 "backup": {"path", "kind", "fingerprint"},
 "collections": {"users": {"found", "migrated", "existing",
                           "skipped": {"<reason>": n}, "failed": {"<reason>": n}}, …},
 "items": [{"collection", "source_id", "target_id", "state", "reason", "detail"}],
 "warnings": [{"code", "detail"}]}
```

Collections have LibreChat's names. For every one of them
`found = migrated + existing + skipped + failed`; files also say so in bytes. `items` lists every
document but the plainly migrated ones. A `source_id` is `conversationId`, `messageId`, `file_id` or
the agent's `id` where a document has one, and its `_id` otherwise.

`report.json` holds whole e-mail addresses; treat it accordingly.

A past run's report, written again with `librechat-migrate report`, comes from the ledger. It has
the same sums; of messages that were there already it has the number, but no list.
"""


def main() -> None:
    """Write the document."""
    parts = [INTRODUCTION]
    for heading, title, codes in (
        ("reason", "Why a document was skipped or failed", list(Reason)),
        ("warning", "Warnings", list(WarningCode)),
    ):
        rows = "".join(f"| `{code.value}` | {EXPLANATIONS[code]} |\n" for code in codes)
        parts.append(f"## {title}\n\n| {heading} | meaning |\n| --- | --- |\n{rows}")
    DOCUMENT.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
