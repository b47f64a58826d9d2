"""How many steps are carried out together."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.runs.steps import Enclosure, Fetch, Step, Write

PORTION_ITEMS = 100
PORTION_WEIGHT = 750_000
"""Bytes of text in one transaction, about. Both bounds keep it well under half a second, even in a
server whose other work gets in between: ``make bench ARGS=neighbour`` measures it."""


def next_portion(steps: Iterator[Step]) -> list[Step]:
    """The next steps, as many as make one short transaction; none at the end."""
    portion: list[Step] = []
    weight = 0
    for step in steps:
        portion.append(step)
        weight += step.weight if isinstance(step, Write | Fetch | Enclosure) else 100
        if len(portion) >= PORTION_ITEMS * 3 or weight >= PORTION_WEIGHT:
            break
    return portion
