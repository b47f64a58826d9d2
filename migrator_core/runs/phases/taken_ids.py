"""Which derived ids are somebody else's: whoever knows a backup can work them out beforehand."""

from __future__ import annotations

from migrator_core.convert.free_ids import TABLES, FreeIds, Held, Table, is_another
from migrator_core.openwebui import OpenWebUI, Strangers
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Ids

_VERSIONS = "58"
"""Of UUIDs: derived ids, and those that stand in for them."""


class TakenIdsPhase(Phase):
    """A row is ours if the ledger says so, or if its owner and what it came from agree.

    Whatever has the id of another row gets an id of its own, the same in every run, and what refers
    to it follows. Models, whose ids people choose, have a phase of their own.
    """

    name = "taken ids"
    label = "Ids that are taken"
    leaves = Ids

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._held: dict[tuple[Table, str], Held] = {}
        self._given: set[tuple[Table, str]] = set()
        self._group_names: dict[str, str] = {}

    async def ask(self, target: OpenWebUI) -> None:
        """Ask each of the tables."""
        strangers = Strangers(target)
        for table in TABLES:
            unknown, ours = await strangers.among(table, _VERSIONS)
            self._held |= {(table, one.id): Held(one.owner, one.source) for one in unknown}
            self._given |= {(table, row_id) for row_id in ours if is_another(row_id)}
        self._group_names = dict(await strangers.group_names())

    def result(self) -> Ids:
        """The ids that are free."""
        return Ids(FreeIds(self._held, self._given), self._group_names)
