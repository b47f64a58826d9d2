from __future__ import annotations

import pytest

from migrator_core.convert.free_ids import DERIVED, FreeIds, Held, Table, another_id, is_another
from migrator_core.convert.ids import chat_id

OWN = chat_id("u", "c")
OTHERS = [another_id(OWN, number) for number in range(1, 8)]


@pytest.mark.parametrize(
    ("held", "free"),
    [
        (Held("ann", "c"), True),
        (Held("ann", None), True),
        (Held("ann", "d"), False),
        (Held("ben", "c"), False),
        (Held(None, "c"), False),
    ],
)
def test_an_id_is_free_for_its_owner_and_source(held: Held, free: bool) -> None:
    ids = FreeIds({("chat", OWN): held})
    assert ids.of("chat", OWN, "ann", "c") == (OWN if free else OTHERS[0])
    assert ids.of("file", OWN, "ann", "c") == OWN, "another table"


def test_what_may_come_from_several_places_asks_for_its_owner_alone() -> None:
    ids = FreeIds({("file", OWN): Held("ann", "c")})
    assert ids.of("file", OWN, "ann") == OWN
    assert ids.of("file", OWN, "ben") != OWN


def test_what_belongs_to_nobody_has_to_say_what_it_is() -> None:
    ids = FreeIds({("group", OWN): Held(None, "g")})
    assert ids.of("group", OWN, None, "g") == OWN
    assert ids.of("group", OWN, None, "h") != OWN
    assert FreeIds({("group", OWN): Held(None, None)}).of("group", OWN, None, "g") != OWN


def test_somebody_may_have_taken_some_of_the_others_too() -> None:
    theirs: dict[tuple[Table, str], Held] = {
        ("chat", each): Held("ben", None) for each in [OWN, *OTHERS[:3]]
    }
    assert FreeIds(theirs).of("chat", OWN, "ann", "c") == OTHERS[3]


def test_an_id_that_was_given_stays_when_the_stranger_is_gone() -> None:
    assert FreeIds({}, {("chat", OTHERS[2])}).of("chat", OWN, "ann", "c") == OTHERS[2]


def test_one_sees_that_an_id_stands_in_for_another_one() -> None:
    assert not is_another(OWN)
    assert not is_another("agent-8")
    assert all(map(is_another, OTHERS))
    assert len({OWN, *OTHERS}) == 8
    assert DERIVED.of("chat", OWN, "ann", "c") == OWN
