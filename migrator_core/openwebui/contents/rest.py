"""What of a chat no later run compares and people may change: looked at by an undo alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator_core.openwebui.contents.digests import digest


def rest_of_chat(values: Mapping[str, Any]) -> str:
    """Of its own system prompt and parameters, of its files, and of what its row says besides.

    A page saves all of it along with whatever somebody does. As it writes them, empty parameters
    and ``1`` instead of ``1.0`` are nothing that somebody did, nor is the order of files.
    """
    document, meta = values.get("chat"), values.get("meta")
    chat = document if isinstance(document, dict) else {}
    others = dict(meta) if isinstance(meta, dict) else {}
    others.pop("tags", None)
    return digest([_params(chat.get("params")), _files(chat.get("files")), others])


def _params(params: object) -> object:
    if not isinstance(params, dict):
        return params
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in params.items()
        if value is not None and value not in ("", [], {})
    }


def _files(files: object) -> list[str]:
    listed = files if isinstance(files, list) else []
    return sorted({str(one.get("id")) if isinstance(one, dict) else str(one) for one in listed})
