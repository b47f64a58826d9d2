"""Sets up an empty Open WebUI: its schema and a first administrator. For the demo and tests.

Run as a program in the environment of the Open WebUI that is to be set up:
``python -m migrator_core.openwebui.new_instance '{"name": …, "email": …, "password": …}'``.
"""

# ruff: noqa: PLC0415 - the environment must be set before Open WebUI is imported
from __future__ import annotations

import asyncio
import json
import os
import sys


async def _create_admin(name: str, email: str, password: str) -> None:
    from open_webui.models.auths import Auths
    from open_webui.models.users import Users
    from open_webui.utils.auth import get_password_hash

    if await Users.get_user_by_email(email) is not None:
        return
    password_hash = get_password_hash(password)
    if asyncio.iscoroutine(password_hash):
        password_hash = await password_hash
    created = await Auths.insert_new_auth(
        email=email,
        password=password_hash,
        name=name,
        profile_image_url="/user.png",
        role="admin",
    )
    if created is None:
        raise SystemExit(f"Open WebUI did not create the administrator {email}")


def main() -> None:
    """Create the schema and the administrator named on the command line."""
    os.environ["ENABLE_DB_MIGRATIONS"] = "true"
    import open_webui.config  # noqa: F401 - importing it runs Open WebUI's own migrations

    admin = json.loads(sys.argv[1])
    asyncio.run(_create_admin(admin["name"], admin["email"], admin["password"]))


if __name__ == "__main__":
    main()
