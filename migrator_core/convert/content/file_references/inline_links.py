"""Links and pictures in a text that lead to LibreChat's own files.

What is code stays as it is, and so do all other links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.file_references.embedded import file_in_data_url
from migrator_core.convert.content.file_references.lookup import find_link
from migrator_core.convert.content.file_references.showing import lost, markdown_link
from migrator_core.convert.content.markdown.brackets import BracketedText
from migrator_core.convert.content.markdown.code import split_code
from migrator_core.convert.content.markdown.local_links import (
    bare_address,
    local_links,
    web_addresses,
)
from migrator_core.convert.files.data_urls import DataError, is_data_url
from migrator_core.convert.files.file_link import FileLink, content_url, file_link
from migrator_core.convert.files.stored_paths import without_query
from migrator_core.outcome import Notice
from migrator_core.rows import EmbeddedFile

_BARE_IMAGE = re.compile(r"data:image/[\w.+-]{1,60};base64,[A-Za-z0-9+/=]{200,}")
_CONSTRUCTS = ('"', "'", "(", "]:", "]: ")
_MAX_LABEL = 2000
"""How far back from ``](`` a link's text may begin. A picture's is at most its whole prompt."""


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

    def lose(self, name: str, context: PartContext) -> str:
        """The words that stand for a file that is not there."""
        gone = lost(name, context)
        self.notices += gone.notices
        return gone.text


def replace_links(
    text: str, context: PartContext, known: Mapping[str, str] | None = None
) -> LinkedText:
    """Replace the local links of a text. ``known`` maps addresses to LibreChat's ``file_id``."""
    if "](" not in text and "://" not in text and "data:image/" not in text:
        return LinkedText(text)
    result = LinkedText()
    result.text = "".join(
        piece if code else _replace_in(piece, context, known or {}, result)
        for piece, code in split_code(text)
    )
    return result


def _replace_in(
    text: str, context: PartContext, known: Mapping[str, str], result: LinkedText
) -> str:
    # A link's text may itself be a picture, which has been replaced by then.
    written = BracketedText()
    done = 0
    pages = context.chat.pages
    for link in local_links(text):
        page = pages.get(link.target) if pages else None
        if page is not None:
            written.add(text[done : link.start])
            written.add(text[link.start : link.end].replace(link.target, page, 1))
            done = link.end
            continue
        if link.perhaps and find_link(link.target, context, known) is None:
            continue
        written.add(text[done : link.start])
        done = link.start
        label = written.take_label(_MAX_LABEL)
        if label is None:
            continue
        done = link.end
        picture = written.drop("!")
        written.add(_shown(link.target, label, context, known, result, picture=picture))
    whole = f"{written}{text[done:]}"
    if "data:image/" in whole:
        whole = _BARE_IMAGE.sub(lambda match: _bare_image(match, context, result), whole)
    pieces: list[str] = []
    done = 0
    for match in web_addresses(whole):
        pieces += [whole[done : match.start()], _bare_address(match, context, result)]
        done = match.end()
    return "".join([*pieces, whole[done:]])


def _shown(
    target: str,
    label: str,
    context: PartContext,
    known: Mapping[str, str],
    result: LinkedText,
    *,
    picture: bool,
) -> str:
    if is_data_url(target):
        link, name = _embed(target, context, result), "embedded data"
    else:
        link = find_link(target, context, known)
        name = unquote(without_query(target)).rsplit("/", 1)[-1]
    if link is None:
        return result.lose(label.strip() or name, context)
    return markdown_link(result.refer(link), label if label.strip() else None, image=picture)


def _embed(target: str, context: PartContext, result: LinkedText) -> FileLink | None:
    try:
        file = file_in_data_url(target, context)
    except DataError:
        return None
    result.embedded.append(file)
    return file_link(file.row)


def _bare_image(match: re.Match[str], context: PartContext, result: LinkedText) -> str:
    """A picture's data that stands in the text as such, or in an HTML attribute."""
    link = _embed(match[0], context, result)
    if link is None or not link.is_image:
        return result.lose("embedded data", context)
    result.refer(link)
    return _in_place(match, link)


def _bare_address(match: re.Match[str], context: PartContext, result: LinkedText) -> str:
    """An address with a host that stands in the text as such, or in an HTML attribute."""
    address = bare_address(match)
    page = context.chat.pages.get(address)
    if page is not None:
        return _page_in_place(match, page) + match[0][len(address) :]
    link = find_link(address, context)
    if link is None:
        return match[0]
    return _in_place(match, result.refer(link)) + match[0][len(address) :]


def _page_in_place(match: re.Match[str], page: str) -> str:
    """A page's bare address: within another construct the address alone, else a link.

    Between angle brackets only a whole address is a link, so that it stays what it was.
    """
    before = match.string[max(match.start() - 3, 0) : match.start()]
    if before.endswith("<"):
        return bare_address(match)
    return page if before.endswith(_CONSTRUCTS) else f"[{page}]({page})"


def _in_place(match: re.Match[str], link: FileLink) -> str:
    """A bare address where another construct holds it, else a link or a picture."""
    before = match.string[max(match.start() - 3, 0) : match.start()]
    inside = before.endswith((*_CONSTRUCTS, "<"))
    return content_url(link.target_id) if inside else markdown_link(link)
