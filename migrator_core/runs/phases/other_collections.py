"""Everything that is not carried over: read, counted, and listed with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.openwebui import Written
from migrator_core.outcome import Reason
from migrator_core.runs.context import Context, skipped, unreadable
from migrator_core.runs.driver import Found, Step

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


class RestPhase:
    """The collections that no other phase has dealt with."""

    name = "other collections"

    def __init__(self, context: Context, handled: frozenset[str]) -> None:
        self._context = context
        self._collections = [name for name in context.backup.collections if name not in handled]

    def total(self) -> int | None:
        """Not known before the collections have been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """One skipped outcome a document."""
        for collection in self._collections:
            reason = Reason.SECRET if collection in SECRETS else Reason.NOT_SUPPORTED
            yield Found(collection, 0)  # an empty collection is in the report, too
            for document in self._context.backup.documents(collection):
                yield Found(collection)
                if document.data is None:
                    yield unreadable(document)
                else:
                    yield skipped(document, reason)

    def written(self, written: Written) -> None:
        """Nothing is ever written here."""
