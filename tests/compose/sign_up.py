"""Signs up the first account of the Open WebUI at ``OPEN_WEBUI_URL``: the administrator.

A migration needs one. Where it has signed up already, it signs in.
"""

from __future__ import annotations

import os

import httpx

from tests.integration.conftest import ADMIN
from tests.support.openwebui import Visitor


def main() -> None:
    """Sign up, or in.

    Raises:
        SystemExit: the account is no administrator's.
    """
    visitor = Visitor(os.environ["OPEN_WEBUI_URL"])
    try:
        person = visitor.sign_up(*ADMIN)
    except httpx.HTTPStatusError:
        person = visitor.sign_in(*ADMIN[1:])
    person.http.close()
    if person.role != "admin":
        raise SystemExit(f"{ADMIN[1]} is {person.role}, not admin: somebody else was first.")


if __name__ == "__main__":
    main()
