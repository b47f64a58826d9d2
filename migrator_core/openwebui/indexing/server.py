"""The running Open WebUI that makes vectors: the one that we live in, or one at an address.

Both are asked through the same interface (0.10 to 0.12, ``routers/retrieval.py: process_file``), so
what they do is what an upload does: the same splitter, embedding model and vector database.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.connection import OpenWebUI

if TYPE_CHECKING:
    import httpx

_PROCESS = "/api/v1/retrieval/process/file"
_SECONDS = 600.0
"""For one document: an embedding model on a processor takes its time."""

_PROBLEM = 300


class NoVectorsError(Exception):
    """Open WebUI did not take a document; the message says why."""


class Server:
    """An Open WebUI that is asked one thing after the other."""

    def __init__(self, name: str, headers: dict[str, str]) -> None:
        self.name = name
        self._headers = headers

    async def index(self, file_id: str, text: str) -> bool:
        """Make the vectors of a file; False where this Open WebUI wants none.

        Raises:
            NoVectorsError: they were not made.
        """
        answer = await self._post({"file_id": file_id, "content": text})
        return bool(answer.get("collection_name"))

    async def add(self, file_id: str, knowledge_id: str) -> None:
        """Make a file's vectors known to a collection that it is in.

        Raises:
            NoVectorsError: they were not made.
        """
        await self._post({"file_id": file_id, "collection_name": knowledge_id})

    async def _post(self, body: dict[str, str]) -> dict[str, Any]:
        import httpx  # noqa: PLC0415 - comes with Open WebUI; needed only where vectors are wanted

        try:
            answer = await self._send(body)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            why = str(error).rstrip(".") or type(error).__name__
            raise NoVectorsError(f"{self.name} does not answer: {why}") from error
        try:
            said = answer.json()
        except ValueError:
            said = None
        if answer.is_success and isinstance(said, dict):
            return said
        detail = said.get("detail") if isinstance(said, dict) else None
        told = " ".join(str(detail or answer.reason_phrase).split())[:_PROBLEM]
        raise NoVectorsError(f"{self.name} answers with {answer.status_code}: {told}")

    async def _send(self, body: dict[str, str]) -> httpx.Response:
        raise NotImplementedError


class _Elsewhere(Server):
    def __init__(self, url: str, token: str) -> None:
        super().__init__(f"Open WebUI at {url}", {"Authorization": f"Bearer {token}"})
        self._url = url.rstrip("/")

    async def _send(self, body: dict[str, str]) -> httpx.Response:
        import httpx  # noqa: PLC0415 - see above

        async with httpx.AsyncClient(headers=self._headers, timeout=_SECONDS) as http:
            return await http.post(self._url + _PROCESS, json=body)


class _Here(Server):
    """The application in whose process we live, on its own event loop."""

    def __init__(self, app: Any, claims: dict[str, str]) -> None:  # noqa: ANN401 - a FastAPI
        super().__init__("this Open WebUI", {})
        self._app = app
        self._claims = claims

    async def _send(self, body: dict[str, str]) -> httpx.Response:
        loop = self._app.state.main_loop
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._ask(body), loop))

    async def _ask(self, body: dict[str, str]) -> httpx.Response:
        import httpx  # noqa: PLC0415 - see above

        auth = importlib.import_module("open_webui.utils.auth")
        token = auth.create_token(self._claims, timedelta(hours=1))
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers, timeout=_SECONDS
        ) as http:
            return await http.post(_PROCESS, json=body)


async def running_server(target: OpenWebUI, url: str, token: str) -> Server | None:
    """The Open WebUI to ask: the one that we live in, else the one at the address, if any.

    Raises:
        CannotStartError: there is an address, and no token.
    """
    app = getattr(sys.modules.get("open_webui.main"), "app", None)
    loop = getattr(getattr(app, "state", None), "main_loop", None)
    if loop is not None and loop.is_running():
        return _Here(app, await _claims(target))
    if not url:
        return None
    if not token:
        raise CannotStartError(
            "Vectors are made by the running Open WebUI, which needs a token: put one of an "
            "administrator into OPEN_WEBUI_TOKEN (Settings → Account → API keys)."
        )
    return _Elsewhere(url, token)


async def _claims(target: OpenWebUI) -> dict[str, str]:
    """What a token of the first administrator says, as those of Open WebUI's own automations do.

    (0.12, ``utils/automations.py``; earlier versions look at the id alone.)
    """
    admin = (await target.inventory.first_admin()).id
    claims = {"id": admin, "typ": "automation"}
    if target.schema.has("auth", "session_stamp"):
        auth = target.schema.table("auth")
        query = sa.select(auth.c.session_stamp).where(auth.c.id == admin)
        for row in await target.database.rows(query):
            claims["session_stamp"] = row[0]
    return claims
