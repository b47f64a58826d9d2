"""What the searches attached to an answer found: the lists that its anchors count in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator_core.convert.content.citations.numbering import LISTS, Citations, Turn
from migrator_core.convert.content.citations.search_results import file_source, web_source
from migrator_core.convert.content.citations.sources import Source
from migrator_core.convert.files.file_link import FileLink


def read_citations(attachments: Sequence[object], files: Mapping[str, FileLink]) -> Citations:
    """The citations that the attachments of one message allow for.

    A web search stands under its own turn; file searches count from zero in the order of the
    attachments. The later of two with the same number is the one that anchors mean.
    """
    turns: dict[int, Turn] = {}
    if not attachments:
        return Citations()
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
    for name in dict.fromkeys(LISTS.values()):
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
