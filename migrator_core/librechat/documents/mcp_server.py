"""A row of LibreChat's ``mcpservers`` collection: a tool server that somebody added in its pages.

Fields as published in ``@librechat/data-schemas`` 0.0.71 (LibreChat 0.8.8). Of ``config`` only the
kind and the address are looked at: the rest is commands, headers and clients' secrets.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from migrator_core.librechat.documents.base import Mapping, Name, SourceModel, Text

_KINDS = frozenset({"http", "sse", "stdio", "streamable-http", "websocket"})


class McpServer(SourceModel):
    """One server."""

    name: Name = Field(alias="serverName")
    normalised: Text = Field(default=None, alias="normalizedServerName")
    config: Mapping = Field(default_factory=dict)

    @property
    def kind(self) -> str:
        """How it is spoken to; empty where nothing says so."""
        kind: Any = self.config.get("type")
        return kind if kind in _KINDS else ""

    @property
    def address(self) -> str:
        """Where it is, as it was written; empty for a program on LibreChat's own machine."""
        address: Any = self.config.get("url")
        return address if isinstance(address, str) else ""
