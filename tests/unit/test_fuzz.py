"""A sample of ``make fuzz``: a thousand damaged inputs for readers and converters."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.converters import Converters
from tests.fuzz.readers import Readers


def test_every_damaged_backup_is_read_refused_or_says_what_is_missing(tmp_path: Path) -> None:
    readers = Readers(tmp_path)
    attempts = [readers.run(seed) for seed in range(440)]
    assert [attempt for attempt in attempts if attempt.wrong] == []
    endings = {attempt.ended for attempt in attempts}
    assert endings >= {"read", "refused", "some unreadable"}


def test_every_odd_document_is_converted_or_refused() -> None:
    converters = Converters()
    attempts = [converters.run(seed) for seed in range(560)]
    assert [attempt for attempt in attempts if attempt.wrong] == []
    assert {attempt.ended for attempt in attempts} >= {"converted", "refused", "skipped"}
