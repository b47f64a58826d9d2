"""What a phase is, and how one hands over to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, TypeVar

from migrator_core.openwebui import OpenWebUI
from migrator_core.outcome import Notice
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.steps import Step
from migrator_core.selection import Part

T = TypeVar("T")


class Handover:
    """What phases left for later ones, by its type. Who gets it can only read it."""

    def __init__(self) -> None:
        self._left: dict[type, object] = {}

    def leave(self, kind: type, thing: object) -> None:
        """Keep what a phase leaves.

        Raises:
            TypeError: it is not of the type that the phase says it leaves.
            ValueError: another phase has left such a thing already.
        """
        if not isinstance(thing, kind):
            raise TypeError(f"{thing!r} is no {kind.__name__}")
        if kind in self._left:
            raise ValueError(f"two phases leave {kind.__name__}")
        self._left[kind] = thing

    def get(self, kind: type[T], needs: tuple[type, ...]) -> T:
        """What an earlier phase left, for a phase that says that it needs it.

        Raises:
            LookupError: the phase does not say so, or no phase before it leaves such a thing.
        """
        if kind not in needs:
            raise LookupError(f"{kind.__name__} is not among the needs")
        found = self._left.get(kind)
        if isinstance(found, kind):
            return found
        raise LookupError(f"no earlier phase left {kind.__name__}")


class Phase:
    """One step of the walk over a backup, in the order of :data:`~.phases.PHASES`.

    ``name`` is what progress and logs call it, ``label`` what people read. ``collections`` are
    those whose documents all get their outcome here, ``part`` is what has to be selected for it.
    ``needs`` are the types of what earlier phases must have left, ``leaves`` the type of what this
    one leaves.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    collections: ClassVar[frozenset[str]] = frozenset()
    part: ClassVar[Part | None] = None
    needs: ClassVar[tuple[type, ...]] = ()
    leaves: ClassVar[type | None] = None

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        """Take what earlier phases left, and nothing else."""
        self._inputs = inputs
        self._handover = handover

    def earlier(self, kind: type[T]) -> T:
        """What an earlier phase left."""
        return self._handover.get(kind, self.needs)

    @property
    def is_selected(self) -> bool:
        """Whether anything of this phase is to be migrated."""
        return self.part is None or self._inputs.selection.has(self.part)

    def read_ahead(self, advance: Callable[[int], None]) -> None:
        """Read what must be known before the first step. Runs in a worker thread.

        ``advance`` is told how many documents were looked at.
        """

    async def ask(self, target: OpenWebUI) -> None:
        """Ask Open WebUI what must be known before the first step; comes after reading ahead."""

    def total(self) -> int | None:
        """How many documents will get an outcome, where that is known before the first step."""
        return None

    def steps(self) -> Iterator[Step]:
        """Read and convert. Runs in a worker thread."""
        return iter(())

    def advice(self) -> Iterable[Notice]:
        """What is to be said once every row has its fate."""
        return ()

    def result(self) -> object | None:
        """What this phase leaves, of the type :attr:`leaves`, once it has ended."""
        return None
