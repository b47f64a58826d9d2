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
    to be given all of it; ``characters`` is how long the text is.
    """

    target_id: str
    filename: str
    content_type: str
    size: int
    has_text: bool = False
    characters: int = 0

    @property
    def is_image(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.content_type.lower().startswith("image/")


def file_link(row: FileRow) -> FileLink:
    """The link to a file from its row."""
    link = FileLink(row.id, row.filename, row.meta["content_type"], row.meta["size"])
    return with_text(link, len(row.data.get("content") or ""))


def with_text(link: FileLink, characters: int | None) -> FileLink:
    """The link to a file whose text was read on its way; None where the row itself has it."""
    if characters is None:
        return link
    short = 0 < characters <= LONGEST_CONTEXT
    return replace(link, has_text=short, characters=characters)


def content_url(target_id: str) -> str:
    """Where Open WebUI serves the file's bytes."""
    return f"/api/v1/files/{target_id}/content"
