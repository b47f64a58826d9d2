"""Citation anchors in an answer, as Open WebUI's ``[n]`` with ``sources``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from migrator_core.chat_document import SourceEntry
from migrator_core.convert.content.anchors import Anchor, replace_anchors
from migrator_core.convert.content.sources import Source, file_source, unique_names, web_source
from migrator_core.convert.files.file_records import FileLink

_LISTS: Mapping[str, str] = MappingProxyType(
    {
        "search": "organic",
        "news": "topStories",
        "ref": "references",
        "file": "references",
        "image": "images",
        "video": "videos",
    }
)
"""Kind of anchor → the list of a search's results that it counts in (LibreChat 0.8)."""

_MAX_SOURCES = 1000

Turn: TypeAlias = Mapping[str, tuple[Source | None, ...]]


class Citations:
    """What the anchors of one message point to.

    A source gets its number when it is first cited, so one object serves the texts of one
    message, in their order.
    """

    __slots__ = ("_found", "_numbers", "_turns")

    def __init__(
        self, turns: Mapping[int, Turn] | None = None, found: Iterable[Source] = ()
    ) -> None:
        self._turns = turns or {}
        self._found = tuple(found)
        self._numbers: dict[str, tuple[int, Source]] = {}

    def replace(self, text: str) -> str:
        """``text`` with its anchors as ``[n]``; those that point to nothing vanish."""
        return replace_anchors(text, self._marker)

    def cite(self, source: Source) -> int:
        """The number of a source, which it gets now unless it has one."""
        number, _ = self._numbers.setdefault(source.id, (len(self._numbers) + 1, source))
        return number

    @property
    def sources(self) -> tuple[SourceEntry, ...]:
        """The message's ``sources``: the cited ones by number, then what else was found."""
        sources = {source_id: source for source_id, (_, source) in self._numbers.items()}
        for source in self._found:
            if len(sources) < _MAX_SOURCES:
                sources.setdefault(source.id, source)
        names = unique_names(sources.values())
        return tuple(
            source.to_json(name) for source, name in zip(sources.values(), names, strict=True)
        )

    def _marker(self, anchors: list[Anchor]) -> str:
        numbers = [self._number(anchor) for anchor in anchors]
        return "".join(f"[{number}]" for number in dict.fromkeys(numbers) if number is not None)

    def _number(self, anchor: Anchor) -> int | None:
        results = self._turns.get(anchor.turn, {}).get(_LISTS[anchor.kind], ())
        source = results[anchor.place] if anchor.place < len(results) else None
        return self.cite(source) if source is not None else None


def read_citations(attachments: tuple[object, ...], files: Mapping[str, FileLink]) -> Citations:
    """The citations that the attachments of one message allow for.

    A web search stands under its own turn; file searches count from zero in the order of the
    attachments. The later of two with the same number is the one that anchors mean.
    """
    turns: dict[int, Turn] = {}
    by_id: dict[str, Source] = {}
    file_searches = 0
    for place, attachment in enumerate(attachments):
        web = _payload(attachment, "web_search")
        if web is not None:
            lists = _web_turn(web, place, by_id)
            number = _turn_number(web.get("turn"))
            if number is not None:
                turns[number] = lists
        search = _payload(attachment, "file_search")
        if search is not None:
            turns[file_searches] = _file_turn(search, files, place, by_id)
            file_searches += 1
    return Citations(turns, by_id.values())


def is_search(attachment: object) -> bool:
    """Whether all that an attachment tells is in the message's sources."""
    return any(_payload(attachment, name) is not None for name in ("web_search", "file_search"))


def _payload(attachment: object, name: str) -> Mapping[str, object] | None:
    if not isinstance(attachment, dict):
        return None
    payload = attachment.get(name)
    return payload if isinstance(payload, dict) else None


def _turn_number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 10**9 and value == int(value) else None


def _web_turn(search: Mapping[str, object], place: int, by_id: dict[str, Source]) -> Turn:
    lists: dict[str, tuple[Source | None, ...]] = {}
    for name in dict.fromkeys(_LISTS.values()):
        results = search.get(name)
        # A hole keeps its place, or the indexes of what follows would be wrong.
        lists[name] = tuple(
            _shared(web_source(result, f"search {place} {name} {index}"), by_id)
            if isinstance(result, dict)
            else None
            for index, result in enumerate(results if isinstance(results, list) else [])
        )
    return lists


def _file_turn(
    search: Mapping[str, object],
    files: Mapping[str, FileLink],
    place: int,
    by_id: dict[str, Source],
) -> Turn:
    """One reference per file: LibreChat puts the chunks of a file together before it counts."""
    found: dict[str, Source | None] = {}
    chunks = search.get("sources")
    for index, chunk in enumerate(chunks if isinstance(chunks, list) else []):
        if isinstance(chunk, dict):
            source = file_source(chunk, files, f"search {place} file {index}")
            found.setdefault(source.id, _shared(source, by_id))
    return {"references": tuple(found.values())}


def _shared(source: Source | None, by_id: dict[str, Source]) -> Source | None:
    """The one object for this source in the whole message."""
    if source is None:
        return None
    first = by_id.setdefault(source.id, source)
    if first is not source:
        first.merge(source)
    return first
