"""Where the backup is, and whether it can be read there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from migrator_core.librechat.recognise.discovery import Offer, find_backups
from migrator_core.runs.readiness.findings import Door, Findings
from migrator_core.wording import size

_UNPACKED = 8
"""Times its size that a packed backup may take when it is unpacked: JSON packs well."""
_SPARE = 500 * 1024 * 1024
"""Bytes that must stay free: the database grows, and a full disk stops the server."""


async def look_for_backups(found: Findings) -> None:
    """Which backups are there, and which one is meant."""
    found.offers = _offers(found.place, found.door, found.problems)
    found.chosen = choose(found.offers, found.place, found.name, found.door, found.problems)


async def look_for_tools(found: Findings) -> None:
    """Whether what reading takes is installed."""
    offer = found.chosen
    if offer is not None and offer.kind.startswith("mongodump") and find_spec("bson") is None:
        found.problems.append(
            f"{offer.path.name} is a mongodump, and reading it needs the package pymongo, which "
            "this server lacks. Install it in the image, or take the backup with mongoexport: that "
            "needs nothing."
        )


async def look_for_room(found: Findings) -> None:
    """Whether what is unpacked and noted has room."""
    place = tempfile.gettempdir()
    found.free = shutil.disk_usage(place).free
    offer = found.chosen
    if offer is None:
        return
    needed = room_for(offer)
    if found.free < needed:
        found.problems.append(
            f"Only {size(found.free)} are free in {place}; this backup may need {size(needed)} "
            "there. Make room, or point TMPDIR to a larger disk."
        )


def room_for(offer: Offer) -> int:
    """Bytes that must be free before a backup is opened."""
    return _SPARE + (offer.size * _UNPACKED if offer.packed else offer.size)


def choose(
    offers: Sequence[Offer], place: Path, name: str, door: Door, problems: list[str]
) -> Offer | None:
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
        problems.append(f"{place} holds {len(offers)} backups. {door.choosing}.")
    elif not problems:
        problems.append(
            f"{place} holds no LibreChat backup. It takes a folder with mongoexport's data/*.json"
            " or a mongodump, or either of them as a .tar.gz or .zip."
        )
    return None


def _offers(place: Path, door: Door, problems: list[str]) -> list[Offer]:
    if place == Path(place.anchor):
        problems.append(
            f"{place} is the whole file system, in which no backup is looked for. Name the folder "
            f"or the file of the backup itself in {door.place}."
        )
        return []
    try:
        return find_backups(place)
    except FileNotFoundError:
        problems.append(
            f"There is no {place}. Put the backup there (a folder, a .tar.gz or a mongodump), or "
            f"name another place in {door.place}. With Docker: "
            f"docker cp librechat-backup-….tar.gz open-webui:{place}/"
        )
    except OSError as error:
        problems.append(
            f"{place} cannot be read: {error.strerror or error}. The server runs as user id "
            f"{os.geteuid()}; give it the right to read the backup."
        )
    return []
