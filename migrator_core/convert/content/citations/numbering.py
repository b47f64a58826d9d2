"""The numbers of citations: anchors in an answer as Open WebUI's ``[n]`` with ``sources``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from migrator_core.chat_document import SourceEntry
from migrator_core.convert.content.citations.sources import Source, unique_names
from migrator_core.convert.content.markdown.anchors import Anchor, replace_anchors

LISTS: Mapping[str, str] = MappingProxyType(
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
        if not self._numbers and not self._found:
            return ()
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
        results = self._turns.get(anchor.turn, {}).get(LISTS[anchor.kind], ())
        source = results[anchor.place] if anchor.place < len(results) else None
        return self.cite(source) if source is not None else None
