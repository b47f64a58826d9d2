"""The models that chats and agents name, and whether people can go on with them: words and sums."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

_NAMED = 10
"""So many are named in a sentence."""


class ModelState(StrEnum):
    """Whether the people who use a model can go on with it."""

    READY = "ready"
    SOME = "shared-with-some"
    ADMINS = "administrators-only"
    UNKNOWN = "not-known"
    MISSING = "not-connected"


HEADINGS: Mapping[ModelState, str] = MappingProxyType(
    {
        ModelState.READY: "Connected, and shared with everybody who uses them",
        ModelState.SOME: "Connected, but shared with some of the people only who use them",
        ModelState.ADMINS: "Connected, but only administrators see them",
        ModelState.UNKNOWN: "Not known to be connected",
        ModelState.MISSING: "Not connected",
    }
)


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """One model by its id here, and how many chats and agents of how many people name it.

    ``readers`` are those of them who may use it.
    """

    id: str
    state: ModelState
    chats: int = 0
    agents: int = 0
    people: int = 0
    readers: int = 0

    def __str__(self) -> str:
        """For people."""
        counts = [
            f"{what}: {count:,}"
            for what, count in (("chats", self.chats), ("agents", self.agents))
            if count
        ]
        shared = f" of {self.people:,}" if self.state is ModelState.SOME else ""
        people = self.readers if self.state is ModelState.SOME else self.people
        return f"{self.id} ({', '.join([*counts, f'people: {people:,}{shared}'])})"

    def to_json(self) -> dict[str, Any]:
        """An entry of ``models`` in ``report.json``."""
        return {
            "id": self.id,
            "state": self.state.value,
            "chats": self.chats,
            "agents": self.agents,
            "people": self.people,
            "may_use_it": self.readers,
        }


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """All of them, the most used first; ``more`` are not listed, ``told_by`` says who was asked."""

    models: Sequence[ModelInUse] = ()
    told_by: str = ""
    more: int = 0
    open_to_all: bool = False

    def of(self, *states: ModelState) -> list[ModelInUse]:
        """Those in one of these states."""
        return [model for model in self.models if model.state in states]

    def headings(self) -> Iterator[tuple[str, list[ModelInUse]]]:
        """The models of each state, under what is said of it."""
        for state in ModelState:
            if found := self.of(state):
                yield HEADINGS[state], found

    def how_it_is_known(self) -> str:
        """Who told which models are connected."""
        open_to_all = " BYPASS_MODEL_ACCESS_CONTROL is on: everybody may use every model."
        return (
            f"Which models are connected is known from {self.told_by}."
            f"{open_to_all if self.open_to_all else ''}"
        )

    def to_json(self) -> dict[str, Any]:
        """``models`` of ``report.json``."""
        return {
            "told_by": self.told_by,
            "open_to_all": self.open_to_all,
            "not_listed": self.more,
            "in_use": [model.to_json() for model in self.models],
        }


def listed(models: Sequence[ModelInUse]) -> str:
    """The first of some models, and how many more there are."""
    first = ", ".join(map(str, models[:_NAMED]))
    more = len(models) - _NAMED
    return f"{first} and {more:,} more" if more > 0 else first


@dataclass(frozen=True, slots=True)
class Reading:
    """Who may use a model that has a row: everybody, or these accounts.

    ``is_workspace`` says that it was made here, on top of another one.
    """

    everybody: bool = False
    accounts: Collection[str] = frozenset()
    is_workspace: bool = False

    def among(self, people: Collection[str]) -> int:
        """How many of these may."""
        return len(people) if self.everybody else sum(each in self.accounts for each in people)


@dataclass(frozen=True, slots=True)
class Connected:
    """What is known of models that are connected: ids, whether they are all, whether all may."""

    ids: Collection[str]
    complete: bool = False
    open_to_all: bool = False

    def state(self, model: str, people: Collection[str], access: Reading | None) -> ModelInUse:
        """A model's state, without its counts."""
        there = model in self.ids or (
            access is not None and (access.is_workspace or not self.complete)
        )
        if not there:
            state = ModelState.MISSING if self.complete else ModelState.UNKNOWN
            return ModelInUse(model, state, people=len(people))
        readers = len(people) if self.open_to_all else (access or Reading()).among(people)
        state = ModelState.SOME if readers else ModelState.ADMINS
        state = ModelState.READY if readers == len(people) else state
        return ModelInUse(model, state, people=len(people), readers=readers)
