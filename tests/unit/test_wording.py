from __future__ import annotations

import pytest

from migrator_core.wording import size, when


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (12_345, "12.3 kB"),
        (5_000_000_000, "5.0 GB"), (3 * 10**15, "3,000.0 TB"),
    ],
)  # fmt: skip
def test_sizes_are_words(count: int, words: str) -> None:
    assert size(count) == words


def test_moments_are_utc() -> None:
    assert when(0) == "1970-01-01 00:00 UTC"
