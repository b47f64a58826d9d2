"""``python -m owui_function.bundle [--out DIR | --compare FILE]``: write the files, or compare."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from owui_function.bundle import Bundle, BundleError, build
from owui_function.bundle.comparing import differences


def main() -> int:
    """Build and write, or compare; 1 when a module cannot go into the file or something differs."""
    parser = argparse.ArgumentParser(
        prog="python -m owui_function.bundle",
        description="Write the Functions for Open WebUI, as two files and as one for its import.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--out", type=Path, default=Path("dist"), help="Where to. Default: dist.")
    what.add_argument(
        "--compare",
        type=Path,
        metavar="FILE",
        help="Write nothing; say whether this file, a Function's text or what Open WebUI exports, "
        "is what these sources make.",
    )
    arguments = parser.parse_args()
    try:
        bundle = build()
        if arguments.compare is not None:
            return _compare(arguments.compare, bundle)
        bundle.write(arguments.out)
    except (BundleError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{arguments.compare or arguments.out}: {error}\n")
        return 1
    for name, text in bundle.files().items():
        sys.stdout.write(f"{arguments.out / name}: {len(text.encode()):,} bytes\n")
    return 0


def _compare(path: Path, bundle: Bundle) -> int:
    differing = differences(path.read_text("utf-8"), bundle.program, bundle.function)
    for what in differing:
        sys.stdout.write(f"differs: {what}\n")
    if not differing:
        sys.stdout.write(f"{path} holds exactly these sources.\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
