"""E-mail addresses: which ones are the same, and which ones only look the same.

Both systems compare addresses in lower case and in no other way: LibreChat's schema stores them so
(``@librechat/data-schemas``, ``schema/user``), Open WebUI lowers what is typed at sign-up and at
sign-in (0.10 to 0.12, ``routers/auths.py``). Neither removes white space, so only the blanks that a
hand or an import left around an address are removed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

MAX_EMAIL = 320
"""Characters: 64 before the @, 255 behind it (RFC 5321)."""

_BLANKS = " \t\r\n"
_ADDRESS = re.compile(r"[^@]+@[^@]+")

_LATIN = str.maketrans(
    "абвгдезикмнопрстухіјѕԁԛԝһӏαβγεηικνορτυχωıɡℓ",
    "a6brge3ukmhonpctyxijsdqwhlaByenikvoptuxwigl",
)
"""Letters of other scripts that look like Latin ones in usual fonts (Unicode's confusables)."""


def normalise_email(email: str | None) -> str | None:
    """The address as Open WebUI stores it, None where it is no address.

    Not a check of deliverability: one ``@`` with something on both sides, no white space, control
    or format characters anywhere. ``admin@localhost`` is fine. An address with a letter that turns
    into another one when it is lowered (KELVIN SIGN into k) is none: Open WebUI would take it for
    another person's.
    """
    if email is None:
        return None
    address = email.strip(_BLANKS)
    if len(address) > MAX_EMAIL or not _ADDRESS.fullmatch(address):
        return None
    if any(unicodedata.category(letter)[0] in "ZC" or _folds(letter) for letter in address):
        return None
    lowered = address.lower()
    return lowered if len(lowered) <= MAX_EMAIL else None


def skeleton(email: str) -> str:
    """The same text for all addresses that look alike: full-width, Cyrillic and Greek letters."""
    return unicodedata.normalize("NFKC", email).casefold().translate(_LATIN)


def look_alikes(emails: Iterable[str]) -> list[tuple[str, ...]]:
    """The groups of different addresses that look alike, each sorted."""
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for email in emails:
        alike[skeleton(email)].add(email)
    return sorted(tuple(sorted(group)) for group in alike.values() if len(group) > 1)


def _folds(letter: str) -> bool:
    """Whether lowering the letter leads to one that other letters are lowered to as well."""
    lowered = letter.lower()
    return lowered != letter and lowered.upper() != letter
