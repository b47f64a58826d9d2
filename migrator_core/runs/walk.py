"""The walk over a whole backup, phase by phase."""

from __future__ import annotations

from collections.abc import Sequence

from migrator_core.openwebui import OpenWebUI
from migrator_core.runs.driver import Driver
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases import PHASES
from migrator_core.runs.results import Answered


async def walk(
    inputs: Inputs,
    driver: Driver,
    target: OpenWebUI,
    phases: Sequence[type[Phase]] = PHASES,
) -> None:
    """Carry out all phases in their order.

    Raises:
        StoppedError: somebody asked the run to stop.
        AbortedError: the backup, the database or the storage went away.
    """
    handover = Handover()
    # Collections that no phase answers for are counted and left behind.
    collections = frozenset(name for phase in phases for name in phase.collections)
    handover.leave(Answered, Answered(collections))
    await driver.count(inputs, sorted(collections))
    for each in phases:
        phase = each(inputs, handover)
        await driver.drive(phase, target)
        if phase.leaves is not None:
            handover.leave(phase.leaves, phase.result())
    for notice in inputs.backup.notices:
        driver.warn(notice)
    await driver.close()
