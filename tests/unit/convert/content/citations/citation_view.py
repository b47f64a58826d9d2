"""How Open WebUI's front end numbers sources and reads ``[n]``.

Ports of ``Citations.svelte``, ``ContentRenderer.svelte: getSourceIds`` (0.12.4, and as it was up to
0.11.4) and ``utils/marked/citation-extension.ts`` (the same in 0.10.2, 0.11.4 and 0.12.4).
"""

from __future__ import annotations

import re
from typing import Any

_CITATION = re.compile(r"(\[(?:\d+(?:#[^,\]\s]+)?(?:,\s*\d+(?:#[^,\]\s]+)?)*)\])+")


def source_list(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the list of sources below a message shows, in its order."""
    shown: dict[str, dict[str, Any]] = {}
    for source in sources:
        for index, document in enumerate(source["document"]):
            metadata = source["metadata"][index]
            source_id = metadata.get("source", source["source"].get("id", "N/A"))
            told = dict(source["source"])
            if metadata.get("name"):
                told["name"] = metadata["name"]
            if source_id.startswith(("http://", "https://")):
                name = told["name"] if metadata.get("external") else source_id
                told |= {"name": name, "url": source_id}
            entry = shown.setdefault(source_id, {"source": told, "document": [], "pages": []})
            entry["document"].append(document)
            entry["pages"].append(metadata.get("page"))
    return list(shown.values())


def labels(sources: list[dict[str, Any]]) -> list[str]:
    """What stands on the chips of ``[1]``, ``[2]``, … (0.12)."""
    result: list[str] = []
    seen: set[str] = set()
    for source in sources:
        for metadata in source["metadata"]:
            source_id = metadata.get("source", source["source"].get("id", "N/A"))
            if source_id not in seen:
                seen.add(source_id)
                result.append(metadata.get("name") or source_id)
    return result


def labels_before_0_12(sources: list[dict[str, Any]]) -> list[str]:
    """The same up to 0.11, which tells sources apart by their label."""
    return list(
        dict.fromkeys(
            metadata.get("name") or metadata.get("source", "N/A")
            for source in sources
            for metadata in source["metadata"]
        )
    )


def cited_numbers(text: str) -> list[int]:
    """The numbers of all chips in a text, in their order."""
    return [
        int(number)
        for match in _CITATION.finditer(text)
        for number in re.findall(r"[\[,]\s*(\d+)", match[0])
    ]
