"""Conversations that are, from end to end, what an earlier run made of them: read, not converted.

A proof in the ledger says that a source, a digest of everything that a chat is made of, is a row,
a digest of what the database holds. Where both are still the same, converting and comparing could
only say again that nothing changed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence

from migrator_core import __version__
from migrator_core.librechat import Document, StoredMessage
from migrator_core.openwebui import OpenWebUI, Proofs
from migrator_core.remote_settings import RemoteFileSettings
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Phase
from migrator_core.runs.results import Ids, Models

_PROVEN = "proven chat"
_STORED = "stored chat"
_OF_THE_RUN = frozenset(
    {
        "backup_dir",
        "dry_run",
        "report_dir",
        "fail_on_warnings",
        "verify",
        "only",
        "users",
        "since",
        "processes",
        "openwebui_url",
        "openwebui_token",
        "share_base_models",
        "index",
        *RemoteFileSettings.model_fields,  # what they bring is among where files went
    }
)
"""Settings that make no other chat."""


class Unchanges:
    """Tells sources, and which of them are proven. A phase that uses it needs :attr:`needs`."""

    needs = (Ids, Models)

    def __init__(self, inputs: Inputs, phase: Phase) -> None:
        self._inputs = inputs
        self._ids = phase.earlier(Ids).free
        self._models = phase.earlier(Models).mapper
        self._version = ""
        self._for_all = b""
        self._for_users: dict[str, bytes] = {}

    async def ask(self, target: OpenWebUI) -> None:
        """Note what is proven, on disk. A comparison that trusts nobody asks nothing."""
        self._version = target.version
        if self._inputs.trusts_nobody:
            return
        async for page in Proofs(target).chats():
            for one in page:
                self._inputs.scratch.add_name(_STORED, one.target_id, one.stored)
                if one.source is not None:
                    self._inputs.scratch.add_name(_PROVEN, one.source, one.target_id)

    def source(
        self,
        document: Document,
        messages: Sequence[StoredMessage],
        *,
        user: str,
        owner: str,
        folder: str | None,
        complete: bool,
    ) -> str:
        """The digest of a conversation and of all that its chat is made of.

        ``complete`` says that what the backup does not give is taken back.
        """
        found = hashlib.blake2b(digest_size=16)
        for part in (
            self._of_all(), self._of_user(user), owner.encode(), (folder or "").encode(),
            b"%d" % complete, document.raw, *(message.raw.raw for message in messages),
        ):  # fmt: skip
            content = part or b""
            found.update(b"%d:" % len(content))
            found.update(content)
        return found.hexdigest()

    def proven(self, source: str) -> str | None:
        """The chat that is this source from end to end; None where nothing says so."""
        return self._inputs.scratch.names(_PROVEN, [source]).get(source)

    def stored(self, chat_id: str) -> str | None:
        """What the chat was, as it is stored, before anything was compared."""
        return self._inputs.scratch.names(_STORED, [chat_id]).get(chat_id)

    def _of_all(self) -> bytes:
        """What all chats of the run depend on: the tool, settings, models, agents, free ids."""
        if not self._for_all:
            settings = self._inputs.settings.model_dump(mode="json", exclude=set(_OF_THE_RUN))
            parts = [
                _tool(), self._version, settings, sorted(self._models.renamed.items()),
                sorted(self._models.assistants.items()),
                repr(sorted(self._ids.held.items(), key=repr)), sorted(self._ids.given),
            ]  # fmt: skip
            self._for_all = _digest([json.dumps(parts, sort_keys=True).encode()])
            self._for_all += _digest(self._inputs.scratch.all_names("agents"))
        return self._for_all

    def _of_user(self, user: str) -> bytes:
        """Where the files of a user went."""
        if user not in self._for_users:
            self._for_users[user] = _digest(self._inputs.scratch.all_links(user))
        return self._for_users[user]


def _digest(parts: Iterable[bytes]) -> bytes:
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        found.update(b"%d:" % len(part))
        found.update(part)
    return found.digest()


def _tool() -> str:
    """What the tool is: its sources, so that a checkout that moved on converts afresh."""
    package = __name__.removesuffix(".runs.phases.unchanged")
    found = [__version__.encode()]
    for name in sorted(sys.modules):
        if not name.startswith(f"{package}."):
            continue
        spec = getattr(sys.modules[name], "__spec__", None)
        read = getattr(getattr(spec, "loader", None), "get_source", None)
        try:
            source = read(name) if read is not None else None
        except (ImportError, OSError):  # a checkout that is just being replaced
            source = None
        found += [name.removeprefix(package).encode(), (source or "").encode()]
    return _digest(found).hex()
