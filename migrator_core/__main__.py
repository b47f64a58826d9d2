"""``python -m migrator_core``."""

from __future__ import annotations

import sys

from migrator_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
