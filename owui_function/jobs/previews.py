"""Which preview speaks for which run: same backup, same settings, same version of the tool."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from migrator_core import __version__
from migrator_core.settings import Settings
from owui_function.jobs import summaries
from owui_function.jobs.summaries import Summary

_LOOKED_AT = 2_000
"""Entries of a backup's folder that the key is made of; names, sizes and times of so many say
whether it is still the same backup."""


def key(settings: Settings) -> str:
    """What a preview stands for. Reads no contents, so it is quick for any backup."""
    values = settings.model_dump(mode="json", exclude={"dry_run", "report_dir", "verify"})
    digest = hashlib.sha256(json.dumps([__version__, values], sort_keys=True).encode())
    for line in _entries(settings.backup_dir):
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _entries(path: Path) -> Iterator[str]:
    try:
        yield _stamp(path)
        if not path.is_dir():
            return
        count = 0
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                yield _stamp(Path(folder, name))
                count += 1
                if count >= _LOOKED_AT:
                    return
    except OSError as error:
        yield str(error)


def _stamp(path: Path) -> str:
    stat = path.lstat()
    return f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0"


def kept(reports: Path) -> Iterator[tuple[Path, Summary]]:
    """The summaries below the directory of all reports, the newest first."""
    try:
        directories = sorted((d for d in reports.iterdir() if d.is_dir()), reverse=True)
    except OSError:
        return
    for directory in directories:
        summary = summaries.read(directory)
        if summary is not None:
            yield directory, summary


def matching(reports: Path, wanted: str) -> Summary | None:
    """The newest finished preview with this key, as long as no run has finished since."""
    for _, summary in kept(reports):
        if summary.verifies or summary.undo_preview:
            continue  # it changed nothing
        if not summary.preview:
            return None
        if summary.finished and summary.key == wanted:
            return summary
    return None
