"""Folders in tar and zip files."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path


def tar_bytes(folder: Path, mode: str) -> bytes:
    """The folder's content as a tar file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as tar:  # type: ignore[call-overload]  # of literals
        tar.add(folder, arcname=".")
    return out.getvalue()


def packed_in_zip(folder: Path) -> bytes:
    """The folder as a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return out.getvalue()
