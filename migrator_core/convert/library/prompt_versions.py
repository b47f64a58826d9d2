"""The versions of a prompt, as the history of Open WebUI's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.dates import object_id_seconds, seconds
from migrator_core.convert.library.prompts import age
from migrator_core.convert.variables import convert_variables
from migrator_core.librechat.documents.prompt import Prompt
from migrator_core.rows import PromptRow, PromptVersion

MAX_ID = 100


def with_text(versions: Iterable[Prompt], used: Prompt) -> dict[str, Prompt]:
    """Those that a history can keep, by their ids, each once; the one that is used among them."""
    found = {used.id: used}
    for version in versions:
        if version.prompt and clean_text(version.prompt):
            found.setdefault(version.id, version)
    return found


def with_history(
    row: PromptRow,
    versions: Iterable[Prompt],
    used: Prompt,
    accounts: Mapping[str, str],
    fallback: int,
) -> PromptRow:
    """The prompt with who wrote its text and when, and with its other versions.

    Args:
        row: the prompt as it is used.
        versions: those to keep, each of them once and with a text.
        used: the one that the prompt has its text of.
        accounts: the account of each of LibreChat's users; the owner's stands for others.
        fallback: the run's start in seconds.
    """
    others = tuple(
        PromptVersion(
            content=convert_variables(clean_text(version.prompt or "")),
            user_id=accounts.get(version.author or "", row.user_id),
            message=version_message(version),
            created_at=_written(version, row, fallback),
        )
        for version in sorted(versions, key=age)
        if version is not used
    )
    return replace(
        row,
        written_by=accounts.get(used.author or "", row.user_id),
        written_at=_written(used, row, fallback),
        others=others,
    )


def version_message(version: Prompt) -> str:
    """What a version that is not the current one is called in a history."""
    return f"Version {single_line(version.id, limit=MAX_ID).replace(' ', '-')} in LibreChat"


def _written(version: Prompt, row: PromptRow, fallback: int) -> int:
    made = seconds(version.created_at, fallback)
    if made is None:
        made = object_id_seconds(version.id, fallback)
    return row.created_at if made is None else made
