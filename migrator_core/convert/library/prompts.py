"""LibreChat's prompt groups as Open WebUI's prompts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from migrator_core.convert.cleaning import clean_json, clean_text, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.free_ids import DERIVED, FreeIds
from migrator_core.convert.ids import prompt_id
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.convert.variables import convert_variables
from migrator_core.librechat.documents.prompt import Prompt, PromptGroup
from migrator_core.outcome import Notice, Reason, WarningCode
from migrator_core.rows import Grant, JsonDict, PromptRow

MAX_NAME = 1000
MAX_TAG = 100
MAX_COMMAND = 56
"""Code points; LibreChat's own limit for commands (0.8, ``Constants.COMMANDS_MAX_LENGTH``)."""

_ILLEGAL_IN_COMMAND = re.compile(r"[^a-z0-9_-]+")
_REPEATED_DASHES = re.compile(r"-{2,}")


def convert_group(
    group: PromptGroup,
    versions: Sequence[Prompt],
    *,
    owner_id: str,
    command: Callable[[str], str],
    grants: tuple[Grant, ...],
    fallback: int,
    ids: FreeIds = DERIVED,
) -> Converted[PromptRow] | Skipped:
    """The prompt with its production text.

    Args:
        group: the prompt group.
        versions: its versions, in any order.
        owner_id: the account that receives it.
        command: gives a free command for a wished one; only called for a prompt that has a text.
        grants: who else may use it.
        fallback: the run's start in seconds, for dates that are missing.
        ids: those that are free.
    """
    version, missing = production(group, versions)
    if version is None or version.prompt is None:
        return Skipped(Reason.NO_TEXT)
    given = command(wished_command(group))
    name = _name(group)
    dates = row_dates(group.created_at, group.updated_at, group.id, fallback)
    category = single_line(group.category, limit=MAX_TAG)
    row = PromptRow(
        id=own_id(group, owner_id, ids),
        command=given,
        user_id=owner_id,
        name=name,
        content=convert_variables(clean_text(version.prompt)),
        tags=(category,) if category else (),
        meta=_meta(group, version),
        created_at=dates.created,
        updated_at=dates.updated,
        grants=grants,
    )
    notices = [] if missing is None else [missing]
    if given != group.command:
        had = f"/{single_line(group.command, limit=200)}" if group.command else "no command"
        detail = f"prompt {name}: had {had}, is now /{given}"
        notices.append(notice(WarningCode.COMMAND_CHANGED, detail))
    return Converted(row, tuple(notices))


def own_id(group: PromptGroup, owner_id: str, ids: FreeIds) -> str:
    """The id of a group's prompt."""
    return ids.of("prompt", prompt_id(group.id), owner_id, clean_text(group.id))


def production(
    group: PromptGroup, versions: Sequence[Prompt]
) -> tuple[Prompt | None, Notice | None]:
    """The version that counts: the production one, else the newest one that has a text.

    The newest is the one with the latest ``createdAt``, then ``_id``. The warning says that the
    production version was not there; without any text there is neither version nor warning.
    """
    with_text = [version for version in versions if version.prompt and clean_text(version.prompt)]
    for version in with_text:
        if version.id == group.production_id:
            return version, None
    if not with_text:
        return None, None
    newest = max(with_text, key=age)
    missing = notice(
        WarningCode.PRODUCTION_MISSING,
        f"prompt {_name(group)}: version {newest.id}, the newest of {len(with_text)}, was used",
    )
    return newest, missing


def wished_command(group: PromptGroup) -> str:
    """The command the prompt should have in Open WebUI, not yet made unique.

    Letters, digits, ``_`` and ``-`` are all that the front end allows (0.12,
    ``PromptEditor.svelte``). A name without a Latin letter or digit gives ``prompt-`` and the
    beginning of its id.
    """
    for wish in (group.command, group.name):
        legal = _legal_command(wish or "")
        if legal:
            return legal
    return f"prompt-{_legal_command(group.id)[:8]}".rstrip("-")


def _legal_command(wish: str) -> str:
    # é is e with a mark; without its marks most Latin text stays readable.
    letters = unicodedata.normalize("NFKD", wish[:500])
    bare = "".join(char for char in letters if not unicodedata.combining(char)).lower()
    dashed = _REPEATED_DASHES.sub("-", _ILLEGAL_IN_COMMAND.sub("-", bare))
    legal = dashed.strip("-")[:MAX_COMMAND].rstrip("-")
    return legal if any(char.isalnum() for char in legal) else ""


def _name(group: PromptGroup) -> str:
    wishes = (group.name, group.oneliner, group.command)
    names = (single_line(wish, limit=MAX_NAME) for wish in wishes)
    return next((name for name in names if name), f"Prompt {group.id[:50]}")


def age(version: Prompt) -> tuple[int, str]:
    """By what versions are sorted: when they were made."""
    # Without a date, an ObjectId still sorts by the time it was made.
    made = version.created_at
    if made is None:
        is_object_id = re.fullmatch(r"[0-9a-f]{24}", version.id)
        made = int(version.id[:8], 16) * 1000 if is_object_id else -(2**63)
    return made, version.id


def _meta(group: PromptGroup, version: Prompt) -> JsonDict:
    meta: JsonDict = {
        "librechat": {
            "id": group.id,
            "command": group.command,
            "category": group.category,
            "oneliner": group.oneliner,
            "author_name": group.author_name,
            "version_id": version.id,
            "type": version.type,
            "number_of_generations": group.number_of_generations,
            "created_at": None if group.created_at is None else group.created_at // 1000,
        }
    }
    if group.oneliner and group.oneliner.strip():
        meta["description"] = group.oneliner
    result: JsonDict = clean_json(meta)
    return result
