"""What a payload holds, whatever it is wrapped in."""

from __future__ import annotations


def text_of(payload: object) -> str | None:
    """The text of a payload: a string, a number, or an object that holds one as ``value``."""
    if isinstance(payload, dict):
        payload = payload.get("value")
    if isinstance(payload, str):
        return payload
    if isinstance(payload, int | float) and not isinstance(payload, bool):
        try:
            return str(payload)
        except ValueError:  # more digits than Python converts (sys.set_int_max_str_digits)
            return None
    return None


def address_of(payload: object) -> str:
    """The address of a picture or film: ``{url}``, or the address alone; empty without one."""
    address = payload.get("url") if isinstance(payload, dict) else payload
    return address if isinstance(address, str) else ""
