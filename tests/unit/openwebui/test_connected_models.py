"""Which models are connected: told by the server, by its API, or by its connections' settings."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.connected_models import (
    asks_nobody,
    of_api,
    of_connections,
    of_this_server,
)

LISTED = [
    {"id": "gpt-4o", "name": "GPT 4o", "owned_by": "openai"},
    {"id": "llama3:8b", "owned_by": "ollama"},
    {"id": "agent-x", "name": "X", "preset": True},
    {"id": "arena-model", "name": "Arena", "arena": True},
    {"name": "nameless"},
    "not a model",
]
NAMES = {"gpt-4o": "GPT 4o", "llama3:8b": "llama3:8b"}


def _server(monkeypatch: pytest.MonkeyPatch, models: dict[str, Any]) -> None:
    app = SimpleNamespace(state=SimpleNamespace(MODELS=models))
    monkeypatch.setitem(sys.modules, "open_webui.main", SimpleNamespace(app=app))


def test_inside_the_server_its_own_list_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "open_webui.main", raising=False)
    assert of_this_server() is None
    _server(monkeypatch, {})
    assert of_this_server() is None, "nobody has asked it for models yet"
    _server(monkeypatch, {str(place): one for place, one in enumerate(LISTED)})
    found = of_this_server()
    assert found is not None
    assert found.names == NAMES
    assert found.complete


def _answering(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception) -> list[str]:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url} {request.headers['authorization']}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.AsyncClient

    def made(**options: Any) -> httpx.AsyncClient:
        return client(**options, transport=httpx.MockTransport(handle))

    monkeypatch.setattr(httpx, "AsyncClient", made)
    return asked


async def test_the_api_is_asked_as_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _answering(monkeypatch, httpx.Response(200, json={"data": LISTED}))
    found = await of_api("https://chat.example/", "key")
    assert asked == ["https://chat.example/api/models/base Bearer key"]
    assert (found.names, found.complete) == (NAMES, True)
    assert found.told_by == "Open WebUI at https://chat.example/"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(401, json={"detail": "no"}), "refuses the token (401)"),
        (
            httpx.Response(302, headers={"location": "https://elsewhere.example"}),
            "answers with 302",
        ),
        (httpx.Response(200, text="<html>"), "answers, but not as Open WebUI does"),
        (httpx.Response(200, json={"other": 1}), "answers, but not as Open WebUI does"),
        (httpx.Response(200, json={"data": 7}), "answers with 200"),
        (httpx.ConnectError("refused"), "does not answer: refused. Check --openwebui-url"),
    ],
)
async def test_what_does_not_answer_so_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception, said: str
) -> None:
    _answering(monkeypatch, answer)
    with pytest.raises(CannotStartError) as refused:
        await of_api("https://chat.example", "the-key")
    assert said in str(refused.value)
    assert "the-key" not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "names", "silent"),
    [
        ({}, set(), 0),
        ({"openai.enable": False, "openai.api_base_urls": ["https://a"]}, set(), 0),
        ({"openai.enable": True, "openai.api_base_urls": ["https://a"]}, set(), 1),
        (
            {
                "openai.enable": True,
                "openai.api_base_urls": ["https://a", "https://b", "https://c"],
                "openai.api_configs": {
                    "0": {"model_ids": ["gpt-4o", 7], "prefix_id": "house"},
                    "https://b": {"model_ids": ["o1"]},
                    "2": {"enable": False, "model_ids": ["off"]},
                },
                "ollama.enable": True,
                "ollama.base_urls": ["http://localhost:11434"],
                "ollama.api_configs": {"0": {"model_ids": ["llama3:8b"]}},
            },
            {"house.gpt-4o", "o1", "llama3:8b"},
            0,
        ),
        (
            {
                "openai.enable": True,
                "openai.api_base_urls": ["https://a", None],
                "openai.api_configs": ["?"],
            },
            set(),
            2,
        ),
        ({"openai.enable": True, "openai.api_base_urls": "https://a"}, set(), 0),
    ],
)
def test_connections_say_what_they_are_limited_to(
    settings: dict[str, object], names: set[str], silent: int
) -> None:
    found = of_connections(settings)
    assert set(found.names) == names
    assert found.complete is not bool(silent)
    assert ("do not say so: give --openwebui-url" in found.told_by) is bool(silent)


@pytest.mark.parametrize("bypasses", [True, False])
def test_whether_everybody_may_use_everything(
    monkeypatch: pytest.MonkeyPatch, bypasses: bool
) -> None:
    env = SimpleNamespace(BYPASS_MODEL_ACCESS_CONTROL=bypasses)
    monkeypatch.setitem(sys.modules, "open_webui.env", env)
    assert asks_nobody() is bypasses
