"""``install-function``: put the Functions into a running Open WebUI."""

from __future__ import annotations

from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.output import say
from migrator_core.errors import UsageError

TOKEN = "OPEN_WEBUI_TOKEN"  # noqa: S105 - the variable's name, not a token
"""Environment variable: the token, where nobody else sees it (others see a command's words)."""


def install_function(url: str, token: str | None) -> ExitStatus:
    """Install or update the Functions.

    Raises:
        UsageError: there is no token.
        CannotStartError: the server cannot be reached or refuses.
    """
    from owui_function.install import install  # noqa: PLC0415 - only this verb needs the builder

    if not token:
        raise UsageError(
            f"No token. Give an administrator's token with --token, or better in {TOKEN}: Open "
            "WebUI → Settings → Account → API keys."
        )
    install(url, token, say)
    return ExitStatus.FINISHED
