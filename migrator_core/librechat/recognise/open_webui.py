"""Open WebUI's own files, which may lie beside a backup and are no part of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from migrator_core.librechat.blobs import BlobRoot

_MARKS: Final = ("webui.db", "vector_db")
"""What Open WebUI (0.10 to 0.12, ``env.py``, ``config.py``) puts beside its ``uploads``."""


def holds_open_webuis_files(root: BlobRoot, foreign: Sequence[Path]) -> bool:
    """Whether a folder that is called as LibreChat's are is one of Open WebUI's, or leads to one.

    ``foreign`` are the folders known to be its own; those of another Open WebUI are told by what
    lies beside them.
    """
    if any(_meet(root.path, folder) for folder in foreign):
        return True
    if root.kind != "uploads":
        return False
    return any((root.path.parent / mark).exists() for mark in _MARKS)


def _meet(path: Path, folder: Path) -> bool:
    """Whether ``folder`` is below ``path``, or is the same one by whichever name.

    A whole backup may well lie in ``folder``, and its files in the backup.
    """
    if folder.resolve().is_relative_to(path.resolve()):
        return True
    try:  # the same folder mounted twice
        return path.samefile(folder)
    except OSError:
        return False
