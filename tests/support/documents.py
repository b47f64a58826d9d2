"""Small documents of many kinds, and a backup in which somebody attached them to a question."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OWNER = "65a000000000000000000001"
EMAIL = "ada@orchard.example"
PASSWORD = "Password-1"
HASH = "$2a$04$zFDaTBSWL/O2ztgh4KYGO.jN8znGlAuBYcmdUlRdUM.BfE0JjMfKu"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(text: str) -> bytes:
    """One page with one line."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    return pdf_of(*objects)


def pdf_of(*objects: bytes) -> bytes:
    """A file of these objects, of which the first is the catalogue."""
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(places) + 1, table, len(places) + 1, len(content))
    )


def docx(*paragraphs: str) -> bytes:
    """A Word document."""
    body = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in paragraphs)
    return _zipped(f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'.encode())


def greedy_docx() -> bytes:
    """A small Word document that unpacks to more than anybody has room for."""
    head = f'<w:document xmlns:w="{_WORD}"><w:body>'.encode()
    return _zipped(head + b"<w:p/>" * 60_000_000)


def _zipped(document: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
    return packed.getvalue()


def backup_with(
    root: Path, files: Mapping[str, bytes], *, knows: str = "", **more: Mapping[str, Any]
) -> Path:
    """A backup of one person with one chat, whose question has all these files.

    ``more`` are fields of the records, by the file's name without its extension; an agent ``knows``
    one of the files.
    """
    records = [
        {
            "file_id": f"file-{name}", "user": {"$oid": OWNER}, "filename": name,
            "filepath": f"/uploads/{OWNER}/file-{name}__{name}", "source": "local",
            "type": _TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
            "bytes": len(content), "context": "message_attachment",
            **more.get(name.rpartition(".")[0], {}),
        }
        for name, content in files.items()
    ]  # fmt: skip
    when = {"$date": "2026-01-10T10:00:00Z"}
    question: dict[str, Any] = {
        "messageId": "m-1", "conversationId": "c-1", "user": OWNER, "parentMessageId": None,
        "isCreatedByUser": True, "text": "What do they say?", "createdAt": when,
        "files": [{"file_id": one["file_id"], "filename": one["filename"]} for one in records],
    }  # fmt: skip
    answer = {
        "messageId": "m-2", "conversationId": "c-1", "user": OWNER, "parentMessageId": "m-1",
        "isCreatedByUser": False, "text": "A lot.", "model": "gpt-4o", "endpoint": "openAI",
        "createdAt": when,
    }  # fmt: skip
    collections: dict[str, list[dict[str, Any]]] = {
        "users": [{"_id": {"$oid": OWNER}, "email": EMAIL, "name": "Ada", "password": HASH,
                   "provider": "local", "createdAt": when}],
        "files": records,
        "conversations": [{"conversationId": "c-1", "user": OWNER, "title": "Fruit",
                           "endpoint": "openAI", "model": "gpt-4o", "createdAt": when,
                           "updatedAt": when}],
        "messages": [question, answer],
    }  # fmt: skip
    if knows:
        known = {"file_search": {"file_ids": [f"file-{knows}"]}}
        collections["agents"] = [
            {"_id": {"$oid": "65a0000000000000000000aa"}, "id": "agent_cellarer",
             "name": "Cellarer", "author": {"$oid": OWNER}, "provider": "openAI",
             "model": "gpt-4o", "tools": ["file_search"], "tool_resources": known,
             "createdAt": when},
        ]  # fmt: skip
    (root / "data").mkdir(parents=True)
    for name, documents in collections.items():
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        (root / "data" / f"{name}.json").write_text(lines, "utf-8")
    uploads = root / "files" / "uploads" / OWNER
    uploads.mkdir(parents=True)
    for name, content in files.items():
        (uploads / f"file-{name}__{name}").write_bytes(content)
    return root


_TYPES = {
    "txt": "text/plain",
    "html": "text/html",
    "json": "application/json",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
