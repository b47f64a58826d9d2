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
from urllib.parse import quote

import sqlalchemy as sa

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.connection import OpenWebUI

if TYPE_CHECKING:
    import httpx

_PROCESS = "/api/v1/retrieval/process/file"
_DELETE = "/api/v1/retrieval/delete"
_JOIN_ANEW = "/api/v1/knowledge/{}/file/update"
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
        answer = await self._post(_PROCESS, {"file_id": file_id, "content": text})
        return bool(answer.get("collection_name"))

    async def add(self, file_id: str, knowledge_id: str, *, anew: bool) -> None:
        """Make a file's vectors known to a collection that it is in; ``anew``: for those it had.

        Raises:
            NoVectorsError: they were not made.
        """
        if anew:
            await self._post(_JOIN_ANEW.format(quote(knowledge_id, "")), {"file_id": file_id})
        else:
            body = {"file_id": file_id, "collection_name": knowledge_id}
            await self._post(_PROCESS, body)

    async def remove(self, file_id: str, knowledge_id: str) -> None:
        """Take the vectors of a file's text, as it is now, out of a collection.

        Raises:
            NoVectorsError: they were not removed.
        """
        body = {"file_id": file_id, "collection_name": knowledge_id}
        answer = await self._post(_DELETE, body)
        if not answer.get("status"):
            raise NoVectorsError(f"{self.name} has no such vectors")

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        import httpx  # noqa: PLC0415 - comes with Open WebUI; needed only where vectors are wanted

        try:
            answer = await self._send(path, body)
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

    async def _send(self, path: str, body: dict[str, str]) -> httpx.Response:
        raise NotImplementedError


class _Elsewhere(Server):
    def __init__(self, url: str, token: str) -> None:
        super().__init__(f"Open WebUI at {url}", {"Authorization": f"Bearer {token}"})
        self._url = url.rstrip("/")

    async def _send(self, path: str, body: dict[str, str]) -> httpx.Response:
        import httpx  # noqa: PLC0415 - see above

        async with httpx.AsyncClient(headers=self._headers, timeout=_SECONDS) as http:
            return await http.post(self._url + path, json=body)


class _Here(Server):
    """The application in whose process we live, on its own event loop."""

    def __init__(self, app: Any, claims: dict[str, str]) -> None:  # noqa: ANN401 - a FastAPI
        super().__init__("this Open WebUI", {})
        self._app = app
        self._claims = claims

    async def _send(self, path: str, body: dict[str, str]) -> httpx.Response:
        asked = asyncio.run_coroutine_threadsafe(self._ask(path, body), self._app.state.main_loop)
        return await asyncio.wrap_future(asked)

    async def _ask(self, path: str, body: dict[str, str]) -> httpx.Response:
        import httpx  # noqa: PLC0415 - see above

        auth = importlib.import_module("open_webui.utils.auth")
        token = auth.create_token(self._claims, timedelta(hours=1))
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers, timeout=_SECONDS
        ) as http:
            return await http.post(path, json=body)


def app_around_us() -> Any:  # noqa: ANN401 - a FastAPI
    """The application of the server in whose process we live; None where we live in none."""
    app = getattr(sys.modules.get("open_webui.main"), "app", None)
    loop = getattr(getattr(app, "state", None), "main_loop", None)
    return app if loop is not None and loop.is_running() else None


async def running_server(target: OpenWebUI, url: str, token: str) -> Server | None:
    """The Open WebUI to ask: the one that we live in, else the one at the address, if any.

    Raises:
        CannotStartError: there is an address, and no token.
    """
    app = app_around_us()
    if app is not None:
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
