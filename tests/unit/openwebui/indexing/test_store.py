"""Which vector databases a second process may open beside the server."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from migrator_core.openwebui.indexing import store


@pytest.mark.parametrize(
    ("settings", "within"),
    [
        ({"VECTOR_DB": "chroma", "CHROMA_HTTP_HOST": ""}, False),
        ({"VECTOR_DB": "chroma", "CHROMA_HTTP_HOST": "chroma.example"}, True),
        ({"VECTOR_DB": "milvus", "MILVUS_URI": "/app/backend/data/vector_db/milvus.db"}, False),
        ({"VECTOR_DB": "milvus", "MILVUS_URI": "http://milvus.example:19530"}, True),
        ({"VECTOR_DB": "pgvector"}, True),
    ],
)
def test_a_database_in_files_belongs_to_the_server_alone(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], *, within: bool
) -> None:
    config = ModuleType("open_webui.config")
    vars(config).update(settings)
    monkeypatch.setattr(store, "app_around_us", lambda: None)
    monkeypatch.setitem(sys.modules, "open_webui", ModuleType("open_webui"))
    monkeypatch.setitem(sys.modules, "open_webui.config", config)
    assert store.is_in_reach() is within
    monkeypatch.setattr(store, "app_around_us", object)
    assert store.is_in_reach()
