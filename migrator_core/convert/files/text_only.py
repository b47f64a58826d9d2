"""Files of which LibreChat kept only the text: "Upload as Text", OCR, its own document parser.

The record holds the text (``text``), and its path names a temporary file or a service; nothing of
the original is stored anywhere (LibreChat 0.8, ``processFileUpload`` with ``FileSources.text``,
``mistral_ocr``, ``document_parser`` and their like).
"""

from __future__ import annotations

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.files.content_types import safe_content_type
from migrator_core.convert.files.file_names import safe_filename
from migrator_core.librechat.documents.file import File

PLAIN = "text/plain"


def text_only(file: File) -> str | None:
    """The text that stands for the whole file; None where the record has none."""
    text = clean_text(file.text) if file.text else ""
    return text if text.strip() else None


def as_text_file(file: File) -> File:
    """The record of a file that consists of its text: a name and a type that say so."""
    file = file.model_copy(update={"text_format": None})  # it is all there is
    if (safe_content_type(file.type) or "").startswith("text/"):
        return file
    name = safe_filename(file.filename or file.filepath)
    return file.model_copy(update={"filename": f"{name}.txt", "type": PLAIN})
