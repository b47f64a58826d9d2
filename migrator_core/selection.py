"""What of a backup is migrated, where an operator does not want all of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path


class Part(StrEnum):
    """What can be chosen by name. Every phase that writes something belongs to one of them."""

    USERS = "users"
    GROUPS = "groups"
    TAGS = "tags"
    FOLDERS = "folders"
    FILES = "files"
    CONVERSATIONS = "conversations"
    PROMPTS = "prompts"
    AGENTS = "agents"
    SKILLS = "skills"
    PRESETS = "presets"
    MEMORIES = "memories"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted: of each kind everything, unless something is named.

    ``since`` is in milliseconds since the epoch.
    """

    parts: frozenset[Part] = frozenset()
    addresses: frozenset[str] = frozenset()
    since: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.parts and not self.addresses and self.since is None

    def has(self, part: Part) -> bool:
        """Whether this part is wanted at all."""
        return not self.parts or part in self.parts

    def is_recent(self, dates: Iterable[int | None]) -> bool:
        """Whether something with these dates is new or changed enough; without any, it may be."""
        if self.since is None:
            return True
        known = [date for date in dates if date is not None]
        return not known or max(known) >= self.since


def read_parts(value: str | Iterable[str]) -> tuple[Part, ...]:
    """Parts by their names, separated by commas.

    Raises:
        ValueError: a name is wrong; it gives the right ones.
    """
    chosen: list[Part] = []
    for name in _words(value):
        try:
            chosen.append(Part(name.lower()))
        except ValueError as error:
            raise ValueError(f"there is no {name[:80]!r}; there are {', '.join(Part)}") from error
    return tuple(part for part in Part if part in chosen)


def read_addresses(value: str | Iterable[str]) -> tuple[str, ...]:
    """E-mail addresses, separated by commas; ``@FILE`` stands for a file with one on each line.

    Raises:
        ValueError: something is no address, or a file cannot be read or names nobody.
    """
    found: list[str] = []
    for word in _words(value):
        found += _in_file(word.removeprefix("@")) if word.startswith("@") else [word]
    for address in found:
        name, _, domain = address.partition("@")
        if not name or not domain or not address.isprintable():
            raise ValueError(f"{address[:80]!r} is no e-mail address")
    return tuple(dict.fromkeys(address.lower() for address in found))


def read_date(value: object) -> object:
    """A date (``2026-03-01``) or a moment (``2026-03-01T18:00``); UTC where nothing else is said.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise ValueError(
            f"{value[:80]!r} is no date such as 2026-03-01 or 2026-03-01T18:00+01:00"
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _words(value: str | Iterable[str]) -> list[str]:
    texts = [value] if isinstance(value, str) else list(value)
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    if texts and not words:  # a variable of a script that was empty, say: not "everything"
        raise ValueError("names nothing")
    return words


def _in_file(name: str) -> list[str]:
    try:
        lines = Path(name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise ValueError(f"the file {name} cannot be read: {error}") from error
    found = [line.strip() for line in lines]
    found = [line for line in found if line and not line.startswith("#")]
    if not found:
        raise ValueError(f"the file {name} names nobody")
    return found
