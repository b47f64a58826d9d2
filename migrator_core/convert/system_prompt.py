"""What LibreChat puts before the messages of a conversation: one text of several fields."""

from __future__ import annotations

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.variables import convert_special_variables
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.preset import Preset


def system_prompt(settings: Conversation | Preset) -> str:
    """The fields that are filled, each text once; which ones depends on the endpoint."""
    fields = (
        settings.prompt_prefix,
        settings.system,
        settings.instructions,
        settings.additional_instructions,
    )
    texts = dict.fromkeys(clean_text(text) for text in fields if text and text.strip())
    return convert_special_variables("\n\n".join(texts))
