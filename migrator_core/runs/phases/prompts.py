"""The prompt library: one prompt for each prompt group, in its production version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.ids import prompt_id
from migrator_core.convert.library.commands import FreeCommands
from migrator_core.convert.library.prompts import convert_group, production
from migrator_core.convert.people.grants import Resource, prompt_is_shared
from migrator_core.convert.result import Skipped
from migrator_core.librechat import Document
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.documents.prompt import Prompt, PromptGroup
from migrator_core.openwebui import Written
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.rows import Item
from migrator_core.runs.context import Context, skipped
from migrator_core.runs.driver import Parcel, Step
from migrator_core.runs.phases.permissions import shares_of


class PromptsPhase:
    """``promptgroups`` and ``prompts``."""

    name = "prompts"

    def __init__(
        self, context: Context, commands: FreeCommands, projects: Sequence[Project]
    ) -> None:
        self._context = context
        self._commands = commands
        self._projects = projects

    def total(self) -> int | None:
        """Not known before the collections have been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """Note the versions, then convert the groups; versions of no group come last."""
        yield from self._context.each("prompts", Prompt, self._note)
        yield from self._context.each("promptgroups", PromptGroup, self._convert)
        for note in self._context.scratch.remaining_notes("prompt"):
            yield _version_skipped(note["source_id"], Reason.GROUP_MISSING)

    def written(self, written: Written) -> None:
        """Nothing later depends on these rows."""

    def _note(self, document: Document, version: Prompt) -> Iterable[Step]:
        note = {"source_id": document.source_id, "prompt": version.model_dump(by_alias=True)}
        self._context.scratch.add_note("prompt", version.group_id or "", note)
        return ()

    def _convert(self, document: Document, group: PromptGroup) -> Iterator[Step]:
        if not self._context.scratch.first_time("promptgroup", group.id):
            yield skipped(document, Reason.DUPLICATE)
            return
        notes = self._context.scratch.take_notes("prompt", group.id)
        versions = [parse(Prompt, note["prompt"]) for note in notes]
        source_ids = [note["source_id"] for note in notes]
        self._context.claim("prompts", source_ids)
        owner = self._context.accounts.get(group.author or "")
        if owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=group.id)
            for source_id in source_ids:
                yield _version_skipped(source_id, Reason.OWNER_NOT_MIGRATED)
            return
        resource = Resource(
            "promptGroup",
            group.id,
            owner,
            f"prompt {group.name or group.id}",
            shared=prompt_is_shared(group, self._projects),
        )
        shares = shares_of(self._context, resource)
        converted = convert_group(
            group,
            versions,
            owner_id=owner,
            command=self._commands.taker(prompt_id(group.id)),
            grants=shares.grants,
            fallback=self._context.started,
        )
        if isinstance(converted, Skipped):
            yield skipped(document, converted.reason, converted.detail, source_id=group.id)
            for source_id in source_ids:
                yield _version_skipped(source_id, converted.reason)
            yield from shares.unused()
            return
        used, _ = production(group, versions)
        current = [i for i, version in enumerate(versions) if version is used]
        for index, source_id in enumerate(source_ids):
            if index not in current:
                yield _version_skipped(source_id, Reason.NOT_PRODUCTION)
        yield from shares.steps
        row = converted.row
        yield Parcel(
            Item("promptgroups", group.id, row, fingerprint(row)),
            (*converted.notices, *shares.notices),
            children=(("prompts", [source_ids[index] for index in current]), *shares.children),
            weight=1000 + 2 * len(row.content),
        )


def _version_skipped(source_id: str, reason: Reason) -> Outcome:
    return Outcome("prompts", source_id, State.SKIPPED, None, reason)
