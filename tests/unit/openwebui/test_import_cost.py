"""Importing Open WebUI without the work that only its server needs."""

from __future__ import annotations

import importlib
from typing import Any

import bcrypt

from migrator_core.openwebui.import_cost import without_what_servers_need

markdown: Any = importlib.import_module("markdown")  # it brings no types
CHANGES = "# Changelog\n\n## [0.12.4] - 2026\n\n- newest\n\n## [0.12.3] - 2026\n\n- older\n"


def test_of_the_change_log_only_the_newest_version_is_made_html() -> None:
    with without_what_servers_need():
        html = markdown.markdown(CHANGES)
        assert markdown.markdown("plain") == "<p>plain</p>"
    assert "newest" in html
    assert "older" not in html
    assert "older" in markdown.markdown(CHANGES), "afterwards all is as it was"


def test_a_hash_at_import_costs_nothing_and_later_ones_their_full_price() -> None:
    with without_what_servers_need():
        assert bcrypt.gensalt().startswith(b"$2b$04$")
    assert bcrypt.gensalt().startswith(b"$2b$12$")
