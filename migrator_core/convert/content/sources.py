"""Search results as entries of a message's ``sources`` (Open WebUI 0.12).

Open WebUI numbers sources by ``metadata[].source``, in the order of their first appearance
(``Citations.svelte``, ``ContentRenderer.svelte``); up to 0.11 it labels the numbers by the
distinct ``metadata[].name``. Every source therefore has an id and a name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TypeGuard
from urllib.parse import urlsplit

from migrator_core.chat_document import CitedSource, SourceEntry, SourceFacts, SourceMetadata
from migrator_core.convert.content.anchors import spelled_out
from migrator_core.convert.content.blocks import without_data
from migrator_core.convert.files.file_records import FileLink
from migrator_core.convert.text import clean_json, clean_text, single_line

_MAX_NAME = 300
_MAX_PAGE = 10**7


@dataclass(slots=True)
class Excerpt:
    """One text of a source; ``relevance`` is 0 to 1, ``pages`` count from one."""

    text: str
    relevance: float | None = None
    pages: tuple[int, ...] = ()


@dataclass(slots=True)
class Source:
    """Something an answer can cite. Two with the same ``id`` are the same to a reader."""

    id: str
    name: str
    url: str | None = None
    file_id: str | None = None
    facts: SourceFacts = field(default_factory=SourceFacts)
    excerpts: list[Excerpt] = field(default_factory=list)

    def merge(self, other: Source) -> None:
        """Take over what another finding of the same source adds."""
        known = {excerpt.text for excerpt in self.excerpts}
        self.excerpts.extend(entry for entry in other.excerpts if entry.text not in known)
        self.facts = {**other.facts, **self.facts}

    def to_json(self, name: str) -> SourceEntry:
        """The entry for ``sources``, under a ``name`` that no other source has."""
        excerpts = self.excerpts or [Excerpt("")]
        source: CitedSource = {"id": self.id, "name": self.name}
        if self.url is not None:
            source["url"] = self.url
        if self.file_id is not None:
            source["type"] = "file"
        entry: SourceEntry = {
            "source": source,
            "document": [_document(excerpt) for excerpt in excerpts],
            "metadata": [self._metadata(name, excerpt) for excerpt in excerpts],
        }
        distances = [entry.relevance for entry in excerpts if entry.relevance is not None]
        if len(distances) == len(excerpts):
            entry["distances"] = distances
        return entry

    def _metadata(self, name: str, excerpt: Excerpt) -> SourceMetadata:
        metadata: SourceMetadata = {"source": self.id, "name": name, **self.facts}
        if self.url is not None:
            metadata["url"] = self.url
            metadata["external"] = True  # the name is shown as it is instead of the address
        if self.file_id is not None:
            metadata["file_id"] = self.file_id
        if excerpt.pages:
            metadata["page"] = excerpt.pages[0] - 1  # Open WebUI counts from zero and shows one
        return metadata


def web_source(result: Mapping[str, object], fallback_id: str) -> Source | None:
    """From a result of a web search: a page, a headline, a picture or a video.

    None where it has nothing to show.
    """
    links = (_first(result, key) for key in ("link", "url", "imageUrl", "thumbnailUrl"))
    link = next((link for link in links if link and not link.lower().startswith("data:")), "")
    attribution = single_line(_first(result, "attribution", "source"), limit=_MAX_NAME)
    name = single_line(_first(result, "title", "name"), limit=_MAX_NAME) or attribution or link
    excerpts = [Excerpt(text) for text in _texts(result)]
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
    name = single_line(_first(chunk, "fileName", "filename", "name"), limit=_MAX_NAME)
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
        excerpts=[excerpt],
    )


def unique_names(sources: Iterable[Source]) -> list[str]:
    """A name for each source; one that is taken already gets its site or a number."""
    names: dict[str, None] = {}
    for source in sources:
        wishes = chain([source.name, *_with_site(source)], _numbered(source.name))
        names[next(wish for wish in wishes if wish not in names)] = None
    return [*names]


def _with_site(source: Source) -> list[str]:
    try:
        host = urlsplit(source.url or "").hostname
    except ValueError:
        return []
    return [f"{source.name} ({host})"] if host else []


def _numbered(name: str) -> Iterator[str]:
    return (f"{name} ({number})" for number in count(2))


def _texts(result: Mapping[str, object]) -> list[str]:
    """Snippet, highlights and page text, each once; a page that holds the others is last."""
    content = _first(result, "content")
    highlights = result.get("highlights")
    marked = [
        _first(entry, "text") if isinstance(entry, Mapping) else _text(entry)
        for entry in (highlights if isinstance(highlights, list) else [])
    ]
    candidates = [_first(result, "snippet"), *(text for text in marked if text not in content)]
    texts = [spelled_out(without_data(text)) for text in [*candidates, content] if text]
    return list(dict.fromkeys(texts))


def _document(excerpt: Excerpt) -> str:
    if len(excerpt.pages) < 2:
        return excerpt.text
    pages = ", ".join(str(page) for page in excerpt.pages)
    return f"{excerpt.text}\n\n(pages {pages})".lstrip()


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
