"""A stand-in for an OpenAI-compatible API: it says one sentence and remembers what it was asked."""

from __future__ import annotations

import json
import queue
import re
import threading
import zlib
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.http_stand_in import HTTPStandIn

SAYS = "This is the stand-in speaking."
WAIT_SECONDS = 60


class OpenAIStandIn(HTTPStandIn):
    """Serves ``/v1/models``, ``/v1/chat/completions`` and ``/v1/embeddings`` on a free port.

    A context manager. ``embedded`` are the texts of which it was asked for vectors; while
    ``tired`` is set, it makes none.
    """

    def __init__(self, *models: str) -> None:
        self._asked: queue.Queue[dict[str, Any]] = queue.Queue()
        self.embedded: list[str] = []
        self.tired = threading.Event()
        super().__init__(_handler(models, self))

    @property
    def url(self) -> str:
        """The base URL, as Open WebUI's settings take it."""
        return f"{self.address}/v1"

    def asked(self) -> dict[str, Any]:
        """The body of the next request for a completion, in the order of their arrival.

        Raises:
            queue.Empty: none arrives.
        """
        return self._asked.get(timeout=WAIT_SECONDS)


def _handler(models: tuple[str, ...], api: OpenAIStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listed = [{"id": name, "object": "model", "owned_by": "openai"} for name in models]
            self._answer("application/json", json.dumps({"object": "list", "data": listed}))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith("/embeddings"):
                self._embed(body["input"])
                return
            api._asked.put(body)
            if body.get("stream"):
                self._answer("text/event-stream", "".join(_chunks(body["model"])))
            else:
                said = {"index": 0, "message": {"role": "assistant", "content": SAYS}}
                self._answer("application/json", json.dumps({"id": "c", "choices": [said]}))

        def _embed(self, given: str | list[str]) -> None:
            if api.tired.is_set():
                self.send_error(503)
                return
            texts = [given] if isinstance(given, str) else given
            api.embedded += texts
            data = [{"index": i, "embedding": _vector(text)} for i, text in enumerate(texts)]
            self._answer("application/json", json.dumps({"object": "list", "data": data}))

        def _answer(self, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Keep the tests' output readable."""

    return Handler


def _vector(text: str) -> list[float]:
    """How often which words stand in a text, about: texts with the same words are close."""
    vector = [0.01] * 64
    for word in re.findall(r"\w+", text.lower()):
        vector[zlib.crc32(word.encode()) % 64] += 1.0
    return vector


def _chunks(model: str) -> list[str]:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": model}
    deltas = [({"role": "assistant", "content": SAYS}, None), ({}, "stop")]
    events = [
        head | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        for delta, reason in deltas
    ]
    return [f"data: {json.dumps(event)}\n\n" for event in events] + ["data: [DONE]\n\n"]
