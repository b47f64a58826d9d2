"""Fetching: whole, in portions, within bounds, and nothing left behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator_core.librechat.object_stores.remote_blob import Limits, RemoteBlob
from migrator_core.librechat.object_stores.store import ObjectError, Opened, StoreUnusableError


class Bucket:
    """Objects as lists of portions; ``says`` is a size that is not true."""

    place = "a bucket"

    def __init__(self, objects: dict[str, list[bytes]], says: int | None = None) -> None:
        self.objects = objects
        self.says = says
        self.asked: list[str] = []

    def look(self, samples: Sequence[str]) -> None:
        """All is well."""

    def size(self, key: str) -> int:
        self.asked.append(key)
        if key not in self.objects:
            raise ObjectError("missing", "not there")
        return sum(map(len, self.objects[key])) if self.says is None else self.says

    @contextmanager
    def open(self, key: str) -> Iterator[Opened]:
        yield Opened(self.size(key), iter(self.objects[key]))


def blob(
    bucket: Bucket, tmp_path: Path, *keys: str, size: int = 10, seconds: float = 5
) -> RemoteBlob:
    ticks = iter(range(100))
    return RemoteBlob(bucket, keys, Limits(size, seconds, clock=lambda: next(ticks)), tmp_path)


def test_it_is_fetched_whole_and_removed(tmp_path: Path) -> None:
    fetched = blob(Bucket({"k": [b"ab", b"c"]}), tmp_path, "k").fetch()
    assert (fetched.size, fetched.sha256) == (3, hashlib.sha256(b"abc").hexdigest())
    with fetched.open() as file:
        assert file.read() == b"abc"
    fetched.remove()
    assert list(tmp_path.iterdir()) == []


def test_asking_fetches_nothing(tmp_path: Path) -> None:
    asked = blob(Bucket({"k": [b"abc"]}), tmp_path, "k").ask()
    assert (asked.size, asked.sha256, asked.path) == (3, "", None)
    with pytest.raises(OSError, match="not fetched"):
        asked.open()


def test_the_names_are_tried_in_their_order(tmp_path: Path) -> None:
    bucket = Bucket({"second": [b"abc"]})
    assert blob(bucket, tmp_path, "first", "second").read(3) == b"abc"
    assert bucket.asked == ["first", "second"]
    with pytest.raises(ObjectError, match="not there"):
        blob(bucket, tmp_path, "first", "third").fetch()


@pytest.mark.parametrize(
    ("bucket", "kind", "words"),
    [
        (Bucket({"k": [b"x" * 11]}), "large", "MIGRATION_REMOTE_MAX_MB"),
        (Bucket({"k": [b"x" * 11]}, says=1), "large", "MIGRATION_REMOTE_MAX_MB"),
        (Bucket({"k": [b"x"]}, says=9), "failed", "ended after 1 of 9 bytes"),
        (Bucket({"k": [b"x"] * 9}), "failed", "MIGRATION_REMOTE_TIMEOUT"),
    ],
)
def test_what_exceeds_its_bounds_leaves_nothing(
    bucket: Bucket, kind: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ObjectError, match=words) as error:
        blob(bucket, tmp_path, "k").fetch()
    assert error.value.kind == kind
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_run_waits_for_no_more(tmp_path: Path) -> None:
    limits = Limits(10, 5, stopped=lambda: True)
    with pytest.raises(ObjectError, match="stopped"):
        RemoteBlob(Bucket({"k": [b"x"]}), ("k",), limits, tmp_path).fetch()


def test_a_storage_that_went_away_is_not_asked_for_the_next_name(tmp_path: Path) -> None:
    class Gone(Bucket):
        def size(self, key: str) -> int:
            self.asked.append(key)
            raise StoreUnusableError("gone")

    bucket = Gone({})
    with pytest.raises(StoreUnusableError):
        blob(bucket, tmp_path, "a", "b").ask()
    assert bucket.asked == ["a"]
