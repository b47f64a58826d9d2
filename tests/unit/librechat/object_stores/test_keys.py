"""Names in a bucket: found in whatever a record says, and only those of its own user."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from migrator_core.librechat import BlobError
from migrator_core.librechat.object_stores.keys import keys_of, local_paths

ADA, BEN = "64ca1db05f9d88c1aa1a2b01", "64ca1db05f9d88c1aa1a2b02"


@pytest.mark.parametrize(
    ("filepath", "key"),
    [
        (f"https://s3.amazonaws.com/b/images/{ADA}/a.png?X-Amz-Signature=s", f"images/{ADA}/a.png"),
        (f"https://b.s3.eu-1.amazonaws.com/uploads/{ADA}/f__n.txt", f"uploads/{ADA}/f__n.txt"),
        (f"http://minio:9000/bucket/images/{ADA}/a%20b.png#x", f"images/{ADA}/a b.png"),
        (f"https://x.supabase.co/storage/v1/s3/bucket/avatars/{ADA}/a.png", f"avatars/{ADA}/a.png"),
        (f"https://d1.cloudfront.net/i/images/{ADA}/a.png?Policy=p", f"i/images/{ADA}/a.png"),
        (f"https://d1.cloudfront.net/t/north/images/{ADA}/a.png", f"t/north/images/{ADA}/a.png"),
        (f"https://d1.cloudfront.net/a/r/eu-1/t/{BEN}/avatars/{ADA}/a.png",
         f"a/r/eu-1/t/{BEN}/avatars/{ADA}/a.png"),
        (f"https://firebasestorage.googleapis.com/v0/b/x.appspot.com/o/images%2F{ADA}%2Fa.png?alt",
         f"images/{ADA}/a.png"),
        (f"https://n.blob.core.windows.net/files/images/{ADA}/a.png?v=1", f"images/{ADA}/a.png"),
        (f"images/{ADA}/deep/er/a.png", f"images/{ADA}/deep/er/a.png"),
        (f"/images/{ADA}/a.png", f"images/{ADA}/a.png"),
    ],
)  # fmt: skip
def test_the_name_is_found(filepath: str, key: str) -> None:
    assert keys_of(filepath, None, ADA)[0] == key


def test_a_recorded_name_comes_first_and_may_be_encoded() -> None:
    raw = f"images/{ADA}/100%25 ü.png"
    assert keys_of(f"https://h/b/{quote(raw)}", quote(raw), ADA) == (
        quote(raw), raw, f"images/{ADA}/100% ü.png",
    )[:2]  # fmt: skip
    assert keys_of("", raw, ADA) == (raw, f"images/{ADA}/100% ü.png")


@pytest.mark.parametrize(
    ("filepath", "kind"),
    [
        (f"https://h/bucket/images/{BEN}/a.png", "foreign"),
        (f"https://h/bucket/images/{BEN}/{ADA}/a.png", "foreign"),
        (f"{BEN}/{ADA}/a.png", "foreign"),
        ("https://h/bucket/backups/dump.gz", "foreign"),
        (f"https://h/{ADA}/a.png", "foreign"),
        (f"https://h/bucket/images/{ADA}/../{BEN}/a.png", "unsafe"),
        (f"https://h/bucket/images/{ADA}/%2e%2e/{BEN}/a.png", "unsafe"),
        (f"https://h/bucket/images/{ADA}/..%2F{BEN}%2Fa.png", "unsafe"),
        (f"images/{ADA}/a\\..\\b.png", "unsafe"),
        (f"images/{ADA}/a\x00.png", "unsafe"),
        (f"images/{ADA}/a\ud800.png", "unsafe"),
        (f"images/{ADA}/" + "a" * 20_000, "unsafe"),
        (f"images/{ADA}/" + "a" * 1_020, "missing"),
        (f"images/{ADA}", "missing"),
        ("", "missing"),
    ],
)
def test_anything_else_is_refused(filepath: str, kind: str) -> None:
    with pytest.raises(BlobError) as refused:
        keys_of(filepath, None, ADA)
    assert refused.value.kind == kind


def test_what_signs_an_address_is_not_said() -> None:
    with pytest.raises(BlobError) as refused:
        keys_of(f"https://user:pass@h/b/images/{BEN}/a.png?X-Amz-Signature=canary", None, ADA)
    assert "canary" not in str(refused.value)
    assert "pass" not in str(refused.value)


def test_nobody_has_nothing() -> None:
    with pytest.raises(BlobError):
        keys_of(f"images/{ADA}/a.png", None, None)


def test_a_copy_lies_where_local_files_do() -> None:
    keys = (f"i/images/{ADA}/a.png", f"uploads/{ADA}/b", f"avatars/{ADA}/c", f"images/{ADA}/d/e")
    assert list(local_paths(keys)) == [f"/images/{ADA}/a.png", f"/uploads/{ADA}/b"]
