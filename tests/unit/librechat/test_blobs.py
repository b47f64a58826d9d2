from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from migrator_core.librechat.blobs import BlobError, BlobRoot, BlobStore
from tests.unit.librechat.building import ALICE, BOB

ID = "11111111-aaaa-4bbb-8ccc-222222222222"
OTHER_ID = "99999999-aaaa-4bbb-8ccc-222222222222"


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"secret")
    files = tmp_path / "files"
    for name in (
        f"uploads/{ALICE}/{ID}__report.pdf",
        f"uploads/{ALICE}/My report 50% #1 (final).pdf",
        f"uploads/{ALICE}/{unicodedata.normalize('NFD', 'café.txt')}",
        f"uploads/{ALICE}/odd?v=5",
        f"uploads/{BOB}/{OTHER_ID}__bob.txt",
        f"uploads/uploads/{ALICE}/old.json",
        f"uploads/temp/{ALICE}/half.bin",
        f"images/{ALICE}/{ID}.png",
        f"images/{ALICE}/holiday.webp",
        f"images/{ALICE}/avatar-17.png",
    ):
        path = files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (files / "uploads" / ALICE / "link.txt").symlink_to(secret)
    (files / "uploads" / ALICE / "inside.txt").symlink_to(f"{ID}__report.pdf")
    (files / "uploads" / "linked").symlink_to(files / "uploads" / ALICE)
    (files / "uploads" / ALICE / "folder").mkdir()
    os.mkfifo(files / "uploads" / ALICE / "pipe")
    return BlobStore(
        (
            BlobRoot(files / "uploads", "uploads", "files/uploads"),
            BlobRoot(files / "images", "images", "files/images"),
        )
    )


@pytest.mark.parametrize(
    ("filepath", "file_id", "expected"),
    [
        (f"/uploads/{ALICE}/{ID}__report.pdf", None, f"uploads/{ALICE}/{ID}__report.pdf"),
        (f"uploads/{ALICE}//./{ID}__report.pdf", None, f"uploads/{ALICE}/{ID}__report.pdf"),
        (f"/uploads/{ALICE}/{ID}__report.pdf?v=17", None, f"uploads/{ALICE}/{ID}__report.pdf"),
        (f"/images/{ALICE}/avatar-17.png?manual=true", None, f"images/{ALICE}/avatar-17.png"),
        (f"/app/uploads/{ALICE}/{ID}__report.pdf", None, f"uploads/{ALICE}/{ID}__report.pdf"),
        (
            f"/app/client/public/images/{ALICE}/holiday.webp",
            None,
            f"images/{ALICE}/holiday.webp",
        ),
        (f"\\uploads\\{ALICE}\\{ID}__report.pdf", None, f"uploads/{ALICE}/{ID}__report.pdf"),
        (
            f"C:\\chat\\uploads\\{ALICE}\\{ID}__report.pdf",
            None,
            f"uploads/{ALICE}/{ID}__report.pdf",
        ),
        (f"/opt/chat/uploads/{ALICE}/{ID}__report.pdf", None, f"uploads/{ALICE}/{ID}__report.pdf"),
        (
            f"/uploads/{ALICE}/My report 50% #1 (final).pdf",
            None,
            f"uploads/{ALICE}/My report 50% #1 (final).pdf",
        ),
        (
            f"/uploads/{ALICE}/My%20report%2050%25%20%231%20(final).pdf",
            None,
            f"uploads/{ALICE}/My report 50% #1 (final).pdf",
        ),
        (
            f"/uploads/{ALICE}/café.txt",
            None,
            f"uploads/{ALICE}/{unicodedata.normalize('NFD', 'café.txt')}",
        ),
        (f"/uploads/{ALICE}/odd?v=5", None, f"uploads/{ALICE}/odd?v=5"),
        (f"/uploads/{ALICE}/old.json", None, f"uploads/uploads/{ALICE}/old.json"),
        (f"/images/{ALICE}/holiday.jpg", None, f"images/{ALICE}/holiday.webp"),
        (f"/uploads/{ALICE}/{ID}__rëport.pdf", ID, f"uploads/{ALICE}/{ID}__report.pdf"),
        (f"/images/{ALICE}/whatever.bmp", ID, f"images/{ALICE}/{ID}.png"),
    ],
)
def test_every_recorded_form_finds_its_bytes(
    store: BlobStore, filepath: str, file_id: str | None, expected: str
) -> None:
    blob = store.find(filepath, user=ALICE, file_id=file_id)
    assert blob.name == f"files/{expected}"
    with blob.open() as file:
        content = file.read()
    assert content.decode() == expected
    assert blob.size == len(content)


@pytest.mark.parametrize(
    "filepath",
    [
        f"/uploads/{ALICE}/../../../secret.txt",
        f"/uploads/{BOB}/../{ALICE}/{ID}__report.pdf",
        "../secret.txt",
        "..\\secret.txt",
        "/etc/hostname",
        "/etc/uploads/passwd",
        "C:\\Windows\\win.ini",
        "\\\\server\\share\\x",
        f"/uploads/{ALICE}/link.txt",
        f"/uploads/{ALICE}/inside.txt",
        f"/uploads/linked/{ID}__report.pdf",
        f"/uploads/{ALICE}/pipe",
        f"/uploads/{ALICE}/folder",
        f"/uploads/{ALICE}",
        f"/uploads/{ALICE}/a\x00b",
    ],
)
def test_unsafe_paths_are_never_opened(store: BlobStore, filepath: str) -> None:
    with pytest.raises(BlobError) as caught:
        store.find(filepath, user=ALICE, file_id=ID)
    assert caught.value.kind == "unsafe"


@pytest.mark.parametrize(
    ("filepath", "user", "file_id"),
    [
        ("", ALICE, None),
        ("/", ALICE, None),
        ("/uploads", ALICE, None),
        (f"/uploads/{ALICE}/gone.pdf", ALICE, None),
        (f"/uploads/{ALICE}/gone.pdf", ALICE, "1"),
        (f"/uploads/{ALICE}/gone.pdf", ALICE, ID[:-1]),
        (f"/uploads/{ALICE}/gone.pdf", ALICE, OTHER_ID),  # Bob's
        (f"/uploads/{ALICE}/%2e%2e/%2e%2e/secret.txt", ALICE, None),
        (f"/uploads/{ALICE}/..%2fsecret.txt", ALICE, None),
        (f"/uploads/temp/{ALICE}/half.bin", ALICE, None),
        (f"/app/uploads/temp/{ALICE}/half.bin", ALICE, None),
        (f"/uploads/%74emp/{ALICE}/half.bin", ALICE, None),
        (f"/uploads/{ALICE}/{'n' * 300}", ALICE, None),
        (f"/uploads/{ALICE}/\ud800", ALICE, None),
        (f"/uploads/{ID}__report.pdf/x", ALICE, None),
        ("vectordb", ALICE, None),
        ("https://example.org/uploads/a/b", ALICE, None),
        ("file:///etc/passwd", ALICE, None),
    ],
)
def test_what_is_not_there_is_missing(
    store: BlobStore, filepath: str, user: str, file_id: str | None
) -> None:
    with pytest.raises(BlobError) as caught:
        store.find(filepath, user=user, file_id=file_id)
    assert caught.value.kind == "missing"


@pytest.mark.parametrize(
    ("filepath", "user", "file_id"),
    [
        (f"/uploads/{BOB}/{OTHER_ID}__report.pdf", ALICE, OTHER_ID),
        (f"/uploads/{BOB}/gone.pdf", ALICE, OTHER_ID),
        (f"/uploads/{BOB.upper()}/gone.pdf", ALICE, None),
        (f"/uploads/%36{BOB[1:]}/gone.pdf", ALICE, None),
        (f"/uploads/uploads/{BOB}/gone.pdf", ALICE, None),
        (f"/images/{BOB}/avatar-1.png?manual=true", ALICE, None),
        (f"/srv/librechat/images/{BOB}/avatar-1.png", ALICE, None),
        (f"/uploads/{ALICE}/gone.pdf", "../..", ID),
        (f"/uploads/{ID}__report.pdf", ALICE, ID),
        ("/app/uploads/2f0c6a4e_secret.pdf", ALICE, ID),
        ("/uploads/uploads/2f0c6a4e_secret.pdf", ALICE, ID),
    ],
)
def test_another_users_folder_is_not_followed(
    store: BlobStore, filepath: str, user: str, file_id: str | None
) -> None:
    with pytest.raises(BlobError, match=r"another user|no user") as caught:
        store.find(filepath, user=user, file_id=file_id)
    assert caught.value.kind == "foreign"


def test_a_backup_without_files_misses_them_all() -> None:
    with pytest.raises(BlobError, match="no files folder") as caught:
        BlobStore().find(f"/uploads/{ALICE}/a", user=ALICE, file_id=ID)
    assert caught.value.kind == "missing"


def test_a_link_that_appears_later_is_not_followed(store: BlobStore, tmp_path: Path) -> None:
    blob = store.find(f"/uploads/{ALICE}/{ID}__report.pdf")
    path = tmp_path / "files" / "uploads" / ALICE / f"{ID}__report.pdf"
    path.unlink()
    path.symlink_to(tmp_path / "secret.txt")
    with pytest.raises(OSError, match="symbolic link"):
        blob.open()
