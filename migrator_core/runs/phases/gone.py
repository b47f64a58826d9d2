"""What LibreChat deleted since an earlier run: it stays with its owner, and is listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from migrator_core.openwebui import Brought, Leftovers, OpenWebUI
from migrator_core.outcome import Notice, WarningCode
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.permissions import Granting
from migrator_core.runs.steps import Step, TakeBack

_INSIDE = "messages"
"""Messages have no rows of their own: what the ledger knows of them are files that stood in them,
which are no documents of the backup."""
_NAMED = 20
"""So many are named for each collection; there may be thousands."""


class GonePhase(Phase):
    """Documents that an earlier run brought and that this backup does not have.

    Access that runs gave to it is taken back, where all is there that would say otherwise. Nothing
    is said of collections that the backup lacks or that could not be read in full, nor by
    a run that leaves something out.
    """

    name = "gone from the backup"
    label = "What LibreChat deleted since"

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._gone: defaultdict[str, list[str]] = defaultdict(list)
        self._shared: list[Brought] = []
        self._counts: defaultdict[str, int] = defaultdict(int)

    async def ask(self, target: OpenWebUI) -> None:
        """Compare what earlier runs brought with what was met in this one."""
        if not self._inputs.selection.is_everything:
            return  # what this run was not to look at may well be there
        leftovers = Leftovers(target)
        whole = self._inputs.whole(*Granting.reads, "sharedlinks")
        async for page in leftovers.still_there():
            gone = []
            for one in page:
                if one.collection == _INSIDE or not self._inputs.whole(one.collection):
                    continue
                if self._inputs.met(one.collection, one.source_id):
                    continue
                gone.append(one)
                self._counts[one.collection] += 1
                if len(self._gone[one.collection]) < _NAMED:
                    self._gone[one.collection].append(one.source_id)
            if whole:
                self._shared += await leftovers.shared(gone)

    def steps(self) -> Iterator[Step]:
        """What others may use because a run gave them access: it is their owners' alone now."""
        return map(TakeBack, self._shared)

    def advice(self) -> Iterable[Notice]:
        """One warning a collection."""
        for collection, count in sorted(self._counts.items()):
            named = ", ".join(self._gone[collection])
            rest = f" and {count - _NAMED} more" if count > _NAMED else ""
            yield Notice(WarningCode.GONE_FROM_BACKUP, f"{collection}: {named}{rest}")
