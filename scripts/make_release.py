"""Builds everything that a release carries, and the checksums of it, into one directory.

Usage: ``python -m scripts.make_release [--out DIR]``. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
from pathlib import Path

from hatchling.build import build_wheel

from owui_function.bundle import Bundle, build
from scripts import make_chart

ROOT = Path(__file__).resolve().parents[1]
SUMS = "SHA256SUMS"
"""The file that ``sha256sum --check`` reads."""


def wheel(out: Path) -> Path:
    """Build the wheel and say where it is."""
    with contextlib.chdir(ROOT):  # the build system's hooks work there (PEP 517)
        return out / build_wheel(str(out))


def write(out: Path, bundle: Bundle) -> list[Path]:
    """Write the files of a release and say where they are, the checksums last.

    Raises:
        OSError: the directory cannot be made or written to.
    """
    out = out.resolve()
    bundle.write(out)
    written = [out / name for name in bundle.files()]
    written += [make_chart.write(out, bundle.command_line), wheel(out)]
    sums = out / SUMS
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in written]
    sums.write_text("".join(sorted(lines, key=lambda line: line.split()[1])), "utf-8", newline="\n")
    return [*written, sums]


def main() -> None:
    """Build and say what was written."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.make_release",
        description="Build the Functions, the chart and the wheel, with their checksums.",
    )
    parser.add_argument("--out", type=Path, default=Path("dist"), help="Where to. Default: dist.")
    out: Path = parser.parse_args().out
    for path in write(out, build()):
        sys.stdout.write(f"{out / path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
