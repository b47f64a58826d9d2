"""What agents and assistants know, as collections of files that come along with their models."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TypeAlias

from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.free_ids import FreeIds
from migrator_core.convert.library.agents import label_of
from migrator_core.convert.library.knowledge import (
    attached,
    convert_knowledge,
    fits_whole,
    knowledge_file_ids,
    knowledge_notices,
    own_knowledge_id,
)
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat.documents.agent import Agent
from migrator_core.openwebui import Ledger, OpenWebUI
from migrator_core.outcome import Notice
from migrator_core.rows import ModelRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Phase
from migrator_core.runs.results import Files, Ids
from migrator_core.runs.steps import Enclosure, Step

Knows: TypeAlias = Generator[Step, None, tuple[ModelRow, tuple[Notice, ...]]]


class Knowing:
    """Gives models what they know. A phase that uses it needs :attr:`needs`.

    ``reads`` are the collections that say what they know and who may use them: where one is not
    whole, nothing is taken back.
    """

    needs = (Files, Ids)

    def __init__(self, inputs: Inputs, phase: Phase, collection: str, reads: Sequence[str]) -> None:
        self._inputs = inputs
        self._phase = phase
        self._collection = collection
        self._reads = reads
        self._named: dict[str, str] = {}
        self._made: set[str] = set()
        self._whole: Mapping[str, bool] = {}

    def expect(self, agent: Agent, owner: str, model_id: str) -> None:
        """Note that an earlier run may have made a collection, also where nothing is known now.

        ``model_id`` is that of the model which it was attached to.
        """
        self._named[own_knowledge_id(agent, owner, self._ids, self._key(agent))] = model_id

    async def ask(self, target: OpenWebUI) -> None:
        """Which collections earlier runs made, and how models are given them."""
        self._made = await Ledger(target).made("knowledge", list(self._named))
        models = [self._named[knowledge] for knowledge in sorted(self._made)]
        self._whole = await target.inventory.knowledge_of(models) if models else {}

    def attach(self, agent: Agent, row: ModelRow, editors: Sequence[str] = ()) -> Knows:
        """The model with what the agent knows, which is written first; and what to say of it.

        ``editors`` are the users besides the author who could put files there.
        """
        named = knowledge_file_ids(agent)
        found = self._files(agent, named, editors)
        files = list(found.values())
        knowledge = convert_knowledge(agent, row, files, self._ids, self._key(agent))
        complete = self._inputs.whole("files")
        # Whose files a run leaves out is not asked where they are.
        complete &= self._inputs.selection.is_everything or len(found) == len(named)
        if files or knowledge.id in self._made:
            item = Item(
                self._collection,
                agent.id,
                knowledge,
                fingerprint(knowledge),
                partial=not self._inputs.whole(self._collection, *self._reads),
                lacking=frozenset() if complete else frozenset({"file"}),
            )
            yield Enclosure(item, None, label_of(agent), 1000 + 100 * len(files))
        whole = fits_whole(files)
        if not complete and knowledge.id in self._whole:
            # What it knew before stays in it, and is given as it was.
            whole = self._whole[knowledge.id]
        knows = bool(files) or (not complete and knowledge.id in self._whole)
        notices = knowledge_notices(label_of(agent), named, found, whole=whole)
        return (attached(row, knowledge, whole=whole) if knows else row), notices

    def _key(self, agent: Agent) -> str:
        """What tells its knowledge from others': several people may have one assistant's id."""
        return agent.id if self._collection == "agents" else f"{agent.author}:{agent.id}"

    @property
    def _ids(self) -> FreeIds:
        return self._phase.earlier(Ids).free

    def _files(
        self, agent: Agent, named: Sequence[str], editors: Sequence[str]
    ) -> dict[str, FileLink]:
        """Those files that the author has, or somebody who could put them there."""
        found: dict[str, FileLink] = {}
        for user in (agent.author or "", *editors):
            missing = [file_id for file_id in named if file_id not in found]
            found |= self._phase.earlier(Files).links(user, missing)
        return {file_id: found[file_id] for file_id in named if file_id in found}
