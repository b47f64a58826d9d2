"""The names by which Open WebUI, the two Functions and the installer know each other."""

from __future__ import annotations

PIPE_ID = "librechat_migration"
PIPE_NAME = "LibreChat Migration"
ACTION_ID = "librechat_migration_buttons"
ACTION_NAME = "LibreChat Migration buttons"

MODEL = "chat"
MODEL_ID = f"{PIPE_ID}.{MODEL}"
"""The Pipe's one model; Open WebUI puts the Function's id before its own."""

STATE = "librechat_migration"
"""The attribute of ``app.state`` that holds what survives a reload of the Function."""

REFUSED = "Only administrators can migrate. Nothing was done."
