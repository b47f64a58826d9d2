"""Which models are connected to Open WebUI, and who told.

A connected model has a row of its own only where an administrator gave it settings or shared it.
So the server is asked: its own memory from within, its API from elsewhere. Where neither can be
asked, what its connections are configured to offer has to do (Open WebUI 0.10 to 0.12,
``config.py``, ``routers/openai.py`` and ``routers/ollama.py``: ``get_all_models``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from migrator_core.errors import CannotStartError
from migrator_core.models_in_use import Connected

_PATIENCE: Final = 30.0
"""Seconds: a server asks every provider before it answers, and waits ten for one that is away."""

CONNECTIONS: Final = tuple(
    f"{provider}.{setting}"
    for provider, urls in (("openai", "api_base_urls"), ("ollama", "base_urls"))
    for setting in ("enable", urls, "api_configs")
)
"""The keys of Open WebUI's settings that describe connections."""


@dataclass(frozen=True, slots=True)
class ConnectedModels:
    """What is connected: the names of models by their ids.

    ``told_by`` says for people where this is known from. Where the models of some connections are
    not known, it is not ``complete``. ``open_to_all`` says that Open WebUI asks nobody whether
    they may use a model.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    told_by: str = "nobody"
    complete: bool = False
    open_to_all: bool = False

    def known(self) -> Connected:
        """What the state of a model is told by."""
        return Connected(self.names, self.complete, self.open_to_all)


def of_this_server() -> ConnectedModels | None:
    """What the server knows in whose process we live; None where we live elsewhere."""
    app = getattr(sys.modules.get("open_webui.main"), "app", None)
    listed = getattr(getattr(app, "state", None), "MODELS", None)
    if not listed:  # somewhere else, or nobody has opened a page yet
        return None
    return ConnectedModels(_names(list(listed.values())), "this Open WebUI itself", complete=True)


async def of_api(url: str, token: str) -> ConnectedModels:
    """What the server at an address answers to an administrator.

    Raises:
        CannotStartError: it does not answer, or not to this token.
    """
    import httpx  # noqa: PLC0415 - comes with Open WebUI; needed only where an address is given

    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(headers=headers, timeout=_PATIENCE) as http:
            answer = await http.get(f"{url.rstrip('/')}/api/models/base")
            listed = answer.json()["data"] if answer.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise CannotStartError(
            f"{url} does not answer: {str(error).rstrip('.') or type(error).__name__}. "
            f"Check {_WHERE}; it is the address that you open in the browser."
        ) from error
    except (ValueError, LookupError, TypeError) as error:
        raise CannotStartError(f"{url} answers, but not as Open WebUI does. {_CHECK}") from error
    if not isinstance(listed, list):
        raise CannotStartError(_refused(url, answer.status_code))
    return ConnectedModels(_names(listed), f"Open WebUI at {url}", complete=True)


def of_connections(settings: Mapping[str, object]) -> ConnectedModels:
    """What the connections are configured to offer; ``settings`` are :data:`CONNECTIONS`."""
    offers = [*_offers(settings, "openai", "api_base_urls")]
    offers += _offers(settings, "ollama", "base_urls")
    silent = sum(not ids for ids in offers)
    told_by = "what its connections are configured to offer"
    if silent:
        told_by += (
            f"; {silent} of {len(offers)} connections do not say so: give --openwebui-url and a "
            "token, and Open WebUI is asked"
        )
    return ConnectedModels({name: name for ids in offers for name in ids}, told_by, not silent)


def asks_nobody() -> bool:
    """Whether Open WebUI lets everybody use every model, whatever is shared (its environment)."""
    env = sys.modules.get("open_webui.env")
    return bool(getattr(env, "BYPASS_MODEL_ACCESS_CONTROL", False))


_WHERE: Final = "--openwebui-url (MIGRATION_OPENWEBUI_URL)"
_CHECK: Final = f"Check {_WHERE}."


def _refused(url: str, status: int) -> str:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return (
            f"{url} refuses the token ({status}). Give --openwebui-token (OPEN_WEBUI_TOKEN) one of "
            "an administrator, from Settings → Account → API keys."
        )
    return f"{url} answers with {status}, and not as Open WebUI does. {_CHECK}"


def _names(listed: Iterable[Any]) -> dict[str, str]:
    """The connected ones of a list; workspace models and arenas are made here."""
    found: dict[str, str] = {}
    for model in listed:
        if not isinstance(model, dict) or model.get("preset") or model.get("arena"):
            continue
        own = model.get("id")
        if isinstance(own, str) and own:
            name = model.get("name")
            found[own] = name if isinstance(name, str) and name else own
    return found


def _offers(settings: Mapping[str, object], provider: str, urls: str) -> Iterator[list[str]]:
    """The ids of each connection that is on; none where it does not say."""
    addresses, configs = settings.get(f"{provider}.{urls}"), settings.get(f"{provider}.api_configs")
    if not settings.get(f"{provider}.enable") or not isinstance(addresses, list):
        return
    known = configs if isinstance(configs, dict) else {}
    for place, address in enumerate(addresses):
        config = known.get(str(place)) or known.get(str(address)) or {}
        if not isinstance(config, dict) or config.get("enable", True) is False:
            continue
        ids, prefix = config.get("model_ids") or [], config.get("prefix_id")
        named = [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
        yield [f"{prefix}.{one}" if prefix else one for one in named]
