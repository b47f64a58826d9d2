"""Whether a migration can begin: what was found, and what is in the way."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from migrator_core.errors import MigratorError
from migrator_core.librechat.recognise.discovery import Offer, find_backups
from migrator_core.openwebui import OpenWebUI, RunRecord, RunState
from owui_function.ledger import runs_in

_UNPACKED = 8
"""Times its size that a packed backup may take when it is unpacked: JSON packs well."""
_SPARE = 500 * 1024 * 1024
"""Bytes that must stay free: the database grows, and a full disk stops the server."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the check found. ``problems`` are in the way, ``notes`` are good to know."""

    version: str
    database: str
    place: Path
    offers: Sequence[Offer]
    chosen: Offer | None
    free: int
    last_run: RunRecord | None
    problems: Sequence[str]
    notes: Sequence[str]


async def check(place: Path, name: str) -> Readiness:
    """Look at everything. Blocks while it reads: call it in a thread with a loop of its own.

    ``place`` is the backup, or a folder with backups; ``name`` chooses one of several.
    """
    problems: list[str] = []
    notes: list[str] = []
    version, database, last_run = "unknown", "unknown", None
    try:
        async with await OpenWebUI.connect(read_only=True) as target:
            version = target.version
            database = "SQLite" if target.dialect == "sqlite" else "PostgreSQL"
            runs = await runs_in(target)
            last_run = runs[0] if runs else None
    except MigratorError as error:
        problems.append(str(error))
    offers = _offers(place, problems)
    chosen = choose(offers, place, name, problems)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if chosen is not None:
        problems += _obstacles(chosen, free)
    if last_run is not None and last_run.state in {RunState.ABORTED, RunState.INTERRUPTED}:
        notes.append(
            f"Run {last_run.id} was {last_run.state} before its end. The next run continues it."
        )
    return Readiness(
        version, database, place, offers, chosen, free, last_run, tuple(problems), tuple(notes)
    )


def _offers(place: Path, problems: list[str]) -> list[Offer]:
    try:
        return find_backups(place)
    except FileNotFoundError:
        problems.append(
            f"There is no {place}. Put the backup there (a folder, a .tar.gz or a mongodump), or "
            "name another place in the valve “Backup path”. With Docker: "
            f"docker cp librechat-backup-….tar.gz open-webui:{place}/"
        )
    except OSError as error:
        problems.append(
            f"{place} cannot be read: {error.strerror or error}. The server runs as user id "
            f"{os.geteuid()}; give it the right to read the backup."
        )
    return []


def choose(offers: Sequence[Offer], place: Path, name: str, problems: list[str]) -> Offer | None:
    """The backup that is meant, or None and a problem that says what to do."""
    if name:
        for offer in offers:
            if name in {offer.path.name, str(offer.path)}:
                return offer
        problems.append(f"There is no backup called “{name}” in {place}.")
        return None
    if len(offers) == 1:
        return offers[0]
    if len(offers) > 1:
        problems.append(
            f"{place} holds {len(offers)} backups. Choose one: say “preview” or “run” and its name."
        )
    elif not problems:
        problems.append(
            f"{place} holds no LibreChat backup. It takes a folder with mongoexport's data/*.json"
            " or a mongodump, or either of them as a .tar.gz or .zip."
        )
    return None


def _obstacles(offer: Offer, free: int) -> list[str]:
    found = []
    if offer.kind.startswith("mongodump") and find_spec("bson") is None:
        found.append(
            f"{offer.path.name} is a mongodump, and reading it needs the package pymongo, which "
            "this server lacks. Install it in the image, or take the backup with mongoexport: that "
            "needs nothing."
        )
    needed = _SPARE + (offer.size * _UNPACKED if offer.packed else offer.size)
    if free < needed:
        found.append(
            f"Only {size(free)} are free in {tempfile.gettempdir()}; this backup may need "
            f"{size(needed)} there. Make room, or point TMPDIR to a larger disk."
        )
    return found


def size(count: int) -> str:
    """Bytes as people say them."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"


def when(seconds: int) -> str:
    """A moment for people."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
