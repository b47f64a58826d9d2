"""An embedding model for an Open WebUI, and what lies in its vector database."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import create_engine, text

from tests.support.environments import Deployment
from tests.support.openai_stand_in import OpenAIStandIn
from tests.support.openwebui import Person


def connect(admin: Person, api: OpenAIStandIn, model: str) -> None:
    """Let everybody use a model of the stand-in, and Open WebUI its vectors."""
    chats = {
        "ENABLE_OPENAI_API": True, "OPENAI_API_BASE_URLS": [api.url],
        "OPENAI_API_KEYS": ["none"], "OPENAI_API_CONFIGS": {},
    }  # fmt: skip
    admin.http.post("/openai/config/update", json=chats).raise_for_status()
    vectors = {
        "RAG_EMBEDDING_ENGINE": "openai", "RAG_EMBEDDING_MODEL": "words",
        "openai_config": {"url": api.url, "key": "none"},
    }  # fmt: skip
    admin.http.post("/api/v1/retrieval/embedding/update", json=vectors).raise_for_status()
    everybody = {"principal_type": "user", "principal_id": "*", "permission": "read"}
    form = {"id": model, "name": model, "meta": {}, "params": {}, "access_grants": [everybody]}
    admin.http.post("/api/v1/models/create", json=form).raise_for_status()


def collections(place: Deployment) -> set[str]:
    """The names in the vector database: Chroma's beside SQLite, pgvector's in PostgreSQL."""
    if place.database_url.startswith("sqlite"):
        store = place.data / "vector_db" / "chroma.sqlite3"
        with closing(sqlite3.connect(store)) as connection:
            return {row[0] for row in connection.execute("select name from collections")}
    engine = create_engine(place.database_url)
    try:
        with engine.connect() as connection:
            query = text("select distinct collection_name from document_chunk")
            return {row[0] for row in connection.execute(query)}
    finally:
        engine.dispose()


def files_in(place: Deployment, collection: str) -> set[str]:
    """The ids of the files whose pieces a collection has."""
    if place.database_url.startswith("sqlite"):
        store = place.data / "vector_db" / "chroma.sqlite3"
        query = (
            "select m.string_value from embedding_metadata m join embeddings e on e.id = m.id"
            " join segments s on s.id = e.segment_id join collections c on c.id = s.collection"
            " where c.name = ? and m.key = 'file_id'"
        )
        with closing(sqlite3.connect(store)) as connection:
            return {row[0] for row in connection.execute(query, (collection,))}
    engine = create_engine(place.database_url)
    try:
        with engine.connect() as connection:
            pieces = text(
                "select vmetadata->>'file_id' from document_chunk where collection_name = :name"
            )
            return {row[0] for row in connection.execute(pieces, {"name": collection})}
    finally:
        engine.dispose()
