"""Files: their records. What Open WebUI notes in them when it indexes a file is not compared."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.openwebui.contents.text import text_digest, without_notes
from migrator_core.openwebui.texts.reading import FORESEEN
from migrator_core.openwebui.verifying.columns import compare_columns
from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows, by_touch, same
from migrator_core.verification import Difference

_TABLE = "file"


def compare_file(expected: Rows, ours: Rows, facts: Facts) -> Iterator[Gap]:
    """The differences of one file; the bytes are compared elsewhere.

    A text that a loader read is compared with what the run noted of it: reading it again would
    cost what the run did. Where no ledger notes anything, it may be any.
    """
    main, actual = expected[_TABLE][0], ours[_TABLE][0]
    yield from compare_columns(_TABLE, main, actual, facts)
    touched = facts.touched(main, actual)
    if not same(without_notes(main.get("meta")), without_notes(actual.get("meta"))):
        yield Gap(by_touch(touched), "meta")
    text = text_digest(main.get("data"))
    if text == FORESEEN:
        if facts.since is not None:
            yield Gap(Difference.OUTDATED, "text")
    elif text != text_digest(actual.get("data")):
        yield Gap(by_touch(touched), "text")
