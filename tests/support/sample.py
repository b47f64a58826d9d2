"""The sample backup and what is true about it."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.environments import ROOT

TRUTH_FILE = ROOT / "tests" / "data" / "sample-truth.json"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")


@cache
def truth() -> dict[str, Any]:
    """What a right migration makes of the sample."""
    loaded: dict[str, Any] = json.loads(TRUTH_FILE.read_text(encoding="utf-8"))
    return loaded


SAMPLE: Path = ROOT / "migrator_core" / "sample" / "librechat-backup-20260315-120000"


def copy_sample(into: Path) -> Path:
    """A copy of the backup that a test may damage."""
    return Path(shutil.copytree(SAMPLE, into / SAMPLE.name))


def people() -> list[dict[str, Any]]:
    """Those who can sign in after the migration."""
    return [person for person in truth()["users"].values() if person["password"]]


def by_key(collection: str) -> dict[str, dict[str, Any]]:
    """The entries of a part of the truth, by their key."""
    return {item["key"]: item for item in truth()[collection]}


def collapse(text: str) -> str:
    """Text as a reader compares it: no control characters, runs of white space as one blank."""
    return " ".join(_CONTROL.sub("", text).split())


def missing_pieces(text: str, pieces: list[str]) -> list[str]:
    """The pieces that do not occur in the text, in this order."""
    rest = collapse(text)
    missing = []
    for piece in map(collapse, pieces):
        before, found, after = rest.partition(piece)
        if found:
            rest = after
        else:
            missing.append(piece)
            rest = before
    return missing
