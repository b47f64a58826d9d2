from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from migrator_core.librechat.containers.repair import Repair, repairs_for
from tests.support.damage import DONE, PROGRESS, WRITING, inserted, through_terminal

BINARY = bytes(range(256)) * 5000  # 1.3 MB: longer than a block


def _repaired(repair: Repair, data: bytes) -> bytes:
    return repair.of(io.BufferedReader(io.BytesIO(data))).read()


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"\x00"]), max_size=60))
def test_a_terminal_is_undone_exactly(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert _repaired(Repair(terminal=True), through_terminal(data)) == data


def test_a_terminal_is_undone_across_blocks() -> None:
    data = (b"x" * (2**20 - 1) + b"\n") * 2 + b"\r"
    assert _repaired(Repair(terminal=True), through_terminal(data)) == data


def test_messages_are_taken_out_wherever_they_stand() -> None:
    damaged = BINARY
    for place in (1_280_000, 2**20 + 3, 2**20 - 40, 70_000, 0):
        damaged = inserted(damaged, place, WRITING + PROGRESS)
    damaged += DONE
    assert _repaired(Repair(logs=True), damaged) == BINARY


def test_only_repairs_that_change_something_are_tried() -> None:
    def tried(data: bytes) -> list[Repair]:
        return repairs_for(io.BufferedReader(io.BytesIO(data)))

    assert tried(BINARY) == []
    assert tried(inserted(BINARY, 2**20 - 30)) == [Repair(logs=True)]
    assert tried(through_terminal(BINARY)) == [
        Repair(terminal=True),
        Repair(terminal=True, logs=True),
    ]
    assert tried(b"no line feed") == []
