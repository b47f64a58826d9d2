"""Parts without a form of their own in Open WebUI: kept as a block that names them."""

from __future__ import annotations

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.markdown.blocks import fenced_json, heading, quoted, without_data
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import NOTHING, UNTYPED, Part, Pieces
from migrator_core.outcome import Notice, WarningCode

_BOOKKEEPING = frozenset({"agentId", "groupId", "phase", "streamedIndex", "tool_call_ids"})
"""What LibreChat adds to any part (0.8); a block whose text is all there is does not repeat it."""


def convert_unknown(part: Part, context: PartContext) -> Pieces:
    """Show the part as its type and, as far as it has one, its text; else as JSON."""
    told = {
        key: value
        for key, value in part.fields.items()
        if key not in _BOOKKEEPING and value is not None
    }
    if not part.fields and part.payload is not None:
        return block(part.type, part.payload, context.where)
    if not told:
        named = part.type not in {UNTYPED, "text"}
        return block(part.type, None, context.where) if named else NOTHING
    if all(isinstance(value, str) and not value.strip() for value in told.values()):
        return NOTHING  # LibreChat shows no blank parts either
    return block(part.type, _readable(part.type, told), context.where)


def block(name: str, value: object, where: str) -> Pieces:
    """A block headed ``name``, with the warning that says so."""
    body = quoted(without_data(value)) if isinstance(value, str) else fenced_json(value)
    text = f"{heading(name)}\n\n{body}" if value is not None else heading(name)
    notice = Notice(
        WarningCode.PART_NOT_CONVERTED, f"{where}: {heading(name)[3:-3]} is kept as text"
    )
    return Pieces(text=text, notices=(notice,))


def _readable(name: str, told: dict[str, object]) -> object:
    """The value alone where it is all there is and its key says nothing."""
    if len(told) > 1:
        return told
    ((key, value),) = told.items()
    if key not in {name, "text", "content"}:
        return told
    if isinstance(value, dict) and value.keys() == {"value"}:
        text = text_of(value)
        return value if text is None else text
    return value
