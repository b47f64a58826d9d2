"""``python -m owui_function.bundle [--out DIR]``: write the files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from owui_function.bundle import BundleError, build


def main() -> int:
    """Build and write; 1 when a module cannot go into the file."""
    parser = argparse.ArgumentParser(
        prog="python -m owui_function.bundle",
        description="Write the Functions for Open WebUI, as two files and as one for its import.",
    )
    parser.add_argument("--out", type=Path, default=Path("dist"), help="Where to. Default: dist.")
    out: Path = parser.parse_args().out
    try:
        bundle = build()
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    bundle.write(out)
    for name, text in bundle.files().items():
        sys.stdout.write(f"{out / name}: {len(text.encode()):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
