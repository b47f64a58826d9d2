"""What a message needs to refer to a migrated file."""

from __future__ import annotations

from dataclasses import dataclass, replace

from migrator_core.rows import FileRow

LONGEST_CONTEXT = 400_000
"""Characters, about a hundred thousand tokens: where LibreChat cuts what it gives a model, too.
A longer text with every question would only make models refuse the whole chat."""


@dataclass(frozen=True, slots=True)
class FileLink:
    """A migrated file, as far as messages tell of it; ``size`` is in bytes.

    ``has_text`` says that Open WebUI has the file's text, and that it is short enough for a model
    to be given all of it.
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
        has_text=0 < len(row.data.get("content") or "") <= LONGEST_CONTEXT,
    )


def with_text(link: FileLink, characters: int | None) -> FileLink:
    """The link to a file whose text was read on its way; None where the row itself has it."""
    if characters is None:
        return link
    return replace(link, has_text=0 < characters <= LONGEST_CONTEXT)


def content_url(target_id: str) -> str:
    """Where Open WebUI serves the file's bytes."""
    return f"/api/v1/files/{target_id}/content"
