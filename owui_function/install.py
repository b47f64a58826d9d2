"""Puts the Functions into a running Open WebUI through its API, for people who prefer a shell.

The calls are those of the admin panel (Open WebUI 0.10 to 0.12, ``routers/functions.py`` and
``routers/models.py``). Installing again updates the code and keeps valves and switches.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from migrator_core.errors import CannotStartError
from owui_function.bundle import build
from owui_function.names import ACTION_ID, MODEL_ID

if TYPE_CHECKING:
    import httpx

Say = Callable[[str], None]

_PATIENCE = 60.0
_OLDEST = (0, 10)


def install(url: str, token: str, say: Say) -> None:
    """Create or update both Functions, switch new ones on, and attach the buttons.

    Raises:
        CannotStartError: the server cannot be reached, refuses the token, or is too old.
    """
    import httpx  # noqa: PLC0415 - only this verb talks to a server

    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=_PATIENCE) as http:
            installer = _Installer(http, say)
            installer.check()
            for function in json.loads(build().functions_json):
                installer.put(function)
            installer.attach()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotStartError(
            f"{url} does not answer as Open WebUI would: {str(error).rstrip('.')}. Check --url; "
            "it is the address that you open in the browser."
        ) from error


class _Installer:
    """The calls to one server."""

    def __init__(self, http: httpx.Client, say: Say) -> None:
        self._http = http
        self._say = say

    def check(self) -> None:
        """Make sure that this is an Open WebUI that we support, and that we may install.

        Raises:
            CannotStartError: it is not, or we may not.
        """
        version = str(self._call("GET", "/api/version").get("version"))
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        if numbers < _OLDEST:
            raise CannotStartError(
                f"This is Open WebUI {version}; 0.10.0 is the oldest one that is supported. "
                "Upgrade it first."
            )
        account = self._call("GET", "/api/v1/auths/")
        if account.get("role") != "admin":
            raise CannotStartError(
                f"The token belongs to {account.get('email')}, who is no administrator. Only "
                "administrators may install Functions."
            )
        self._say(f"Open WebUI {version}, as {account.get('email')}")

    def put(self, function: Mapping[str, Any]) -> None:
        """Create a Function and switch it on, or update the one that is there."""
        place = f"/api/v1/functions/id/{function['id']}"
        installed = {entry["id"]: entry for entry in self._call("GET", "/api/v1/functions/")}
        there = installed.get(function["id"])
        if there is not None:
            self._call("POST", f"{place}/update", function)
            switch = "on" if there.get("is_active") else "off, as it was"
            self._say(f"{function['name']}: updated; valves are kept, it is switched {switch}")
            return
        self._call("POST", "/api/v1/functions/create", function)
        self._call("POST", f"{place}/toggle")
        self._say(f"{function['name']}: installed and switched on")

    def attach(self) -> None:
        """Make sure that the model of the migration names the buttons."""
        # Listing the models is when the Pipe gives its model settings, where it has none.
        listed = {entry["id"] for entry in self._call("GET", "/api/models?refresh=true")["data"]}
        if MODEL_ID not in listed:
            self._say(
                "The model is not listed: switch “LibreChat Migration” on in Admin Panel → "
                "Functions, and look into the server's log if that does not help."
            )
            return
        model = self._call("GET", f"/api/v1/models/model?id={MODEL_ID}")
        meta = model.get("meta") or {}
        buttons = list(meta.get("actionIds") or [])
        if ACTION_ID not in buttons:
            names = ("id", "base_model_id", "name", "params", "access_grants", "is_active")
            form = {name: model[name] for name in names if name in model}
            form["meta"] = {**meta, "actionIds": [*buttons, ACTION_ID]}
            self._call("POST", f"/api/v1/models/model/update?id={MODEL_ID}", form)
        self._say("The buttons are attached to the model of the migration, and to no other.")
        self._say("Choose the model “LibreChat Migration” in a new chat and say “Check”.")

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        answer = self._http.request(method, path, json=body)
        if answer.is_success and "json" in answer.headers.get("content-type", ""):
            return answer.json()
        raise CannotStartError(_explained(answer))


def _explained(answer: httpx.Response) -> str:
    where = f"{answer.request.method} {answer.request.url.path}"
    if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return (
            f"Open WebUI refuses the token ({where}: {answer.status_code}). Take one of an "
            "administrator from Settings → Account → API keys, or the one of a signed-in browser."
        )
    if answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return (
            f"A proxy in front of Open WebUI refuses requests of this size ({where}: 413). Let it "
            "take 2 MB (nginx: client_max_body_size 2m), or use the server's own port."
        )
    if answer.is_success or answer.status_code == HTTPStatus.NOT_FOUND:
        return f"{answer.request.url} answers, but not as Open WebUI does. Check --url."
    try:
        detail = str(answer.json().get("detail", ""))[:300]
    except (ValueError, AttributeError):
        detail = answer.text[:100]
    return f"Open WebUI does not take it ({where}: {answer.status_code}): {detail}"
