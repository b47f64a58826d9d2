"""Short digests of the things that rows consist of, for the ledger."""

from __future__ import annotations

import hashlib
import json
from binascii import b2a_base64
from collections.abc import Mapping
from typing import TypeAlias

Digests: TypeAlias = Mapping[str, str]
"""By the name of a thing (``title``, ``message/<id>``), the digest of what it is."""

PRESENT = "+"
"""The digest of a thing that is there or is not, and nothing else: a member, a permission."""

REST = "@rest"
"""The digest of what no later run brings up to date, and what only an undo looks at."""

MADE_OF = "@made of"
"""What a text was made of, and how long it is: making it once more would cost, and give the same.
Nothing compares it."""

UNCOMPARED = frozenset({REST, MADE_OF})
"""What the ledger keeps beside the digests of things."""

_BYTES = 6
"""48 bits. A digest is only compared with the one that the same thing had before."""


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=list)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def digest(value: object) -> str:
    """Eight characters for a JSON value; all kinds of nothing are the same."""
    return _short(_ENCODER.encode(value or None))


def digest_of_texts(texts: Mapping[str, str]) -> str:
    """The :func:`digest` of texts by name, in the order of their names; made faster."""
    encode = _ENCODER.encode
    return _short(
        "{" + ",".join([f'"{name}":{encode(text)}' for name, text in texts.items()]) + "}"
    )


def _short(text: str) -> str:
    hashed = hashlib.blake2b(text.encode("ascii"), digest_size=_BYTES).digest()
    return b2a_base64(hashed, newline=False).translate(_URL_SAFE).decode("ascii")
