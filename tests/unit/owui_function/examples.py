"""Moments and ends of migrations, with whatever text in every place that takes one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator_core import Findings
from migrator_core.librechat.recognise.discovery import Offer
from migrator_core.outcome import Mode, RunState
from migrator_core.report import BackupInfo, RunInfo
from migrator_core.settings import Settings
from migrator_core.tally import CollectionEntry
from owui_function.assistant import DOOR
from owui_function.decisions import Decision
from owui_function.jobs.summaries import Summary

STARTED, FINISHED = 1_772_442_900, 1_772_442_961


def collection(**values: Any) -> CollectionEntry:
    """One entry of ``collections``."""
    entry: CollectionEntry = {
        "found": 0,
        "migrated": values.get("migrated", 0),
        "existing": values.get("existing", 0),
        "skipped": values.get("skipped", {}),
        "failed": values.get("failed", {}),
    }
    entry["found"] = (
        entry["migrated"]
        + entry["existing"]
        + sum(entry["skipped"].values())
        + sum(entry["failed"].values())
    )
    return entry


COLLECTIONS = {
    "users": collection(migrated=1_200, existing=1, skipped={"no-email": 2}),
    "files": collection(migrated=3, failed={"invalid-document": 1}),
    "logs": collection(),
}


def summary(text: str = "", **values: Any) -> Summary:
    """The end of a run; ``text`` stands wherever a backup, a ledger or a path could put it."""
    collections = values.pop("collections", None) or {
        **COLLECTIONS,
        **({text: collection(migrated=1, skipped={text: 1}, failed={text: 1})} if text else {}),
    }
    run = RunInfo(
        id=text or "20260302-091500-abcdef",
        mode=values.get("mode", Mode.RUN),
        started_at=STARTED,
        finished_at=FINISHED,
        tool_version=text or "0.1.0",
        open_webui_version=text or "0.12.4",
        state=values.get("state", RunState.FINISHED),
    )
    return Summary(
        run,
        BackupInfo(text or "/data/backup", text or "mongoexport", text or "f00d"),
        collections,
        values.get("warnings", {"avatar-lost": 2, **({text: 1} if text else {})}),
        values.get("key", "key"),
    )


def offer(name: str = "backup", **values: Any) -> Offer:
    """A backup that was found."""
    kind, size = values.get("kind", "mongoexport"), values.get("size", 12_345)
    return Offer(Path("/data") / name, kind, size, STARTED, values.get("packed", False))


def findings(**values: Any) -> Findings:
    """A look around that found one backup and nothing in the way."""
    one = offer()
    settings = Settings(backup_dir=values.pop("place", Path("/data")))
    given: dict[str, Any] = {
        "version": "0.12.4", "database": "SQLite", "offers": [one], "chosen": one,
        "free": 5_000_000_000, **values,
    }  # fmt: skip
    return Findings(settings, DOOR, **given)


DECISIONS = (
    Decision("Passwords of people who have an account here", "kept", "the valve says so"),
    Decision("Models with another id here", "a → b", "MIGRATION_MODEL_MAP in the environment"),
)
