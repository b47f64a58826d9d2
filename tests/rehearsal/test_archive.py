"""The archive's claim: the Job unpacks it to its scratch volume, and nowhere else."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.containers import CONTAINERS
from tests.support.databases import Database
from tests.support.guide import GUIDE, blocks
from tests.support.pod import Pod
from tests.support.release import Release, hand_over
from tests.support.sample import SAMPLE, by_key, truth
from tests.support.sandbox import Ended
from tests.support.snapshots import file_hashes

pytestmark = [
    pytest.mark.chart,
    pytest.mark.openwebui,
    pytest.mark.postgres,
    pytest.mark.xdist_group("rehearsal-archive"),
]

MIB = 1024 * 1024
EVIL = "evil-mark"
WANTED = {n: c["migrated"] for n, c in truth()["counts"].items() if "migrated" in c}
ARCHIVE = blocks("# values: archive")[0]


@pytest.fixture
def archive(release: Release) -> Path:
    """Where the archive's claim lies."""
    return release.cluster.claim(ARCHIVE["migration"]["backupArchivePvc"])


def prepare(release: Release, database: Database, *, dry_run: bool) -> Pod:
    """A pod of the Job with the guide's values for an archive."""
    release.upgrade(ARCHIVE, {"databaseUrl": database.url, "migration": {"dryRun": dry_run}})
    return release.job()


def report(release: Release) -> dict[str, Any]:
    """The one report on the data volume."""
    data = release.cluster.claims["demo-open-webui"]
    (found,) = (data / "librechat-migration").glob("*/report.json")
    loaded: dict[str, Any] = json.loads(found.read_text("utf-8"))
    return loaded


def migrated(report: dict[str, Any]) -> dict[str, int]:
    """How many documents arrived, where the truth says how many should."""
    return {name: report["collections"][name]["migrated"] for name in WANTED}


def test_an_archive_arrives_as_its_folder_would(
    release: Release, archive: Path, postgres_database: Database
) -> None:
    CONTAINERS["tar-gz"](archive / SAMPLE.name)
    hand_over(archive, 1000)
    before = file_hashes(archive)
    pod = prepare(release, postgres_database, dry_run=False)
    ended = pod.run()
    assert [one.status for one in ended.values()] == [0, 0], ended
    assert ended["migration"].message.startswith("migrated ")
    found = report(release)
    assert migrated(found) == WANTED
    stored = file_hashes(release.cluster.claims["demo-open-webui"] / "uploads").values()
    wanted = {f["sha256"] for f in by_key("files").values() if f["outcome"] == "migrated"}
    assert wanted <= set(stored)
    assert file_hashes(archive) == before
    assert not [*pod.volumes["tmp"].iterdir()], "the unpacked backup is still there"


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """A member of a hostile archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, 0o777
    info.devmajor, info.devminor = 1, 3
    return info


OUTSIDE = [
    member(f"../../../../../../app/backend/data/{EVIL}"),
    member(f"/app/backend/data/{EVIL}"),
    member(f"/tmp/{EVIL}"),
    member(f"{SAMPLE.name}/files/../../../{EVIL}"),
    member(f"{SAMPLE.name}/out", tarfile.SYMTYPE, "/app/backend/data"),
    member(f"{SAMPLE.name}/out/{EVIL}"),
    member(f"{SAMPLE.name}/hard", tarfile.LNKTYPE, "/migration/wait.py"),
    member(f"{SAMPLE.name}/device-{EVIL}", tarfile.CHRTYPE),
    member(f"{SAMPLE.name}/pipe-{EVIL}", tarfile.FIFOTYPE),
]


def leading_outside(path: Path) -> None:
    """The sample, among members that lead everywhere else."""
    with tarfile.open(path, "w:gz") as out:
        for one in OUTSIDE:
            content = b"evil" if one.isreg() else b""
            one.size = len(content)
            out.addfile(one, io.BytesIO(content))
        out.add(SAMPLE, arcname=SAMPLE.name)


def bomb(path: Path) -> None:
    """A gigabyte of zeros in a megabyte: one compressed block, again and again."""
    info = member(f"{SAMPLE.name}/data/messages.json")
    info.size = 1024 * MIB
    zeros = gzip.compress(bytes(16 * MIB))
    with path.open("wb") as out:
        out.write(gzip.compress(info.tobuf()))
        for _ in range(info.size // (16 * MIB)):
            out.write(zeros)


def hostile(
    release: Release, archive: Path, database: Database, make: Callable[[Path], None]
) -> tuple[Ended, Pod]:
    """A preview of a hostile archive."""
    make(archive / "librechat-backup.tar.gz")
    hand_over(archive, 1000)
    pod = prepare(release, database, dry_run=True)
    ended = pod.run_one("migration")
    assert "Traceback" not in ended.log, ended.log
    return ended, pod


def test_members_that_lead_outside_are_left_out(
    release: Release, archive: Path, postgres_database: Database
) -> None:
    ended, _ = hostile(release, archive, postgres_database, leading_outside)
    assert ended.status == 0, ended.log
    assert not [*release.home.rglob(f"*{EVIL}*")]
    notices = "\n".join(line for line in ended.lines if "backup-oddity" in line)
    assert "4 member(s) were not unpacked (a path that leads outside)" in notices, notices
    for kind in ("link", "device"):
        assert kind in notices
    found = report(release)
    assert migrated(found) == WANTED


def test_a_bomb_is_refused(release: Release, archive: Path, postgres_database: Database) -> None:
    ended, pod = hostile(release, archive, postgres_database, bomb)
    assert ended.status == 10
    sentence = "looks like a decompression bomb"
    assert sentence in ended.message
    assert f"`{sentence}`" in GUIDE
    assert not [*pod.volumes["tmp"].iterdir()], "what it unpacked is still there"
