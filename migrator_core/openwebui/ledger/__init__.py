"""The memory of this tool in Open WebUI's own database."""
