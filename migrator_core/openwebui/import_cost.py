"""What importing Open WebUI costs, and which of it only its server needs."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

_CHEAPEST = 4
"""bcrypt's lowest cost: a thousandth of a second."""

_NEWEST = re.compile(r"(?s)(.*?^## \[.*?)^## \[", re.MULTILINE)


@contextlib.contextmanager
def without_what_servers_need() -> Iterator[None]:
    """Import without the work that takes a second of processor time and is of no use here.

    That is the whole change log as HTML for the page "What's New" (0.10 to 0.12, ``env.py``), of
    which the newest version is kept, because its number may be all that says which one this is;
    and a bcrypt hash at full cost against which a server checks the passwords of accounts that do
    not exist (``models/auths.py``). Here nobody signs in.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_replaced("markdown", "markdown", _newest_only))
        stack.enter_context(_replaced("bcrypt", "gensalt", _cheap_salt))
        yield


@contextlib.contextmanager
def _replaced(
    module: str, name: str, changed: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    try:
        owner = importlib.import_module(module)
    except ImportError:  # another version does without it
        yield
        return
    original = getattr(owner, name)
    setattr(owner, name, changed(original))
    try:
        yield
    finally:
        setattr(owner, name, original)


def _newest_only(original: Callable[..., Any]) -> Callable[..., Any]:
    def markdown(text: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        found = _NEWEST.match(text)
        return original(found.group(1) if found else text, *arguments, **options)

    return markdown


def _cheap_salt(original: Callable[..., Any]) -> Callable[..., Any]:
    def gensalt(*_: Any, **__: Any) -> Any:  # noqa: ANN401
        return original(_CHEAPEST)

    return gensalt
