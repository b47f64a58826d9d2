"""What messages refer to, so that it can be looked up before they are converted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.content.markdown.local_links import (
    bare_address,
    local_links,
    web_addresses,
)
from migrator_core.convert.files.stored_paths import own_path, path_on_host
from migrator_core.convert.page_links import Page, page_of
from migrator_core.librechat.documents.message import Message

_MAX_DEPTH = 30
_MAX_ID = 300
_HANDOFF = "lc_transfer_to_"


@dataclass(slots=True)
class References:
    """Ids of files, the user's own paths in their plain form, ids of agents, pages by address.

    Each is what a message names, whether it exists or not.
    """

    files: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    pages: dict[str, Page] = field(default_factory=dict)
    hosts: Sequence[str] = ()


def find_references(
    messages: Iterable[Message], user: str, hosts: Sequence[str] = ()
) -> References:
    """Everything that the messages of a user's conversation refer to.

    ``hosts`` are LibreChat's own addresses, as far as they are known.
    """
    found = References(hosts=hosts)
    for message in messages:
        for value in (
            message.text,
            message.content,
            message.files,
            message.attachments,
            message.image_urls,
            message.plugin,
            message.plugins,
        ):
            if value:
                _collect(value, user, found)
        if message.files:
            found.files |= {
                entry.strip() for entry in message.files if isinstance(entry, str) and _is_id(entry)
            }
    return found


def _collect(value: object, user: str, found: References) -> None:
    """Walk a JSON value; what nests deeper than any message of LibreChat's is not followed."""
    if isinstance(value, str):
        _collect_text(value, user, found)
        return
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, str):
            _collect_text(item, user, found)
        elif depth < _MAX_DEPTH and isinstance(item, list):
            waiting += [(inner, depth + 1) for inner in item if inner]
        elif depth < _MAX_DEPTH and isinstance(item, dict):
            _collect_ids(item, found)
            waiting += [(inner, depth + 1) for inner in item.values() if inner]


def _collect_ids(item: dict[str, object], found: References) -> None:
    for key in ("file_id", "fileId", "image_file"):
        file_id = item.get(key)
        if isinstance(file_id, str) and _is_id(file_id):
            found.files.add(file_id.strip())
    agent_id, tool = item.get("agentId"), item.get("name")
    if isinstance(agent_id, str) and _is_id(agent_id):
        # The second of two parallel answers has a copy number behind its agent's id.
        found.agents |= {agent_id, agent_id.partition("____")[0]}
    if isinstance(tool, str) and tool.startswith(_HANDOFF) and _is_id(tool):
        found.agents.add(tool.removeprefix(_HANDOFF))


def _collect_text(text: str, user: str, found: References) -> None:
    if text.startswith("/"):
        _collect_address(text, user, found)
    if "](" in text:
        for link in local_links(text):
            _collect_address(link.target, user, found)
    if "://" in text:
        for address in web_addresses(text):
            _collect_address(bare_address(address), user, found)


def _collect_address(address: str, user: str, found: References) -> None:
    page = page_of(address, found.hosts)
    if page is not None:
        found.pages[address] = page
        return
    path = path_on_host(address)
    if path is None:
        return
    own = own_path(path, user)
    if own is not None:
        found.paths.add(own)
    elif path[:11].lower() == "/api/files/":
        name = path.rsplit("/", 1)[-1]
        found.files |= {name} if _is_id(name) else set()


def _is_id(text: str) -> bool:
    return bool(text.strip()) and len(text) <= _MAX_ID and clean_text(text) == text
