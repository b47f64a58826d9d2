"""Stands in for the built program until `python -m owui_function.bundle` has made it."""

import sys

sys.exit("librechat-migrate: this chart was packaged without its program; build it first.")
