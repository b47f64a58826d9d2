"""Parts of this environment, for programs that are to have those packages and no others."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path


def linked(names: Iterable[str], folder: Path) -> Path:
    """``folder``, new, with links to what these distributions installed."""
    folder.mkdir()
    for name in names:
        found = distribution(name)
        for file in found.files or ():
            link = folder / file.parts[0]
            if file.parts[0] != ".." and not link.exists():
                link.symlink_to(Path(str(found.locate_file(link.name))))
    return folder
