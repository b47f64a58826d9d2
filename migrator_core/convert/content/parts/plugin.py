"""What plugins of old LibreChat versions left at a message (gptPlugins, gone by 0.8.6).

``plugin`` is ``{latest, inputs: [{plugin, input, thought}], outputs}``; ``plugins`` a list of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import Part, Pieces
from migrator_core.convert.content.tools.arguments import arguments_text
from migrator_core.convert.content.tools.call_items import call_items
from migrator_core.convert.content.tools.results import Result, read_result
from migrator_core.output_items import OutputItem
from migrator_core.rows import EmbeddedFile

UNNAMED = "plugin"


def convert_plugin(part: Part, context: PartContext) -> Pieces:
    """One plugin's calls; its output belongs to the last of them."""
    if not isinstance(part.payload, dict):
        return convert_unknown(part, context)
    return _calls([part.payload], context)


def convert_plugins(part: Part, context: PartContext) -> Pieces:
    """The calls of several plugins."""
    entries = part.payload if isinstance(part.payload, list) else [part.payload]
    known = [entry for entry in entries if isinstance(entry, dict)]
    if len(known) < sum(entry is not None for entry in entries):
        return convert_unknown(part, context)
    return _calls(known, context)


def _calls(plugins: list[dict[str, object]], context: PartContext) -> Pieces:
    items: list[OutputItem] = []
    file_ids: list[str] = []
    embedded: list[EmbeddedFile] = []
    for plugin in plugins:
        latest = text_of(plugin.get("latest")) or ""
        found = plugin.get("inputs")
        inputs = [entry for entry in (found if isinstance(found, list) else [found]) if entry]
        output = plugin.get("outputs")
        if not (inputs or output or latest.strip()):
            continue
        result = read_result(output or None, context)
        file_ids += result.file_ids
        embedded += result.embedded
        steps = inputs or [{}]
        for place, step in enumerate(steps, 1):
            own = result if place == len(steps) else Result()
            name, arguments = _step(step, latest)
            items += call_items("", name, arguments, own)
    return Pieces(output=tuple(items), file_ids=tuple(file_ids), embedded=tuple(embedded))


def _step(step: object, latest: str) -> tuple[str, str]:
    """A step's tool and its arguments."""
    if not isinstance(step, Mapping):
        return latest or UNNAMED, arguments_text(step)
    name = text_of(step.get("plugin")) or latest or UNNAMED
    rest = {key: value for key, value in step.items() if key != "plugin" and value}
    if rest.keys() == {"input"} and isinstance(rest["input"], dict | str):
        return name, arguments_text(rest["input"])
    return name, arguments_text(rest)
