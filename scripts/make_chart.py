"""Packs the Helm chart, with the program of the migration in it, into one file for Helm.

Usage: ``python -m scripts.make_chart [--out DIR]``. It needs no Helm. The same sources give the
same bytes, as far as Python's zlib and bz2 do not change.
"""

from __future__ import annotations

import argparse
import datetime as dt
import fnmatch
import gzip
import io
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from owui_function.bundle import build

CHART = Path(__file__).resolve().parents[1] / "charts" / "open-webui-stack"
PROGRAM = "charts/migration-program/librechat_migration.pyz"
"""Where the chart has the program."""

_PACKED = "librechat_migration.py"
_STARTER = f"""\
import os, zipfile
with zipfile.ZipFile(os.path.dirname(__file__)) as packed:
    program = packed.read("{_PACKED}")
exec(compile(program, __file__, "exec"))
"""

_WHEN = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)  # a zip can say no earlier time
_FILE_MODE = 0o644


def zipped(program: str) -> bytes:
    """The program as a file that Python runs as it is (PEP 441), at a fifth of the size.

    Python itself starts nothing but deflated members; bzip2 makes the program smaller by a quarter.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(_member("__main__.py"), _STARTER)
        archive.writestr(_member(_PACKED), program, zipfile.ZIP_BZIP2, compresslevel=9)
    return out.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _WHEN.timetuple()[:6])
    member.create_system = 3  # Unix, wherever this runs
    member.external_attr = _FILE_MODE << 16
    return member


def read_chart(folder: Path = CHART) -> dict[str, bytes]:
    """The chart's files by their paths, without those that ``.helmignore`` names."""
    lines = (folder / ".helmignore").read_text("utf-8").splitlines()
    ignored = [line.rstrip("/") for line in lines if line and not line.startswith("#")]
    found = {}
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        names_one = any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in ignored)
        if path.is_file() and not names_one:
            found["/".join(parts)] = path.read_bytes()
    return found


def pack(files: Mapping[str, bytes], name: str) -> bytes:
    """A ``.tgz`` as ``helm package`` makes it: everything in one folder, ``Chart.yaml`` first."""
    out = io.BytesIO()
    with (
        gzip.GzipFile("", "wb", 9, out, mtime=0) as zipped_out,
        tarfile.open(fileobj=zipped_out, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for path in sorted(files, key=lambda path: (path != "Chart.yaml", path)):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size, member.mode = len(files[path]), _FILE_MODE
            member.mtime = int(_WHEN.timestamp())
            tar.addfile(member, io.BytesIO(files[path]))
    return out.getvalue()


def write(out: Path, program: str, folder: Path = CHART) -> Path:
    """Write ``open-webui-stack-VERSION.tgz`` and say where it is.

    Raises:
        OSError: the directory cannot be made or written to.
    """
    about = yaml.safe_load((folder / "Chart.yaml").read_text("utf-8"))
    files = {**read_chart(folder), PROGRAM: zipped(program)}
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{about['name']}-{about['version']}.tgz"
    path.write_bytes(pack(files, about["name"]))
    return path


def main() -> None:
    """Build the program, pack the chart."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.make_chart",
        description="Pack the Helm chart, with the program of the migration in it.",
    )
    parser.add_argument("--out", type=Path, default=Path("dist"), help="Where to. Default: dist.")
    path = write(parser.parse_args().out, build().command_line)
    sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
