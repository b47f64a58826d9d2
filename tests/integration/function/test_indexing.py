"""Documents that a run inside the server indexes, with the server's own code, and takes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.function.conftest import target
from tests.support.documents import backup_with
from tests.support.environments import CURRENT, OLDER, deployment
from tests.support.function import site
from tests.support.openai_stand_in import OpenAIStandIn
from tests.support.snapshots import table_rows
from tests.support.vectors import collections, connect

FILES = {"harvest.csv": b"fruit,kg\nplum,120\n", "photo.png": b"\x89PNG\r\n\x1a\n"}


@pytest.mark.parametrize(
    "where", [target(CURRENT, "postgresql", pytest.mark.postgres), target(OLDER[1], "sqlite")]
)
def test_the_server_indexes_what_has_come_and_forgets_what_goes(
    where: tuple[str, str],
    built_program: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    version, database = where
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").create_database("indexing")
    place = deployment(version, tmp_path / "house", url)
    with OpenAIStandIn("gpt-4o") as api, site(place, built_program) as here:
        connect(here.admin, api, "gpt-4o")
        backup_with(here.backup, FILES)
        here.set_valves(documents="Read their text and index it")
        assert "indexed, too" in here.say("run")
        said = here.say("yes")
        files = {row["filename"]: row for row in table_rows(place, "file")}
        assert collections(place) == {f"file-{files['harvest.csv']['id']}"}, said
        assert files["harvest.csv"]["data"]["content"] == "fruit,kg\nplum,120\n"
        assert any("plum,120" in text for text in api.embedded)
        here.say("undo")
        undone = here.say("yes")
        assert collections(place) == set(), undone
