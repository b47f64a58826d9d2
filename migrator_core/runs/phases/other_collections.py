"""Everything that is not carried over: read, counted, and listed with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.outcome import Reason
from migrator_core.runs.phase import Phase
from migrator_core.runs.results import Answered
from migrator_core.runs.steps import Found, Step, skipped, unreadable

SECRETS = frozenset(
    {
        "agentapikeys",
        "keys",
        "openidrefreshflights",
        "pluginauths",
        "refreshtokenbridges",
        "sessions",
        "tokens",
    }
)
"""Collections of LibreChat 0.7 to 0.8 that hold nothing but credentials."""


class OtherCollectionsPhase(Phase):
    """The collections that no other phase answers for."""

    name = "other collections"
    label = "Everything else"
    needs = (Answered,)

    def steps(self) -> Iterator[Step]:
        """One skipped outcome a document."""
        answered = self.earlier(Answered).collections
        for collection in self._inputs.backup.collections:
            if collection in answered:
                continue
            reason = Reason.SECRET if collection in SECRETS else Reason.NOT_SUPPORTED
            yield Found(collection, 0)  # an empty collection is in the report, too
            for document in self._inputs.backup.documents(collection):
                yield Found(collection)
                if document.data is None:
                    yield unreadable(document)
                elif reason is not Reason.SECRET and self._inputs.foreign(document):
                    yield skipped(document, Reason.OTHER_TENANT)
                else:
                    yield skipped(document, reason)
