"""A whole run, from the open backup to the written report. Both doors call this and nothing else."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from migrator_core import __version__
from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.convert.base_models import ModelMapper
from migrator_core.pipeline.context import Context
from migrator_core.pipeline.journal import Journal
from migrator_core.pipeline.phases import run_phases
from migrator_core.pipeline.scratch import Scratch
from migrator_core.pipeline.steps import Driver
from migrator_core.progress import Progress
from migrator_core.report import BackupInfo, Report, RunInfo, write_reports
from migrator_core.settings import Settings
from migrator_core.source import Backup, open_backup
from migrator_core.target import Ledger, LiveWriter, OpenWebUI, PreviewWriter, RunLock, Writer

HEARTBEAT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. ``state`` is ``finished`` or ``aborted``."""

    report: Report
    directory: Path
    state: str
    failures: int
    warnings: int
