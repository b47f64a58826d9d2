"""What the Function needs of the Open WebUI that it is installed in, beyond the migration itself.

Called on the server's own event loop, like any other code of the server: every call is short.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.storage.faults import StorageError

_NAMESPACE = uuid.UUID("5f2f1c52-6d34-5b0e-9a53-0d1b6f1f7c1e")


def data_dir() -> Path:
    """The server's DATA_DIR."""
    return Path(importlib.import_module("open_webui.env").DATA_DIR)


async def is_active(function_id: str) -> bool:
    """Whether a Function is installed and switched on."""
    functions = importlib.import_module("open_webui.models.functions").Functions
    function = await functions.get_function_by_id(function_id)
    return bool(function and function.is_active)


async def settle_model(model_id: str, name: str, meta: Mapping[str, Any]) -> None:
    """Give a Function's model settings of its own, where it has none: private, the first admin's.

    Settings that are there are left alone, whatever they say.
    """
    module = importlib.import_module("open_webui.models.models")
    if await module.Models.get_model_by_id(model_id) is not None:
        return
    users = importlib.import_module("open_webui.models.users").Users
    admin = await users.get_super_admin_user()
    if admin is None:
        return
    form = module.ModelForm(
        id=model_id, base_model_id=None, name=name, meta=dict(meta), params={}, access_grants=[]
    )
    await module.Models.insert_new_model(form, admin.id)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file, as a message shows it."""

    id: str
    name: str
    content_type: str
    size: int


async def store_files(owner_id: str, paths: Sequence[tuple[Path, str, str]]) -> list[Attachment]:
    """Store files (path, name, content type) so that their owner can download them.

    The same file stored again is the same file.

    Raises:
        CannotStartError: the storage does not take them.
    """
    stored = []
    async with await OpenWebUI.connect(read_only=False) as target:
        for path, name, content_type in paths:
            stored.append(await _store(target, owner_id, path, name, content_type))
    return stored


async def _store(
    target: OpenWebUI, owner_id: str, path: Path, name: str, content_type: str
) -> Attachment:
    digest, size = await asyncio.to_thread(_measure, path)
    file_id = str(uuid.uuid5(_NAMESPACE, f"{owner_id}:{name}:{digest}"))
    attachment = Attachment(file_id, name, content_type, size)
    table = target.schema.table("file")
    if await target.database.rows(sa.select(table.c.id).where(table.c.id == file_id)):
        return attachment
    try:
        put = await target.storage.store(f"{file_id}_{name}", file_id, lambda: path.open("rb"), {})
    except (StorageError, AbortedError) as error:
        raise CannotStartError(f"The report could not be stored in Open WebUI: {error}") from error
    now = int(time.time())
    values = {
        "id": file_id,
        "user_id": owner_id,
        "filename": name,
        "path": put.path,
        "data": {},
        "meta": {"name": name, "content_type": content_type, "size": size},
        "created_at": now,
        "updated_at": now,
    }
    insert = sa.insert(table).values(**values)
    await target.database.write(lambda connection: connection.execute(insert))
    return attachment


def _measure(path: Path) -> tuple[str, int]:
    """A file's sha256 and its size in bytes."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()
