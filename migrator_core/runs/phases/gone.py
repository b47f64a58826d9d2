"""What LibreChat deleted since an earlier run: it stays with its owner, and is listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from migrator_core.openwebui import Brought, Leftovers, OpenWebUI
from migrator_core.outcome import Notice, WarningCode
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.permissions import Granting
from migrator_core.runs.results import Accounts
from migrator_core.runs.steps import Step, TakeBack

_INSIDE = "messages"
"""Messages have no rows of their own: what the ledger knows of them are files that stood in them,
which are no documents of the backup."""
_NAMED = 20
"""So many are named for each collection; there may be thousands."""


class _List:
    """How many there are in each collection, and the names of some."""

    def __init__(self) -> None:
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        self._counts: defaultdict[str, int] = defaultdict(int)

    def add(self, collection: str, source_id: str) -> None:
        self._counts[collection] += 1
        if len(self._named[collection]) < _NAMED:
            self._named[collection].append(source_id)

    def notices(self, code: WarningCode) -> Iterator[Notice]:
        """One warning a collection."""
        for collection, count in sorted(self._counts.items()):
            named = ", ".join(self._named[collection])
            rest = f" and {count - _NAMED} more" if count > _NAMED else ""
            how_many = f"{count:,} " if code is WarningCode.ACCESS_TAKEN_BACK else ""
            yield Notice(code, f"{how_many}{collection}: {named}{rest}")


class GonePhase(Phase):
    """Documents that an earlier run brought and that this backup does not have.

    Access that runs gave to it is taken back, where all is there that would say otherwise. Nothing
    is said of collections that the backup lacks, that are empty or that could not be read in full,
    nor by a run that leaves something out. The ledger knows what runs brought from anywhere: only
    what belongs to people of this backup can be gone from it.
    """

    name = "gone from the backup"
    label = "What LibreChat deleted since"
    needs = (Accounts,)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._gone = _List()
        self._closed = _List()
        self._shared: list[Brought] = []

    async def ask(self, target: OpenWebUI) -> None:
        """Compare what earlier runs brought with what was met in this one."""
        if not self._inputs.selection.is_everything:
            return  # what this run was not to look at may well be there
        leftovers = Leftovers(target)
        whole = self._inputs.whole(*Granting.reads, "sharedlinks")
        owners = self._owners(await leftovers.people())
        async for page in leftovers.still_there():
            gone = [one for one in page if self._is_gone(one, owners) and self._is_new(one)]
            self._list(self._gone, "gone", gone)
            if whole:
                shared = await leftovers.shared(gone)
                self._list(self._closed, "closed", shared)
                self._shared += shared

    def steps(self) -> Iterator[Step]:
        """What others may use because a run gave them access: it is their owners' alone now."""
        return map(TakeBack, self._shared)

    def advice(self) -> Iterable[Notice]:
        """One warning a collection, and one more where access was taken back."""
        yield from self._gone.notices(WarningCode.GONE_FROM_BACKUP)
        yield from self._closed.notices(WarningCode.ACCESS_TAKEN_BACK)

    def _is_new(self, one: Brought) -> bool:
        """Whether it comes for the first time: the ledger has it once for each run."""
        return self._inputs.scratch.first_time("gone row", one.kind, one.target_id)

    def _list(self, told: _List, kind: str, found: Iterable[Brought]) -> None:
        """List documents, each once: several rows may be of one, as an agent and its knowledge."""
        for one in found:
            if self._inputs.scratch.first_time(kind, one.collection, one.source_id):
                told.add(one.collection, one.source_id)

    def _owners(self, people: Mapping[str, set[str]]) -> set[str]:
        """The accounts of this backup's people, where nobody else's things went to them, too.

        Another LibreChat has the same addresses under other ids.
        """
        users = self.earlier(Accounts).by_user
        return {own for own in users.values() if people.get(own, set()) <= users.keys()}

    def _is_gone(self, one: Brought, owners: set[str]) -> bool:
        inputs = self._inputs
        if one.collection == _INSIDE or not inputs.whole(one.collection):
            return False
        if not inputs.has_any(one.collection):
            return False  # rather exported without its documents than emptied
        # Whose accounts and groups without an owner are is not known: a tenant's backup may be its
        # own alone, and they keep everything anyway.
        ours = not inputs.settings.tenant if one.owner is None else one.owner in owners
        return ours and not inputs.has_met(one.collection, one.source_id)
