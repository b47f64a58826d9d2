"""What is known of a message beside the part of it that is being converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from migrator_core.chat_document import Role
from migrator_core.convert.content.citations.numbering import Citations
from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.free_ids import FreeIds
from migrator_core.record import record


@dataclass(frozen=True, slots=True)
class ChatScope:
    """What every message of one conversation has in common.

    ``user`` and ``conversation_id`` are LibreChat's ids, ``owner_id`` is Open WebUI's.
    ``files`` are the owner's migrated files by LibreChat's ``file_id``, ``paths`` the same and
    others by the path that texts name (``/images/<user>/<name>``, without a query); ``agents``
    are the names of agents by LibreChat's id, as far as they are known; ``ids`` are
    those that are free; ``pages`` are where addresses of LibreChat's own pages lead now.
    """

    user: str = ""
    owner_id: str = ""
    conversation_id: str = ""
    files: Mapping[str, FileLink] = field(default_factory=dict)
    paths: Mapping[str, FileLink] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    ids: FreeIds = field(default_factory=FreeIds)
    pages: Mapping[str, str] = field(default_factory=dict)


class Attachments:
    """What tools attached to an answer, as stored, and how its texts and calls name it.

    ``files`` are the owner's migrated files by LibreChat's ``file_id``. The entries are looked
    through once, when somebody asks first: an answer may hold thousands of links.
    """

    __slots__ = ("_by_call", "_by_name", "_by_path", "_files", "_is_read", "_shows_ui", "entries")

    def __init__(
        self, entries: Sequence[object] = (), files: Mapping[str, FileLink] | None = None
    ) -> None:
        self.entries = entries
        self._files = files or {}
        self._is_read = not entries
        self._by_name: dict[str, FileLink] = {}
        self._by_path: dict[str, FileLink] = {}
        self._by_call: dict[str, list[Mapping[str, object]]] = {}
        self._shows_ui = False

    def named(self, name: str) -> FileLink | None:
        """The migrated file with this ``filename``; of several the last."""
        self._read()
        return self._by_name.get(name)

    def at(self, path: str) -> FileLink | None:
        """The migrated file with this ``filepath``; of several the last."""
        self._read()
        return self._by_path.get(path)

    def of_call(self, call_id: str) -> Sequence[Mapping[str, object]]:
        """The entries that a tool's call attached."""
        self._read()
        return self._by_call.get(call_id, ())

    @property
    def show_interface(self) -> bool:
        """Whether there is a tool's user interface among them."""
        self._read()
        return self._shows_ui

    def _read(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        for entry in self.entries:
            if isinstance(entry, dict):
                self._read_entry(entry)

    def _read_entry(self, entry: Mapping[str, object]) -> None:
        self._shows_ui = self._shows_ui or entry.get("type") == "ui_resources"
        call_id, file_id = entry.get("toolCallId"), entry.get("file_id")
        if isinstance(call_id, str):
            self._by_call.setdefault(call_id, []).append(entry)
        link = self._files.get(file_id) if isinstance(file_id, str) else None
        name, path = entry.get("filename"), entry.get("filepath")
        if link is not None and isinstance(name, str):
            self._by_name[name] = link
        if link is not None and isinstance(path, str):
            self._by_path[path] = link


@record
class PartContext:
    """What a converter may know besides the part.

    ``where`` names the message in notices; ``attachments`` are the message's tool results,
    ``citations`` what its anchors point to, ``pictures`` LibreChat's ids of the files that
    parts of the message show as pictures. ``message_id`` is the id in the chat and
    ``timestamp`` the message's, in seconds.
    """

    where: str
    chat: ChatScope = field(default_factory=ChatScope)
    message_id: str = ""
    role: Role = "assistant"
    timestamp: int = 0
    attachments: Attachments = field(default_factory=Attachments)
    citations: Citations = field(default_factory=Citations)
    pictures: frozenset[str] = frozenset()
