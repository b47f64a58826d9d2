"""What a tool answered: its text, and the files that it brought along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.file_references.embedded import file_in_data_url
from migrator_core.convert.content.file_references.lookup import find_link
from migrator_core.convert.content.markdown.anchors import spelled_out
from migrator_core.convert.content.tools.arguments import json_text
from migrator_core.convert.files.data_urls import DataError
from migrator_core.convert.files.file_link import FileLink, content_url, file_link
from migrator_core.rows import EmbeddedFile

UNFINISHED = "Error: LibreChat recorded no result; this call was never finished."
STOPPED = "Error: this call was stopped before it had a result."
FAILED = "Error: this call failed; LibreChat recorded no result."
APPROVAL = "Error: this call waited for somebody's approval and never ran."
SIGN_IN = "Error: this call waited for a sign-in at another service and never ran."

_DATA = re.compile(r"data:[\w.+-]{1,60}/[\w.+-]{1,100};base64,[A-Za-z0-9+/_-]{200,}={0,2}")
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,1000}\]\(\s*(/images/[^\s()]{1,1000})\s*\)")


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's answer: its text, whole, and the files that it brought along."""

    text: str = ""
    links: tuple[FileLink, ...] = ()
    embedded: tuple[EmbeddedFile, ...] = ()

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The ids of those files."""
        return tuple(link.target_id for link in self.links)


def read_result(output: object, context: PartContext) -> Result:
    """A tool's output. Data in Base64 becomes files; what is no text becomes JSON text."""
    if output is None:
        return Result()
    text = clean_text(output) if isinstance(output, str) else json_text(output)
    embedded: list[EmbeddedFile] = []

    def stored(match: re.Match[str]) -> str:
        try:
            file = file_in_data_url(match[0], context)
        except DataError:
            return match[0]
        embedded.append(file)
        return content_url(file.row.id)

    text = _DATA.sub(stored, text)
    pictures = (find_link(match[1], context) for match in _PICTURE.finditer(text))
    links = [file_link(file.row) for file in embedded]
    links += [link for link in pictures if link is not None]
    unique = {link.target_id: link for link in links}
    return Result(spelled_out(text), tuple(unique.values()), tuple(embedded))


def unfinished_note(call: Mapping[str, object], output: object) -> str | None:
    """What to tell about a call that never came to its end; None for one that did.

    A result counts as an end. Without one, ``runStepStatus`` says how the call ended, and in
    versions that do not write it ``progress``, which is 1 at the end.
    """
    if output not in (None, ""):
        return None
    status = call.get("runStepStatus")
    if status in ("completed", "cancelled", "failed"):
        return {"cancelled": STOPPED, "failed": FAILED}.get(str(status))
    progress = call.get("progress")
    if isinstance(progress, int | float) and not isinstance(progress, bool) and progress >= 1:
        return None
    if call.get("auth"):
        return SIGN_IN
    return APPROVAL if call.get("approval") else UNFINISHED
