"""What the values of settings may be, and how they are read from text."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from migrator_core.selection import Part, read_addresses, read_date, read_parts


def web_address(text: str) -> str:
    """An address with a scheme and a host, without the slash at its end; empty for none.

    Raises:
        ValueError: it is none.
    """
    address = text.strip().rstrip("/")
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and parts.hostname and address.isprintable()
    except ValueError:
        usable = False
    if not usable or " " in address:
        raise ValueError("is no address such as https://chat.example.org")
    return address


def read_web_addresses(given: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Addresses in lower case, from a text with commas or from several.

    Raises:
        ValueError: one of them is none.
    """
    texts = [given] if isinstance(given, str) else given
    found = [web_address(one).lower() for text in texts for one in str(text).split(",")]
    return tuple(dict.fromkeys(one for one in found if one))


def possible_path(path: Path) -> Path:
    """A path that the system could have.

    Raises:
        ValueError: it could not; it says why.
    """
    if "\0" in str(path):
        raise ValueError("holds a NUL character, which no path can have")
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ValueError("holds half a character, which no path can have") from error
    return path


def model_id(text: str) -> str:
    """An id that a model could have.

    Raises:
        ValueError: none could.
    """
    if not text.isprintable():
        raise ValueError("holds a control character, which no model's id can have")
    return text


def read_model_map(value: str | Path) -> dict[str, str]:
    """A model map: JSON, or a file with it.

    Raises:
        ValueError: it is none; it says why.
    """
    text = str(value).strip()
    if not text:
        return {}
    where = "the model map"
    if not text.startswith("{"):
        where = f"the model map {text}"
        try:
            text = Path(text).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{where} cannot be read: {error}") from error
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where} is not valid JSON: {error}") from error
    if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
        raise ValueError(
            f"{where} must be one JSON object of strings, such as "
            '{"anthropic/claude-sonnet-4": "my-claude"}'
        )
    return mapping


def _where_text(read: Callable[[Any], Any], *kinds: type) -> Callable[[Any], Any]:
    """A reader for values of these types; what is none of them is checked as it is."""
    return lambda value: read(value) if isinstance(value, kinds) else value


def _to_models(mapping: dict[str, str]) -> dict[str, str]:
    return {name: model_id(model) for name, model in mapping.items()}


PossiblePath: TypeAlias = Annotated[Path, AfterValidator(possible_path)]
PerhapsPath: TypeAlias = Annotated[
    PossiblePath | None, BeforeValidator(lambda value: None if value == "" else value)
]
Parts: TypeAlias = Annotated[
    tuple[Part, ...], BeforeValidator(_where_text(read_parts, str, list, tuple))
]
Addresses: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(_where_text(read_addresses, str, list, tuple))
]
Moment: TypeAlias = Annotated[datetime | None, BeforeValidator(read_date)]
OneName: TypeAlias = Annotated[str, AfterValidator(str.strip)]
ModelId: TypeAlias = Annotated[str, AfterValidator(model_id)]
ModelMap: TypeAlias = Annotated[
    dict[str, str],
    BeforeValidator(_where_text(read_model_map, str, Path)),
    AfterValidator(_to_models),
]
WebAddresses: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(_where_text(read_web_addresses, str, list, tuple))
]
WebAddress: TypeAlias = Annotated[str, AfterValidator(web_address)]
