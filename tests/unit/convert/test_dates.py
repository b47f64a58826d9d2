from __future__ import annotations

import pytest

from migrator_core.convert.dates import object_id_seconds, row_dates, seconds
from tests.unit.convert.documents import STARTED

MADE = 0x64CA1DB0
OBJECT_ID = "64ca1db05f9d88c1aa1a2b01"


@pytest.mark.parametrize(
    ("millis", "expected"),
    [
        (1_700_000_000_999, 1_700_000_000),
        (None, None),
        (0, None),
        (-86_400_000, None),
        (946_684_800_000, 946_684_800),
        (946_684_799_999, None),
        ((STARTED + 86_400) * 1000, STARTED + 86_400),
        ((STARTED + 86_401) * 1000, None),
        (253_402_300_799_000, None),
        (10**40, None),
    ],
)
def test_only_possible_dates_count(millis: int | None, expected: int | None) -> None:
    assert seconds(millis, STARTED) == expected


@pytest.mark.parametrize(
    ("created", "updated", "source_id", "expected"),
    [
        (1_700_000_000_000, 1_710_000_000_000, OBJECT_ID, (1_700_000_000, 1_710_000_000, False)),
        (1_700_000_000_000, 1_600_000_000_000, OBJECT_ID, (1_700_000_000, 1_700_000_000, False)),
        (1_700_000_000_000, None, OBJECT_ID, (1_700_000_000, 1_700_000_000, False)),
        (None, 1_710_000_000_000, OBJECT_ID, (MADE, 1_710_000_000, True)),
        (0, 1_710_000_000_000, "document 3", (1_710_000_000, 1_710_000_000, True)),
        (None, None, None, (STARTED, STARTED, True)),
    ],
)
def test_a_missing_date_is_taken_from_the_nearest_evidence(
    created: int | None, updated: int | None, source_id: str | None, expected: tuple[int, int, bool]
) -> None:
    dates = row_dates(created, updated, source_id, STARTED)
    assert (dates.created, dates.updated, dates.repaired) == expected


@pytest.mark.parametrize("source_id", ["ffffffff5f9d88c1aa1a2b01", "000000000000000000000000", "x"])
def test_made_up_object_ids_give_no_date(source_id: str) -> None:
    assert object_id_seconds(source_id, STARTED) is None
