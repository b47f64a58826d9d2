"""Directories that a run makes: one for its reports, and one for what it unpacks and notes."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from migrator_core.errors import CannotStartError


def prepared_directory(directory: Path) -> Path:
    """Create a directory for reports, which nobody else on the machine may read.

    Raises:
        CannotStartError: it cannot be written to.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = directory / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStartError(
            f"The reports cannot be written to {directory}: {error.strerror}. "
            "Name a writable directory with --report-dir (MIGRATION_REPORT_DIR)."
        ) from error
    return directory


@contextlib.contextmanager
def work_directory() -> Iterator[Path]:
    """A directory for unpacked archives and notes, gone when the run ends."""
    try:
        directory = Path(tempfile.mkdtemp(prefix="librechat-migrate-"))
    except OSError as error:
        raise CannotStartError(
            f"No temporary directory can be made: {error.strerror}. "
            "Set TMPDIR to a writable directory with room for the unpacked backup."
        ) from error
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
