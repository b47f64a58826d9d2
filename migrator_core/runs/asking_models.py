"""What is known of the target's models before anything is converted."""

from __future__ import annotations

from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.openwebui import ConnectedModels, OpenWebUI
from migrator_core.settings import Settings


async def ask_for_models(
    target: OpenWebUI, settings: Settings
) -> tuple[ModelMapper, ConnectedModels]:
    """Which models are connected, and the mapper that knows them and those made here.

    Raises:
        CannotStartError: the server was to be asked, and does not answer.
    """
    token = settings.openwebui_token.get_secret_value() if settings.openwebui_token else ""
    connected = await target.inventory.connected_models(settings.openwebui_url, token)
    known = await target.inventory.model_ids() | connected.names.keys()
    return ModelMapper(settings.model_map, settings.default_model, frozenset(known)), connected
