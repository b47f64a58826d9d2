"""What an agent knows, compared.

Open WebUI notes no date where a file joins a collection or leaves it (``models/knowledge.py``, 0.10
to 0.12): a file that is there and not in its collection any more was taken out by somebody.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.openwebui.verifying.columns import compare_columns
from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows
from migrator_core.verification import Difference

_FILES = "knowledge_file"


def compare_knowledge(expected: Rows, actual: Rows, others: Rows, facts: Facts) -> Iterator[Gap]:
    """A collection and the files in it; who may read them is compared apart."""
    yield from compare_columns("knowledge", expected["knowledge"][0], actual["knowledge"][0], facts)
    wanted, ours, theirs = (
        {row["file_id"] for row in rows.get(_FILES) or ()} for rows in (expected, actual, others)
    )
    for file_id in sorted(wanted - ours - theirs):
        if facts.is_there("file", file_id):  # else the file is a finding of its own
            yield Gap(Difference.REMOVED_IN_OPEN_WEBUI, f"file {file_id}")
    for file_id in sorted(ours - wanted):
        yield Gap(Difference.UNEXPECTED, f"file {file_id}")
    for file_id in sorted(theirs - wanted):
        yield Gap(Difference.CHANGED_IN_OPEN_WEBUI, f"file {file_id}")
