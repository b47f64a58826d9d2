"""One result of a search as a source: a page, a picture, or a text of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from migrator_core.chat_document import SourceFacts
from migrator_core.convert.cleaning import clean_json, clean_text, single_line
from migrator_core.convert.content.citations.sources import MAX_NAME, Excerpt, Source
from migrator_core.convert.content.markdown.anchors import spelled_out
from migrator_core.convert.content.markdown.blocks import without_data
from migrator_core.convert.files.file_link import FileLink

_MAX_PAGE = 10**7
_MOST_COMPARED = 100
"""Highlights that are looked for in the page's text; LibreChat stores a handful."""


def web_source(result: Mapping[str, object], fallback_id: str) -> Source | None:
    """From a result of a web search: a page, a headline, a picture or a video.

    None where it has nothing to show.
    """
    links = (_first(result, key) for key in ("link", "url", "imageUrl", "thumbnailUrl"))
    link = next((link for link in links if link and not link.lower().startswith("data:")), "")
    attribution = single_line(_first(result, "attribution", "source"), limit=MAX_NAME)
    name = single_line(_first(result, "title", "name"), limit=MAX_NAME) or attribution or link
    excerpts = {text: Excerpt(text) for text in _texts(result)}
    if not (name or excerpts):
        return None
    date = single_line(_first(result, "date"), limit=100)
    facts: SourceFacts = {}
    if attribution:
        facts["attribution"] = attribution
    if date:
        facts["date"] = date
    return Source(
        id=link or fallback_id,
        name=name or fallback_id,
        url=link if link.lower().startswith(("http://", "https://")) else None,
        facts=facts,
        excerpts=excerpts,
    )


def file_source(
    chunk: Mapping[str, object], files: Mapping[str, FileLink], fallback_id: str
) -> Source:
    """From a chunk that a file search found. Only the owner's own files can be opened."""
    source_id = _first(chunk, "fileId", "file_id")
    link = files.get(source_id)
    name = single_line(_first(chunk, "fileName", "filename", "name"), limit=MAX_NAME)
    pages = chunk.get("pages")
    excerpt = Excerpt(
        text=spelled_out(without_data(_first(chunk, "content", "snippet"))),
        relevance=_relevance(chunk.get("relevance")),
        pages=_pages(pages if isinstance(pages, list) else []),
    )
    return Source(
        id=link.target_id if link else source_id or name or fallback_id,
        name=name or (link.filename if link else "") or "file without a name",
        file_id=link.target_id if link else None,
        facts={} if link else {"type": "file"},
        excerpts={excerpt.text: excerpt},
    )


def _texts(result: Mapping[str, object]) -> list[str]:
    """Snippet, highlights and page text, each once; a page that holds the others is last."""
    content = _first(result, "content")
    highlights = result.get("highlights")
    marked = [
        _first(entry, "text") if isinstance(entry, Mapping) else _text(entry)
        for entry in (highlights if isinstance(highlights, list) else [])
    ]
    new = [text for text in marked[:_MOST_COMPARED] if text not in content]
    candidates = [_first(result, "snippet"), *new, *marked[_MOST_COMPARED:]]
    texts = [spelled_out(without_data(text)) for text in [*candidates, content] if text]
    return list(dict.fromkeys(texts))


def _first(values: Mapping[str, object], *keys: str) -> str:
    """The first of these fields that holds text; empty where none does."""
    return next((text for key in keys if (text := _text(values.get(key)))), "")


def _text(value: object) -> str:
    return clean_text(value).strip() if isinstance(value, str) else ""


def _relevance(value: object) -> float | None:
    cleaned = clean_json(value)
    if isinstance(cleaned, bool) or not isinstance(cleaned, int | float):
        return None
    return float(cleaned) if 0 <= cleaned <= 1 else None


def _pages(values: list[object]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(value) for value in values if _is_page(value)))


def _is_page(value: object) -> TypeGuard[int | float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 1 <= value < _MAX_PAGE and value == int(value)
