"""The committed sample is what its declarations say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import make_sample
from scripts.sample.build import NAME, Sample, build
from scripts.sample.files import FILES
from scripts.sample.people import PEOPLE, accounts

BACKUP = make_sample.SAMPLE / NAME


@pytest.fixture(scope="module")
def sample() -> Sample:
    """The declarations, with the committed drawings: image encoders differ between machines."""
    blobs = {
        file.blob: (BACKUP / "files" / file.disk_path).read_bytes()
        for file in FILES.values()
        if file.blob is not None
    }
    avatars = sorted((BACKUP / "files" / "images" / PEOPLE["mara"].hex).glob("*avatar*"))
    blobs["analyst-avatar"], blobs["mara-avatar"] = (path.read_bytes() for path in avatars)
    return build(blobs)


def test_the_committed_documents_are_the_declared_ones(sample: Sample) -> None:
    committed = {p.stem: p.read_text(encoding="utf-8") for p in (BACKUP / "data").iterdir()}
    assert committed == make_sample.texts(sample), "run `make sample` and commit what it writes"


def test_the_committed_truth_and_accounts_are_the_declared_ones(sample: Sample) -> None:
    assert make_sample.TRUTH.read_text(encoding="utf-8") == make_sample.pretty(sample.truth)
    assert json.loads(make_sample.ACCOUNTS.read_text(encoding="utf-8")) == accounts()


def test_every_declared_file_lies_where_its_record_says(sample: Sample) -> None:
    root = BACKUP / "files"
    stored = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert stored == sample.files


def test_the_sample_stays_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in Path(BACKUP).rglob("*")) < 1_000_000


def test_the_readme_names_every_password() -> None:
    readme = (make_sample.SAMPLE / "README.md").read_text(encoding="utf-8")
    for person in accounts():
        assert f"`{person['email']}` | `{person['password']}`" in readme
