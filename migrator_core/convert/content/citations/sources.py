"""What an answer can cite, as entries of a message's ``sources`` (Open WebUI 0.12).

Open WebUI numbers sources by ``metadata[].source``, in the order of their first appearance
(``Citations.svelte``, ``ContentRenderer.svelte``); up to 0.11 it labels the numbers by the
distinct ``metadata[].name``. Every source therefore has an id and a name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from urllib.parse import urlsplit

from migrator_core.chat_document import CitedSource, SourceEntry, SourceFacts, SourceMetadata

MAX_NAME = 300


@dataclass(slots=True)
class Excerpt:
    """One text of a source; ``relevance`` is 0 to 1, ``pages`` count from one."""

    text: str
    relevance: float | None = None
    pages: tuple[int, ...] = ()


@dataclass(slots=True)
class Source:
    """Something an answer can cite. Two with the same ``id`` are the same to a reader.

    ``excerpts`` are its texts by themselves, so that none is there twice.
    """

    id: str
    name: str
    url: str | None = None
    file_id: str | None = None
    facts: SourceFacts = field(default_factory=SourceFacts)
    excerpts: dict[str, Excerpt] = field(default_factory=dict)

    def merge(self, other: Source) -> None:
        """Take over what another finding of the same source adds."""
        for text, excerpt in other.excerpts.items():
            self.excerpts.setdefault(text, excerpt)
        self.facts = {**other.facts, **self.facts}

    def to_json(self, name: str) -> SourceEntry:
        """The entry for ``sources``, under a ``name`` that no other source has."""
        excerpts = list(self.excerpts.values()) or [Excerpt("")]
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


def unique_names(sources: Iterable[Source]) -> list[str]:
    """A name for each source; one that is taken already gets its site or a number."""
    names: dict[str, None] = {}
    numbers: dict[str, Iterator[int]] = {}
    for source in sources:
        number = numbers.setdefault(source.name, count(2))  # no number is tried twice
        numbered = (f"{source.name} ({next(number)})" for _ in count())
        wishes = chain([source.name], _with_site(source), numbered)
        names[next(wish for wish in wishes if wish not in names)] = None
    return [*names]


def _with_site(source: Source) -> Iterator[str]:
    try:
        host = urlsplit(source.url or "").hostname
    except ValueError:
        return
    if host:
        yield f"{source.name} ({host})"


def _document(excerpt: Excerpt) -> str:
    if len(excerpt.pages) < 2:
        return excerpt.text
    pages = ", ".join(str(page) for page in excerpt.pages)
    return f"{excerpt.text}\n\n(pages {pages})".lstrip()
