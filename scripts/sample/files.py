"""File records, where their bytes lie in the backup, and what becomes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from scripts.sample.people import MARA_AVATAR, PEOPLE
from scripts.sample.values import Document, at, oid, uuid

ANALYST_AVATAR = "agent-analyst-avatar-1740000000000.png"


@dataclass(frozen=True)
class SampleFile:
    """One record of ``files``.

    ``path`` may name ``{user}`` and ``{id}``; ``disk`` is where the bytes lie under ``files/``
    when that is not what the path says. ``blob`` names the bytes in :mod:`scripts.sample.media`.
    """

    key: str
    owner: str
    filename: str
    type: str
    path: str
    blob: str | None = None
    disk: str | None = None
    reason: str | None = None
    source: str | None = "local"
    context: str = "message_attachment"
    shared_id: str | None = None
    extra: Document = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The ``file_id``; two people may hold the same one."""
        return uuid(f"file {self.shared_id or self.key}")

    def _fill(self, template: str) -> str:
        return template.format(user=PEOPLE[self.owner].hex, id=self.id)

    @property
    def filepath(self) -> str:
        """The path as recorded."""
        return self._fill(self.path)

    @property
    def disk_path(self) -> str:
        """Where the bytes lie, relative to the backup's ``files`` folder."""
        return self._fill(self.disk or self.path).partition("?")[0].lstrip("/")

    def record(self, blobs: Mapping[str, bytes]) -> Document:
        """The row in ``files``."""
        created = at("2026-01-12 09:00")
        row: Document = {
            "_id": oid(f"file {self.key}", created),
            "user": PEOPLE[self.owner].id,
            "file_id": self.id,
            "bytes": len(blobs[self.blob]) if self.blob else 4321,
            "filename": self.filename,
            "filepath": self.filepath,
            "object": "file",
            "type": self.type,
            "context": self.context,
            "usage": 1,
            "source": self.source,
            "createdAt": created,
            "updatedAt": created + timedelta(seconds=1),
            "__v": 0,
        }
        if self.source is None:
            del row["source"]
        return row | self.extra

    def content(self, blobs: Mapping[str, bytes]) -> bytes | None:
        """The bytes that are to be found in Open WebUI."""
        if self.source == "text":
            return str(self.extra["text"]).encode()
        return blobs[self.blob] if self.blob else None

    def copy(self, blobs: Mapping[str, bytes]) -> Document:
        """The part of the record that LibreChat copies into messages."""
        record = self.record(blobs)
        wanted = ("file_id", "filename", "filepath", "type", "bytes", "source", "object", "width",
                  "height")  # fmt: skip
        copied = {name: record[name] for name in wanted if name in record}
        return copied | {"user": PEOPLE[self.owner].hex}


IMAGE = "/images/{user}/{id}__"
UPLOAD = "/uploads/{user}/{id}__"

FILES: dict[str, SampleFile] = {
    file.key: file
    for file in (
        SampleFile(
            "floor-plan", "mara", "showroom plan.png", "image/png", IMAGE + "showroom_plan.png",
            "floor-plan", extra={"width": 640, "height": 420},
        ),
        SampleFile(
            "product-photo", "mara", "halden-30.jpg", "image/jpeg", IMAGE + "halden-30.jpg",
            "product-photo", extra={"width": 480, "height": 360},
        ),
        SampleFile(  # LibreChat converts uploads to WebP and keeps the old name
            "mood-board", "mara", "moodboard.png", "image/webp", IMAGE + "moodboard.webp",
            "mood-board", extra={"width": 600, "height": 300},
        ),
        SampleFile(
            "poster", "mara", "halden-poster.png", "image/png",
            "/images/{user}/{id}-image_gen_oai_call_img_V1StGXR8.png", "poster",
            context="image_generation", extra={"width": 400, "height": 500, "model": "gpt-image-1"},
        ),
        SampleFile(
            "chart", "mara", "units.png", "image/png", "/images/{user}/{id}.png", "chart",
            context="execute_code", extra={"width": 480, "height": 320},
        ),
        SampleFile(
            "result", "mara", "share.csv", "text/csv", UPLOAD + "share.csv?v=1770000000000",
            "result", context="execute_code",
        ),
        SampleFile("sales", "mara", "sales-q4.csv", "text/csv", UPLOAD + "sales-q4.csv", "sales"),
        SampleFile(
            "contract", "mara", "supply-agreement.pdf", "application/pdf",
            UPLOAD + "supply-agreement.pdf", "contract", context="agents",
            extra={"embedded": True},
        ),
        SampleFile(
            "notes", "mara", "workshop visit.txt", "text/plain", UPLOAD + "workshop_visit.txt",
            "notes", extra={"text": "Visit to the workshop, 12 January"},
        ),
        SampleFile(
            "lost", "mara", "price-list-2023.pdf", "application/pdf",
            UPLOAD + "price-list-2023.pdf", reason="missing-in-backup",
        ),
        SampleFile(
            "remote", "mara", "drone-shot.jpg", "image/jpeg",
            "https://lumenoak.s3.eu-central-1.amazonaws.com/images/drone-shot.jpg?X-Amz-Expires=1",
            reason="remote-storage", source="s3",
        ),
        SampleFile(
            "vectors", "mara", "old-catalogue.pdf", "application/pdf", "vectordb",
            reason="remote-storage", source="vectordb", context="agents",
        ),
        SampleFile(
            "scan", "mara", "invoice-scan.pdf", "application/pdf",
            "/app/uploads/temp/{user}/invoice-scan.pdf", source="text",
            extra={"text": "Invoice 10482, 1 250.00 EUR"},
        ),
        SampleFile(
            "traversal", "tomas", "hosts.txt", "text/plain",
            "/uploads/{user}/../../../../etc/hosts", reason="unsafe-path",
        ),
        SampleFile(
            "absolute", "tomas", "passwd", "text/plain", "/etc/passwd", reason="unsafe-path"
        ),
        SampleFile(
            "empty", "tomas", "empty.log", "text/plain", UPLOAD + "empty.log", "empty",
            reason="empty-file",
        ),
        SampleFile("stock", "tomas", "Lager März.csv", "text/csv", UPLOAD + "Lager_M_rz.csv",
                   "stock", extra={"bytes": 99999}),
        SampleFile(
            "blinking", "tomas", "blinking-lamp.gif", "image/gif", IMAGE + "blinking-lamp.gif",
            "blinking-lamp", extra={"width": 120, "height": 160},
        ),
        SampleFile(  # a row older than the source field, a blob that old releases misplaced
            "misplaced", "tomas", "delivery-note.txt", "text/plain", UPLOAD + "delivery-note.txt",
            "notes", disk="uploads/uploads/{user}/{id}__delivery-note.txt", source=None,
        ),
        SampleFile("names", "yuki", "新商品の名前.txt", "text/plain", UPLOAD + "______.txt",
                   "names"),
        SampleFile(
            "handbook-priya", "priya", "handbook.md", "text/markdown", UPLOAD + "handbook.md",
            "handbook", shared_id="handbook",
        ),
        SampleFile(
            "handbook-yuki", "yuki", "handbook.md", "text/markdown", UPLOAD + "handbook.md",
            "handbook", shared_id="handbook",
        ),
        SampleFile(
            "lunch", "priya-google", "lunch-map.png", "image/png", IMAGE + "lunch-map.png",
            "floor-plan",
        ),
        SampleFile(
            "oliver", "oliver", "offer.pdf", "application/pdf", UPLOAD + "offer.pdf", "contract",
            reason="owner-not-migrated",
        ),
        SampleFile(
            "former", "former", "handover.txt", "text/plain", UPLOAD + "handover.txt", "notes",
            reason="owner-not-migrated",
        ),
    )
}  # fmt: skip


def documents(blobs: Mapping[str, bytes]) -> list[Document]:
    """The ``files`` collection."""
    return [file.record(blobs) for file in FILES.values()]


def on_disk(blobs: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file of the backup's ``files`` folder, by relative path."""
    mara = PEOPLE["mara"].hex
    stored = {
        f"images/{mara}/{MARA_AVATAR}": blobs["mara-avatar"],
        f"images/{mara}/{ANALYST_AVATAR}": blobs["analyst-avatar"],
    }
    return stored | {f.disk_path: blobs[f.blob] for f in FILES.values() if f.blob is not None}


def truth(blobs: Mapping[str, bytes]) -> list[Document]:
    """What becomes of each file; one of which only the text was kept becomes a text file."""
    found = []
    for file in FILES.values():
        content, text_only = file.content(blobs), file.source == "text"
        found.append(
            {
                "key": file.key,
                "file_id": file.id,
                "user": PEOPLE[file.owner].hex,
                "filename": f"{file.filename}.txt" if text_only else file.filename,
                "type": "text/plain" if text_only else file.type,
                "outcome": "skipped" if file.reason else "migrated",
                "reason": file.reason,
                "size": None if content is None else len(content),
                "sha256": None if content is None else hashlib.sha256(content).hexdigest(),
            }
        )
    return found
