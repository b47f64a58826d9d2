"""Backups that a test makes up: collections as mongoexport writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Backup = dict[str, list[dict[str, Any]]]


def write(folder: Path, backup: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
    """A new folder with a file of JSON lines for each collection."""
    folder.mkdir(parents=True)
    for name, documents in backup.items():
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        (folder / f"{name}.json").write_text(lines, "utf-8")
    return folder
