"""What all document models share: lenient fields and one way to parse.

LibreChat's rows are as old as the installation, and a backup may be damaged or hostile. So a field
that has the wrong type counts as absent, unless the document is worthless without it. Strings and
numbers are accepted for each other where the text is what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from migrator_core.librechat.documents.dates import read_millis
from migrator_core.librechat.values import is_bounded, normalise_id

# ruff: noqa: ANN401 - the functions below read whatever a document holds


class InvalidDocumentError(Exception):
    """The document lacks what every document of its kind must have; ``str()`` says what."""


class SourceModel(BaseModel):
    """Base of every document model. Unknown fields are dropped, none is required by default."""

    model_config = ConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=False)


M = TypeVar("M", bound=SourceModel)


def parse(model: type[M], data: dict[str, Any]) -> M:
    """Read one normalised document.

    Raises:
        InvalidDocumentError: a field that the document cannot do without is missing or unusable.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = ", ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'document'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)[:5]
        )
        raise InvalidDocumentError(problems) from error
    except RecursionError as error:
        raise InvalidDocumentError("the document is nested too deeply") from error


def usable(model: type[M], documents: Iterable[dict[str, Any] | None]) -> Iterator[M]:
    """Those of some documents that can be used; None stands for one that cannot be read."""
    for data in documents:
        if data is None:
            continue
        try:
            yield parse(model, data)
        except InvalidDocumentError:
            continue


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _number_text(value)
    return None


def _number_text(value: float) -> str | None:
    try:
        return str(value)
    except ValueError:  # more digits than Python converts: no text that anybody wrote
        return None


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else False


def _integer(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if is_bounded(value) else None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [item for item in _items(value) if isinstance(item, str)]


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _identifier(value: Any) -> Any:
    """A document's own ``_id``. Hand-made documents have numbers there."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = _number_text(value)
    identifier = normalise_id(value)
    if identifier is None:
        raise ValueError("is missing or is no id")
    return identifier


def _name(value: Any) -> Any:
    """An id that LibreChat made up as a string, letter case kept."""
    text = _text(value)
    if text is None or not text.strip():
        raise ValueError("is missing or empty")
    return text.strip()


def _references(value: Any) -> list[str]:
    references = (normalise_id(item) for item in _items(value))
    return [reference for reference in references if reference is not None]


Text = Annotated[str | None, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Integer = Annotated[int | None, BeforeValidator(_integer)]
Mapping = Annotated[dict[str, Any], BeforeValidator(_mapping)]
Items = Annotated[list[Any], BeforeValidator(_items)]
Texts = Annotated[list[str], BeforeValidator(_texts)]
Date = Annotated[int | None, BeforeValidator(read_millis)]
Reference = Annotated[str | None, BeforeValidator(normalise_id)]
"""A reference to another document (user, group …) as comparable text."""
String = Annotated[str | None, BeforeValidator(_string)]
"""Text that is nothing but text: a number in its place is damage, not a value."""
References = Annotated[list[str], BeforeValidator(_references)]
"""References to other documents, those that are none left out."""
Identifier = Annotated[str, BeforeValidator(_identifier)]
"""The document's own ``_id``; the document is worthless without it."""
Name = Annotated[str, BeforeValidator(_name)]
"""An id by which other documents know this one, such as ``file_id``; required."""
