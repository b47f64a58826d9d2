"""The Action: the migration's buttons, below answers of the migration's model only.

A file of its own in Open WebUI. It only passes a click on to the Pipe, in whichever process it
arrives.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

FUNCTION_ID = "librechat_migration"


def _icon(path: str) -> str:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="black" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


class Action:
    """What Open WebUI loads."""

    actions = [  # noqa: RUF012 - Open WebUI reads a list of this name
        {
            "id": "preview",
            "name": "Preview the migration",
            "icon_url": _icon("M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Zm10-3a3 3 0 1 0 0 6 3 3 "
                              "0 0 0 0-6Z"),
        },
        {
            "id": "run",
            "name": "Migrate",
            "icon_url": _icon("M5 12h14m-6-6 6 6-6 6"),
        },
        {
            "id": "report",
            "name": "Show the report",
            "icon_url": _icon("M7 3h7l5 5v13H7Zm7 0v5h5M10 13h6m-6 4h6"),
        },
    ]  # fmt: skip

    async def action(
        self,
        body: dict[str, Any],
        __id__: str,
        __user__: dict[str, Any],
        __request__: Any,  # noqa: ANN401 - Starlette's Request, which only Open WebUI ships
        __event_emitter__: Callable[[dict[str, Any]], Awaitable[Any]],
        __event_call__: Callable[[dict[str, Any]], Awaitable[Any]],
    ) -> None:
        """Carry out a click.

        Raises:
            PermissionError: whoever clicked is no administrator.
        """
        from open_webui.functions import get_function_module_by_id  # noqa: PLC0415 - in the server
        from open_webui.models.functions import Functions  # noqa: PLC0415 - as above

        if __user__.get("role") != "admin":
            raise PermissionError("Only administrators can migrate. Nothing was done.")
        function = await Functions.get_function_by_id(FUNCTION_ID)
        if function is None or not function.is_active:
            raise RuntimeError(
                "The Function “LibreChat Migration” is not installed or switched off. Switch it on "
                "in Admin Panel → Functions."
            )
        pipe = await get_function_module_by_id(__request__, FUNCTION_ID)
        await pipe.act(__id__, body, __user__, __request__, __event_emitter__, __event_call__)
