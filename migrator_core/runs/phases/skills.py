"""Skills, with the files that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrator_core.convert.library.skills import FreeNames, convert_skill, own_id, wished_name
from migrator_core.convert.people.grants import Resource
from migrator_core.convert.result import Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.skill import Skill, SkillFile
from migrator_core.openwebui import OpenWebUI
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.permissions import Granting
from migrator_core.runs.phases.skill_files import SkillFiles, file_skipped
from migrator_core.runs.results import Accounts, Ids
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part


class SkillsPhase(Phase):
    """``skills`` and ``skillfiles``."""

    name = "skills"
    label = "Skills"
    collections = frozenset({"skills", "skillfiles"})
    part = Part.SKILLS
    needs = (*Granting.needs, Ids)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._granting = Granting(inputs, self)
        self._names = FreeNames({})
        self._files = inputs.scratch.notes("skillfile", SkillFile)
        self._keeps_files = False

    async def ask(self, target: OpenWebUI) -> None:
        """The names that are taken, and whether there is a place for files (0.12)."""
        self._names = FreeNames(await target.inventory.skill_names())
        self._keeps_files = target.schema.has("skill", "data")

    def steps(self) -> Iterator[Step]:
        """Note the files, then convert the skills; files of no skill come last."""
        yield from self._inputs.each("skillfiles", SkillFile, self._note)
        yield from self._inputs.each("skills", Skill, self._convert)
        for noted in self._files.remaining():
            yield file_skipped(noted.source_id, Reason.GROUP_MISSING)

    def _note(self, document: Document, file: SkillFile) -> Iterable[Step]:
        self._files.add((file.skill_id or "",), document.source_id, file)
        return ()

    def _convert(self, document: Document, skill: Skill) -> Iterator[Step]:
        if not self._inputs.scratch.first_time("skill", skill.id):
            yield skipped(document, Reason.DUPLICATE)
            return
        notes = self._files.take(skill.id)
        source_ids = [noted.source_id for noted in notes]
        self._inputs.claim("skillfiles", source_ids)
        accounts = self.earlier(Accounts)
        owner = accounts.of(skill.author)
        if not self.is_selected or accounts.leaves_out(skill.author):
            self._names.take(own_id(skill, owner or "", self.earlier(Ids).free), wished_name(skill))
            self._inputs.leave_out("skill", skill.id)
            yield from _all_skipped(document, source_ids, Reason.NOT_SELECTED)
        elif owner is None:
            yield from _all_skipped(document, source_ids, Reason.OWNER_NOT_MIGRATED)
        else:
            files = SkillFiles(self._inputs, keeps=self._keeps_files)
            for noted in notes:
                files.add(noted.source_id, noted.document)
            yield from self._write(document, skill, owner, files)

    def _write(
        self, document: Document, skill: Skill, owner: str, files: SkillFiles
    ) -> Iterator[Step]:
        granted = self._granting.grants_of(
            Resource("skill", skill.id, owner, f"skill {wished_name(skill)}")
        )
        row_id = own_id(skill, owner, self.earlier(Ids).free)
        converted = convert_skill(
            skill,
            files.contents,
            row_id=row_id,
            owner_id=owner,
            name=self._names.take(row_id, wished_name(skill)),
            grants=granted.grants,
            fallback=self._inputs.started,
        )
        if isinstance(converted, Skipped):
            yield from _all_skipped(document, files.source_ids, converted.reason)
            yield from granted.unused()
            return
        yield from files.left_out
        yield from granted.steps
        row = converted.row
        complete = self._inputs.whole(*Granting.reads)
        yield Write(
            Item("skills", skill.id, row, fingerprint(row), partial=not complete),
            (*converted.notices, *granted.notices),
            children=(("skillfiles", files.carried), *granted.children),
            weight=1000 + 2 * len(row.content) + files.size,
            things={"skillfiles": ["files"] * len(files.carried), **granted.things},
        )


def _all_skipped(
    document: Document, source_ids: Sequence[str], reason: Reason
) -> Iterator[Outcome]:
    yield skipped(document, reason)
    for source_id in source_ids:
        yield Outcome("skillfiles", source_id, State.SKIPPED, None, reason)
