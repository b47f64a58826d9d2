"""Moves a whole LibreChat instance into Open WebUI."""

from __future__ import annotations

__version__ = "0.1.0"
