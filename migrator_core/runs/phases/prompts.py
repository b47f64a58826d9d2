"""The prompt library: one prompt for each prompt group, in its production version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.library.commands import FreeCommands
from migrator_core.convert.library.prompt_versions import version_message, with_history, with_text
from migrator_core.convert.library.prompts import convert_group, own_id, production
from migrator_core.convert.people.grants import Resource, prompt_is_shared
from migrator_core.convert.result import Converted, Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.prompt import Prompt, PromptGroup
from migrator_core.openwebui import OpenWebUI
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.rows import PromptRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.permissions import Granting, ResourceGrants
from migrator_core.runs.results import Accounts, Ids, Permissions
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part


class PromptsPhase(Phase):
    """``promptgroups`` and ``prompts``."""

    name = "prompts"
    label = "Prompts"
    collections = frozenset({"promptgroups", "prompts"})
    part = Part.PROMPTS
    needs = (*Granting.needs, Ids)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._granting = Granting(inputs, self)
        self._commands = FreeCommands({})
        self._versions = inputs.scratch.notes("prompt", Prompt)

    async def ask(self, target: OpenWebUI) -> None:
        """The commands that are taken."""
        self._commands = FreeCommands(await target.inventory.prompt_commands())

    def steps(self) -> Iterator[Step]:
        """Note the versions, then convert the groups; versions of no group come last."""
        yield from self._inputs.each("prompts", Prompt, self._note)
        yield from self._inputs.each("promptgroups", PromptGroup, self._convert)
        for noted in self._versions.remaining():
            yield _version_skipped(noted.source_id, Reason.GROUP_MISSING)

    def _note(self, document: Document, version: Prompt) -> Iterable[Step]:
        self._versions.add((version.group_id or "",), document.source_id, version)
        return ()

    def _convert(self, document: Document, group: PromptGroup) -> Iterator[Step]:
        if not self._inputs.scratch.first_time("promptgroup", group.id):
            yield skipped(document, Reason.DUPLICATE)
            return
        notes = self._versions.take(group.id)
        versions = [noted.document for noted in notes]
        source_ids = [noted.source_id for noted in notes]
        self._inputs.claim("prompts", source_ids)
        owner = self.earlier(Accounts).of(group.author)
        if owner is None and not self.earlier(Accounts).leaves_out(group.author):
            yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=group.id)
            for source_id in source_ids:
                yield _version_skipped(source_id, Reason.OWNER_NOT_MIGRATED)
            return
        if owner is None or self._leaves_out(group, versions):
            yield from self._leave_out(document, group, versions, source_ids, owner)
            return
        permissions = self.earlier(Permissions)
        resource = Resource(
            "promptGroup",
            group.id,
            owner,
            f"prompt {group.name or group.id}",
            shared=not permissions.incomplete
            and prompt_is_shared(
                group, permissions.projects, listed="promptGroup" in permissions.decided
            ),
        )
        granted = self._granting.grants_of(resource)
        ids = self.earlier(Ids).free
        converted = convert_group(
            group,
            versions,
            owner_id=owner,
            command=self._commands.taker(own_id(group, owner, ids)),
            ids=ids,
            grants=granted.grants,
            fallback=self._inputs.started,
        )
        if isinstance(converted, Skipped):
            yield skipped(document, converted.reason, converted.detail, source_id=group.id)
            for source_id in source_ids:
                yield _version_skipped(source_id, converted.reason)
            yield from granted.unused()
            return
        yield from self._write(
            group, converted, granted, list(zip(source_ids, versions, strict=True))
        )

    def _write(
        self,
        group: PromptGroup,
        converted: Converted[PromptRow],
        granted: ResourceGrants,
        versions: list[tuple[str, Prompt]],
    ) -> Iterator[Step]:
        used, _ = production(group, [version for _, version in versions])
        if used is None:  # no prompt would have been made of it
            return
        # By an older rule, people saw the production version of what was shared with them alone.
        is_old_share = bool(granted.grants) and not granted.carried
        kept = {} if is_old_share else with_text((version for _, version in versions), used)
        arriving: dict[str, str] = {}
        for source_id, version in versions:
            if version is used:
                arriving[source_id] = "content"
            elif kept.get(version.id) is version:
                arriving[source_id] = f"version/{version_message(version)}"
            else:
                yield _version_skipped(source_id, _why_left_out(version, is_old_share))
        yield from granted.steps
        accounts = self.earlier(Accounts).by_user
        row = with_history(converted.row, kept.values(), used, accounts, self._inputs.started)
        complete = self._inputs.whole(*Granting.reads)
        yield Write(
            Item("promptgroups", group.id, row, fingerprint(row), partial=not complete),
            (*converted.notices, *granted.notices),
            children=(("prompts", list(arriving)), *granted.children),
            weight=1000 + 2 * len(row.content) + 2 * sum(len(one.content) for one in row.others),
            things={"prompts": list(arriving.values()), **granted.things},
        )

    def _leaves_out(self, group: PromptGroup, versions: Sequence[Prompt]) -> bool:
        if not self.is_selected or self.earlier(Accounts).leaves_out(group.author):
            return True
        dates = [group.created_at, group.updated_at]
        for version in versions:
            dates += (version.created_at, version.updated_at)
        return not self._inputs.selection.is_recent(dates)

    def _leave_out(
        self,
        document: Document,
        group: PromptGroup,
        versions: Sequence[Prompt],
        source_ids: Sequence[str],
        owner: str | None,
    ) -> Iterator[Step]:
        """Skip a prompt that was not selected; the command that it is to get one day is its own."""
        ids = self.earlier(Ids).free
        convert_group(
            group,
            versions,
            owner_id=owner or "",
            command=self._commands.taker(own_id(group, owner or "", ids)),
            ids=ids,
            grants=(),
            fallback=self._inputs.started,
        )
        self._inputs.leave_out("promptGroup", group.id)
        yield skipped(document, Reason.NOT_SELECTED, source_id=group.id)
        for source_id in source_ids:
            yield _version_skipped(source_id, Reason.NOT_SELECTED)


def _why_left_out(version: Prompt, is_old_share: bool) -> Reason:  # noqa: FBT001 - as it is asked
    if not version.prompt or not clean_text(version.prompt):
        return Reason.NO_TEXT
    return Reason.NOT_PRODUCTION if is_old_share else Reason.DUPLICATE


def _version_skipped(source_id: str, reason: Reason) -> Outcome:
    return Outcome("prompts", source_id, State.SKIPPED, None, reason)
