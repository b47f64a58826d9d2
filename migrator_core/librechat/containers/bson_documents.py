"""BSON documents, read into the project's plain values with pymongo's decoder."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

# ruff: noqa: PLC0415 - a mongoexport must be readable where pymongo is not installed
from migrator_core.errors import CannotStartError
from migrator_core.librechat.collection import UndecodableError
from migrator_core.librechat.containers.extended_json import MAX_DEPTH, too_deep
from migrator_core.librechat.values import Millis

if TYPE_CHECKING:
    from bson.codec_options import CodecOptions

MIN_DOCUMENT: Final = 5
"""Bytes of the empty document: a length and the closing NUL."""

_MISSING_BSON = (
    "Reading a mongodump needs the Python package `pymongo` (it brings the module `bson`), which is"
    " not installed here. Install it with `pip install pymongo` (not PyPI's package named `bson`,"
    " which is something else), or make the backup with mongoexport (JSON files) instead."
)


def document_length(head: bytes) -> int:
    """The length field of a BSON document: its size in bytes, length field included."""
    return int(struct.unpack_from("<i", head)[0])


def _float(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:  # a signalling NaN
        return math.nan


class BsonDecoder:
    """Decodes documents. Built once per backup, because pymongo is imported only when needed.

    Raises:
        CannotStartError: pymongo is not installed.
    """

    def __init__(self) -> None:
        try:
            import bson
            from bson.errors import BSONError

            self._options = _codec_options()
        except ImportError:
            raise CannotStartError(_MISSING_BSON) from None
        self._decode = bson.decode
        self._error = BSONError

    def __reduce__(self) -> tuple[type[BsonDecoder], tuple[()]]:
        """Another process builds its own: what pymongo is given does not travel."""
        return BsonDecoder, ()

    def decode(self, raw: bytes) -> dict[str, Any]:
        """Read one whole document; invalid UTF-8 becomes U+FFFD.

        Raises:
            UndecodableError: the bytes are no valid document.
        """
        try:
            value: dict[str, Any] = self._decode(raw, self._options)
        except RecursionError:
            raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels") from None
        except self._error as error:
            raise UndecodableError(f"it is no valid BSON: {error}") from None
        # The decoder meets hostile bytes: no kind of error may escape.
        except Exception as error:  # noqa: BLE001
            kind = type(error).__name__
            raise UndecodableError(f"it is no valid BSON ({kind}: {error})") from None
        # Every container takes one of these type bytes, so that few documents are walked at all.
        if raw.count(b"\x03") + raw.count(b"\x04") >= MAX_DEPTH and too_deep(value):
            raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels")
        return value


def guess_bson_id(raw: bytes) -> str | None:
    """The ObjectId that a damaged document begins with, if it can be seen."""
    if raw[4:9] == b"\x07_id\x00" and len(raw) >= 21:
        return raw[9:21].hex()
    return None


def _codec_options() -> CodecOptions[dict[str, Any]]:
    from bson.codec_options import (
        CodecOptions,
        DatetimeConversion,
        TypeDecoder,
        TypeRegistry,
    )

    class Plain(TypeDecoder):
        """Turns one BSON type into a plain value while the document is decoded."""

        def __init__(self, bson_type: type, transform: Callable[[Any], Any]) -> None:
            self._bson_type = bson_type
            self._transform = transform

        @property
        def bson_type(self) -> type:
            return self._bson_type

        def transform_bson(self, value: Any) -> Any:  # noqa: ANN401 - pymongo's signature
            return self._transform(value)

    return CodecOptions(
        unicode_decode_error_handler="replace",
        datetime_conversion=DatetimeConversion.DATETIME_MS,
        type_registry=TypeRegistry([Plain(*pair) for pair in _transforms()]),
    )


def _transforms() -> list[tuple[type, Callable[[Any], Any]]]:
    from bson import DBRef, Regex
    from bson.binary import Binary
    from bson.code import Code
    from bson.datetime_ms import DatetimeMS
    from bson.decimal128 import Decimal128
    from bson.int64 import Int64
    from bson.max_key import MaxKey
    from bson.min_key import MinKey
    from bson.objectid import ObjectId
    from bson.timestamp import Timestamp

    return [
        (ObjectId, str),
        (DatetimeMS, lambda value: Millis(int(value))),
        (Int64, int),
        (Decimal128, _float),
        (Binary, bytes),
        (DBRef, lambda value: dict(value.as_doc())),
        (Timestamp, lambda value: {"$timestamp": {"t": value.time, "i": value.inc}}),
        (Regex, _regular_expression),
        (Code, _code),
        (MinKey, lambda _: {"$minKey": 1}),
        (MaxKey, lambda _: {"$maxKey": 1}),
    ]


def _regular_expression(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a bson.Regex
    letters = {
        "i": re.IGNORECASE,
        "l": re.LOCALE,
        "m": re.MULTILINE,
        "s": re.DOTALL,
        "u": re.UNICODE,
        "x": re.VERBOSE,
    }
    options = "".join(letter for letter, flag in letters.items() if value.flags & flag)
    return {"$regularExpression": {"pattern": value.pattern, "options": options}}


def _code(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a bson.Code
    code: dict[str, Any] = {"$code": str(value)}
    if value.scope is not None:
        code["$scope"] = dict(value.scope)
    return code
