"""What a message needs to refer to a migrated file."""

from __future__ import annotations

from dataclasses import dataclass

from migrator_core.rows import FileRow


@dataclass(frozen=True, slots=True)
class FileLink:
    """A migrated file, as far as messages tell of it; ``size`` is in bytes.

    ``has_text`` says that Open WebUI has the file's text, so that a model can be given it.
    """

    target_id: str
    filename: str
    content_type: str
    size: int
    has_text: bool = False

    @property
    def is_image(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.content_type.lower().startswith("image/")


def file_link(row: FileRow) -> FileLink:
    """The link to a file from its row."""
    return FileLink(
        target_id=row.id,
        filename=row.filename,
        content_type=row.meta["content_type"],
        size=row.meta["size"],
        has_text=bool(row.data.get("content")),
    )


def content_url(target_id: str) -> str:
    """Where Open WebUI serves the file's bytes."""
    return f"/api/v1/files/{target_id}/content"
