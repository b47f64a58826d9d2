"""Links and pictures in a text that lead to LibreChat's own files.

``![alt](/images/<user>/<name>)`` (tools before 0.8), ``[name](sandbox:/mnt/data/<name>)`` (the
code interpreter), ``/uploads/…``, ``/api/files/…`` and ``data:`` addresses. What is code stays as
it is, and so do all other links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from migrator_core.convert.content.embedded import EmbeddedError, from_data_url, is_data_url
from migrator_core.convert.content.file_items import content_url
from migrator_core.convert.content.links import (
    is_image,
    lost,
    markdown_link,
    own_path,
)
from migrator_core.convert.content.markup import split_code
from migrator_core.convert.content.pieces import PartContext
from migrator_core.convert.files.file_records import FileLink, file_link
from migrator_core.outcome import Notice
from migrator_core.rows import EmbeddedFile

_LOCAL = r"(?:data:|sandbox:|/images/|/uploads/|/api/files/)"
_TARGET = re.compile(
    rf"\]\(\s*(?:<(?P<angled>{_LOCAL}[^<>\n]*)>"
    rf"|(?P<bare>{_LOCAL}(?:[^()\n]|\([^()\n]*\))*?))"
    r"""(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)""",
    re.IGNORECASE,
)
_BARE_IMAGE = re.compile(r"data:image/[\w.+-]{1,60};base64,[A-Za-z0-9+/=]{200,}")
_MAX_LABEL = 2000
"""How far back from ``](`` a link's text may begin. A picture's is at most its whole prompt."""

_WORTH_KEEPING = 4 * _MAX_LABEL


@dataclass(slots=True)
class LinkedText:
    """A text whose local links were replaced, and what they led to."""

    text: str = ""
    file_ids: list[str] = field(default_factory=list)
    embedded: list[EmbeddedFile] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def refer(self, link: FileLink) -> FileLink:
        """Note that the text shows this file."""
        self.file_ids.append(link.target_id)
        return link


def replace_links(
    text: str, context: PartContext, known: Mapping[str, str] | None = None
) -> LinkedText:
    """Replace the local links of a text. ``known`` maps addresses to LibreChat's ``file_id``."""
    result = LinkedText()
    if "](" not in text and "data:image/" not in text:  # the cheap question first
        result.text = text
        return result
    pieces = [
        piece if code else _replace_in(piece, context, known or {}, result)
        for piece, code in split_code(text)
    ]
    result.text = "".join(pieces)
    return result


def local_paths(text: str, user: str) -> set[str]:
    """The user's own paths that a text's links lead to, in their plain form."""
    if "](" not in text:
        return set()
    found = (match["angled"] or match["bare"] for match in _TARGET.finditer(text))
    return {path for target in found if (path := own_path(target, user)) is not None}


def downloads(text: str) -> set[str]:
    """The last parts of the ``/api/files/…`` addresses in a text, which are files' ids."""
    found = (match["angled"] or match["bare"] for match in _TARGET.finditer(text))
    return {
        re.split(r"[?#]", target, maxsplit=1)[0].rsplit("/", 1)[-1]
        for target in found
        if target.lower().startswith("/api/files/")
    }


def _replace_in(
    text: str, context: PartContext, known: Mapping[str, str], result: LinkedText
) -> str:
    settled: list[str] = []
    tail = ""  # a link's text may itself be a picture, which has been replaced by then
    done = 0
    for match in _TARGET.finditer(text):
        tail += text[done : match.start()]
        done = match.start()
        start = _label_start(tail)
        if start is None:
            continue
        done = match.end()
        picture = start > 0 and tail[start - 1] == "!"
        label = tail[start + 1 :]
        target = match["angled"] or match["bare"]
        shown = _shown(target, label, context, known, result, picture=picture)
        tail = tail[: start - picture] + shown
        if len(tail) > 2 * _WORTH_KEEPING:
            settled.append(tail[:-_WORTH_KEEPING])
            tail = tail[-_WORTH_KEEPING:]
    whole = "".join([*settled, tail, text[done:]])
    return _BARE_IMAGE.sub(lambda match: _bare_image(match, context, result), whole)


def _label_start(text: str) -> int | None:
    """Where the ``[`` stands that the ``]`` after ``text`` closes."""
    depth = 0
    for place in range(len(text) - 1, max(len(text) - _MAX_LABEL, 0) - 1, -1):
        if text[place] == "]":
            depth += 1
        elif text[place] == "[":
            if depth == 0:
                return place
            depth -= 1
    return None


def _shown(
    target: str,
    label: str,
    context: PartContext,
    known: Mapping[str, str],
    result: LinkedText,
    *,
    picture: bool,
) -> str:
    name = unquote(re.split(r"[?#]", target, maxsplit=1)[0]).rsplit("/", 1)[-1]
    if is_data_url(target):
        link = _embed(target, context, result)
        name = "embedded data"
    else:
        link = find_link(target, context, known)
    if link is None:
        gone = lost(label.strip() or name, context)
        result.notices += gone.notices
        return gone.text
    return markdown_link(result.refer(link), (label if label.strip() else None), image=picture)


def find_link(
    target: str, context: PartContext, known: Mapping[str, str] | None = None
) -> FileLink | None:
    """The migrated file that a local address leads to."""
    if known and target in known and known[target] in context.files:
        return context.files[known[target]]
    path = own_path(target, context.user)
    if path is not None:
        return context.paths.get(path) or _attached(context, path.rsplit("/", 1)[-1], path)
    bare = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
    name = bare.rsplit("/", 1)[-1]
    if target[:8].lower() == "sandbox:":
        return _attached(context, name, None)
    if bare.lower().startswith("/api/files/"):
        return context.files.get(name) or _attached(context, None, bare)
    return None


def _attached(context: PartContext, name: str | None, path: str | None) -> FileLink | None:
    """The file that a tool attached under this name or path; of several the last."""
    for entry in reversed(context.attachments):
        if not isinstance(entry, dict):
            continue
        file_id = entry.get("file_id")
        filepath = entry.get("filepath")
        same_path = path is not None and isinstance(filepath, str) and filepath == path
        same_name = path is None and name is not None and entry.get("filename") == name
        if (same_path or same_name) and isinstance(file_id, str) and file_id in context.files:
            return context.files[file_id]
    return None


def _embed(target: str, context: PartContext, result: LinkedText) -> FileLink | None:
    try:
        file = from_data_url(target, context)
    except EmbeddedError:
        return None
    result.embedded.append(file)
    return file_link(file.row)


def _bare_image(match: re.Match[str], context: PartContext, result: LinkedText) -> str:
    """A picture's data that stands in the text as such, or in an HTML attribute."""
    link = _embed(match[0], context, result)
    if link is None or not is_image(link):
        gone = lost("embedded data", context)
        result.notices += gone.notices
        return gone.text
    result.refer(link)
    before = match.string[max(match.start() - 3, 0) : match.start()]
    inside = before.endswith(('"', "'", "(", "<", "]:", "]: "))
    return content_url(link.target_id) if inside else markdown_link(link)
