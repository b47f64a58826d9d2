"""Texts: what is code in them, what LibreChat marks up, and Markdown that Open WebUI shows."""
