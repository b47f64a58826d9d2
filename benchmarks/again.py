"""What a second run over an unchanged backup costs beside the first one."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.generate import generate
from tests.support.databases import Postgres, set_up
from tests.support.environments import CURRENT, ROOT, Deployment, deployment

TARGET_RATIO = 0.25


def compare_runs(
    workshop: Path, messages: int, rounds: int, *, postgres: bool = False
) -> dict[str, Any]:
    """Processor time of the first and the second run; what starting alone takes is told apart."""
    backup = generate(workshop / "backup", messages)
    server = Postgres().start() if postgres else None
    found: dict[str, list[float]] = {"start": [], "first": [], "second": []}
    try:
        for number in range(rounds):
            url = server.create_database(f"again_{number}") if server else None
            fresh = deployment(CURRENT, workshop / f"home-{number}", url)
            set_up(fresh)
            command = ["run", "--backup", str(backup), "--report-dir", str(workshop / "report")]
            found["start"].append(_seconds(fresh, ["runs"]))
            found["first"].append(_seconds(fresh, command))
            found["second"].append(_seconds(fresh, command))
    finally:
        if server is not None:
            server.stop()
    start, first, second = (statistics.median(found[name]) for name in ("start", "first", "second"))
    whole, after = second / first, (second - start) / (first - start)
    print(
        f"again: start {start:.1f} s, first run {first:.1f} s, second run {second:.1f} s; "
        f"{whole:.2f} of the whole process, {after:.2f} after the start "
        f"(wanted: {TARGET_RATIO})",
        flush=True,
    )
    return {"messages": messages, "postgres": postgres, "whole": whole, "after": after, **found}


def _seconds(place: Deployment, words: list[str]) -> float:
    """Processor seconds of one call: on a machine that others use, the clock says little."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(place.python), "-m", "migrator_core", *words],
        env=place.variables | {"PYTHONPATH": str(ROOT)},
        cwd=place.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    used = usage.ru_utime + usage.ru_stime
    print(
        f"  {words[0]}: {used:.1f} s, {time.perf_counter() - began:.1f} s by the clock", flush=True
    )
    return used
