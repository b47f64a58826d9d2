"""The earlier versions of an agent, as those of its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from migrator_core.convert.dates import seconds
from migrator_core.convert.library.agents import convert_agent, label_of
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.result import Skipped, notice
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.dates import read_millis
from migrator_core.librechat.values import normalise_id
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import ModelRow, ModelVersion

MAX_VERSIONS = 100
"""The newest ones. LibreChat keeps as many as fit into a document."""

_DATES = ("updatedAt", "createdAt")

MAX_PICTURES = 2_000_000
"""Characters of all versions' pictures together, which each of them repeats."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Versions before the current one, the oldest first; ``left`` is how many were left out."""

    versions: tuple[ModelVersion, ...] = ()
    left: int = 0


def earlier_versions(
    agent: Agent, model: ModelRow, models: ModelMapper, accounts: Mapping[str, str]
) -> Earlier:
    """What the model was before (LibreChat 0.7 to 0.8: ``versions``, of which the last is current).

    Args:
        agent: the document.
        model: what it became, its knowledge included: earlier versions get that, too.
        models: answers which base model a version is built on.
        accounts: the account of each of LibreChat's users, to say who made a version.
    """
    known = list(enumerate(agent.versions, start=1))
    made = [
        version
        for number, raw in known[-MAX_VERSIONS - 1 :]
        if isinstance(raw, dict)
        and (version := _version(number, raw, agent, model, models, accounts)) is not None
    ]
    versions = tuple(_changes(made, model))
    return Earlier(versions, max(len(known) - MAX_VERSIONS - 1, 0))


def versions_left(agent: Agent, model: ModelRow, left: int, why: str) -> Notice:
    """What is to be said of versions that stay behind: how many, and from when to when."""
    dates = sorted(
        date
        for raw in agent.versions[:left]
        if isinstance(raw, dict) and (date := _date(raw, model)) is not None
    )
    span = f", {_day(dates[0])} to {_day(dates[-1])}" if dates else ""
    what = "1 earlier version" if left == 1 else f"{left} earlier versions"
    return notice(WarningCode.VERSIONS_LEFT, f"{label_of(agent)}: {what}{span}: {why}")


def _version(
    number: int,
    raw: dict[str, Any],
    agent: Agent,
    model: ModelRow,
    models: ModelMapper,
    accounts: Mapping[str, str],
) -> ModelVersion | None:
    try:
        own = {"id": agent.id, "_id": agent.document_id}
        version = parse(Agent, {"provider": agent.provider, **raw, **own})
    except InvalidDocumentError:
        return None
    picture = model.meta.get("profile_image_url")
    fits = isinstance(picture, str) and len(picture) * len(agent.versions) <= MAX_PICTURES
    converted = convert_agent(
        version.model_copy(update={"created_at": agent.created_at}),
        owner_id=model.user_id,
        # What the model is built on by now says nothing of what it was built on before.
        models=models.with_agents(models.renamed),
        avatar=picture if fits else None,
        grants=(),
        fallback=model.updated_at,
    )
    if isinstance(converted, Skipped):
        return None
    row = converted.row
    return ModelVersion(
        name=row.name,
        base_model_id=row.base_model_id or "",
        params=row.params | _same(model.params, "function_calling"),
        meta=row.meta | _same(model.meta, "knowledge"),
        user_id=accounts.get(normalise_id(raw.get("updatedBy")) or "", model.user_id),
        message=f"Version {number} in LibreChat",
        # Open WebUI lists them by their dates.
        created_at=min(_date(raw, model) or model.created_at, model.updated_at - 1),
    )


def _changes(made: list[ModelVersion], model: ModelRow) -> Iterator[ModelVersion]:
    """Those that differ from the one after them, in what Open WebUI keeps of a version."""
    after = _contents(model)
    changes: list[ModelVersion] = []
    for version in reversed(made):
        if (own := _contents(version)) != after:
            changes.append(version)
        after = own
    return reversed(changes)


def _contents(one: ModelVersion | ModelRow) -> tuple[Any, ...]:
    meta = {**one.meta, "profile_image_url": None, "librechat": None}
    return one.name, one.base_model_id, one.params, meta


def _same(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: values[name]} if name in values else {}


def _date(raw: Mapping[str, Any], model: ModelRow) -> int | None:
    """When a version was made, in seconds; None where that is missing or impossible."""
    dates = (seconds(read_millis(raw.get(key)), model.updated_at) for key in _DATES)
    return next((date for date in dates if date is not None), None)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
