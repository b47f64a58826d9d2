"""Whatever a backup holds twice, in whatever way, has one outcome for each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId, json_util
from bson.json_util import CANONICAL_JSON_OPTIONS

from tests.support.containers import collections
from tests.support.databases import Database
from tests.support.run import migrate
from tests.support.sample import SAMPLE

pytestmark = pytest.mark.openwebui


def _twice(documents: list[dict[str, Any]], other: ObjectId) -> list[dict[str, Any]]:
    """Each document again as it is, with another ``_id``, and as another person's."""
    owned = [
        {
            **each,
            **{key: other for key in ("user", "author") if isinstance(each.get(key), ObjectId)},
        }
        for each in documents
    ]
    renamed = [{**each, "_id": ObjectId()} for each in documents]
    return [*documents, *documents, *renamed, *owned]


def test_the_sums_add_up_where_everything_is_there_four_times(
    sqlite_database: Database, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    (backup / "data").mkdir(parents=True)
    shutil.copytree(SAMPLE / "files", backup / "files")
    whole = collections()
    other = whole["users"][1]["_id"]
    for name, documents in whole.items():
        lines = [
            json_util.dumps(each, json_options=CANONICAL_JSON_OPTIONS) + "\n"
            for each in _twice(documents, other)
        ]
        (backup / "data" / f"{name}.json").write_text("".join(lines), encoding="utf-8")
    done = migrate(sqlite_database.deployment, backup, tmp_path / "report")
    assert done.status in {0, 20}, done.output
    for name, entry in done.collections.items():
        outcomes = sum(entry["skipped"].values()) + sum(entry["failed"].values())
        assert entry["found"] == entry["migrated"] + entry["existing"] + outcomes, name
        assert entry["found"] == 4 * len(whole[name]), name
        assert "internal-error" not in entry["failed"], name
