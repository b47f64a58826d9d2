"""Where a database is, said without a word of its password."""

from __future__ import annotations

import contextlib
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from migrator_core.openwebui.database.url import (
    UNNAMED,
    database_name,
    may_split_password,
    splits_password,
    sqlite_path,
)


@pytest.mark.parametrize(
    ("url", "path", "name"),
    [
        ("sqlite:////data/webui.db", "/data/webui.db", "SQLite database /data/webui.db"),
        ("sqlite:///data/a b.db", "data/a b.db", "SQLite database data/a b.db"),
        ("sqlite:///file:/data/a%20b.db?uri=true", "/data/a b.db", "SQLite database /data/a b.db"),
        ("sqlite:///file:///data/w.db?uri=true", "/data/w.db", "SQLite database /data/w.db"),
        ("sqlite://", None, "SQLite database in memory"),
        ("sqlite:///:memory:", None, "SQLite database in memory"),
        ("sqlite:///file:x?mode=memory&uri=true", None, "SQLite database in memory"),
    ],
)
def test_odd_urls_of_sqlite(url: str, path: str | None, name: str) -> None:
    assert sqlite_path(make_url(url)) == (Path(path) if path else None)
    assert database_name(make_url(url)) == name


def test_the_name_of_a_database_has_no_secret_in_it() -> None:
    url = make_url("postgresql://tenant:hunter2@db.example:5433/webui?sslpassword=hunter2")
    assert database_name(url) == "PostgreSQL database 'webui' on db.example:5433"


@pytest.mark.parametrize(
    ("url", "splits", "may_split"),
    [
        ("postgresql://tenant:hunter2@db/webui", False, False),
        ("postgresql://tenant:hunter%402@db/webui", False, False),
        ("postgresql://tenant@cloud:hunter2@db/webui", False, False),  # as Azure names users
        ("postgresql://tenant@db/webui", False, False),
        ("postgresql://db/webui", False, False),
        ("postgresql://tenant:hunt/er?2@db/webui", False, False),
        ("postgresql://tenant:hunter2@/webui?host=/run/postgresql", False, False),
        ("sqlite:////data/user@home/webui.db", False, False),
        ("postgresql://tenant:hunt@er2@db/webui", True, True),
        ("postgresql+psycopg://tenant:@@hunter2@db:5432/webui", True, True),
        ("postgresql://tenant:hunt@er:2@db:5432/webui", True, True),
        ("postgresql://tenant:hunt@er/2@db/webui", False, True),
        ("postgresql://tenant:hunt@er?2@db/webui", False, True),
        ("postgresql://tenant:hunter2@db/webui?application_name=a@b", False, True),
    ],
)
def test_a_password_that_is_taken_for_the_host_is_noticed(
    url: str, splits: bool, may_split: bool
) -> None:
    assert (splits_password(url), may_split_password(url)) == (splits, may_split)


PIECES = st.lists(
    st.sampled_from(["Geheim", "Secret", "Mot8passe"]), min_size=2, max_size=4, unique=True
)
GLUE = st.text(alphabet="@:/?#%&=+ " + string.punctuation, min_size=1, max_size=3)


@given(pieces=PIECES, glue=GLUE)
def test_no_piece_of_any_password_is_named(pieces: list[str], glue: str) -> None:
    url = f"postgresql://tenant:{glue.join(pieces)}@db.example:5432/webui"
    if splits_password(url):
        return  # refused in a sentence that quotes nothing
    name = UNNAMED if may_split_password(url) else ""
    with contextlib.suppress(ValueError):  # the port is no number, and nothing was named
        name = name or database_name(make_url(url))
    assert not [piece for piece in pieces if piece in name], name


@pytest.mark.parametrize("glue", ["@", "@@", ":@", "@/", "@x@"])
def test_a_url_without_its_text_names_nothing_either(glue: str) -> None:
    """Only the parsed URL is known where a test or a caller brings an engine of its own."""
    parsed = make_url(f"postgresql://tenant:Geheim{glue}Secret@db.example/webui")
    assert database_name(parsed) == UNNAMED
