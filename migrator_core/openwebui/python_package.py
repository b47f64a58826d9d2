"""Open WebUI's Python package: found and imported, leaving alone whatever its server owns."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import io
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy.ext.asyncio import AsyncEngine

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.database.faults import redact
from migrator_core.openwebui.database.url import UNREADABLE, may_split_password, splits_password
from migrator_core.openwebui.import_cost import without_what_servers_need
from migrator_core.openwebui.schema import too_old

_MODEST_SQLITE = {
    "DATABASE_SQLITE_PRAGMA_MMAP_SIZE": "0",
    "DATABASE_SQLITE_PRAGMA_CACHE_SIZE": "-16384",
}
"""A server keeps its whole database at hand; a migration would only grow with what it writes.
(Open WebUI 0.10 to 0.12, ``env.py``; a negative cache size is in KiB.)"""


@dataclass(frozen=True, slots=True)
class Imported:
    """An Open WebUI that is ready to be talked to.

    ``hosted`` says that we live inside its server: then its engine and logging are not ours.
    ``authorise`` makes another engine sign in as Open WebUI's own does (tokens of AWS RDS).
    ``database_url`` is Open WebUI's, as it is written.
    """

    hosted: bool
    engine: AsyncEngine
    authorise: Callable[[AsyncEngine], None]
    package: Path
    version: str
    data_dir: Path
    database_url: str


def import_open_webui(*, read_only: bool) -> Imported:
    """Import Open WebUI, reading the environment that it reads itself.

    Outside its server, the import is kept from migrating the schema (a preview never does, a run
    only where the environment asks for it), from emptying its directory of static files (which
    ``open_webui/config.py`` does on import) and from writing to standard output.

    Raises:
        CannotStartError: it is not installed here, too old, or its environment is incomplete.
    """
    hosted = "open_webui.env" in sys.modules
    package = _locate()
    if not (package / "models" / "shared_chats.py").is_file():
        # Before 0.9 the mere import would already migrate the database: look, do not import.
        raise too_old(_metadata_version())
    if hosted:
        env, database = _import_parts()
    else:
        with (
            _prepared_environment(package, read_only=read_only),
            _quiet(),
            without_what_servers_need(),
        ):
            env, database = _import_parts()
        logging.getLogger("open_webui").setLevel(logging.ERROR)
    return Imported(
        hosted=hosted,
        engine=database.async_engine,
        authorise=getattr(database, "enable_iam_token_auth", lambda _engine: None),
        package=package,
        version=_version(env),
        data_dir=Path(env.DATA_DIR),
        database_url=_database_url(),
    )


def _locate() -> Path:
    here = Path.cwd()
    spec = importlib.util.find_spec("open_webui")
    if spec is None and (here / "open_webui" / "env.py").is_file():
        # The image runs Open WebUI from /app/backend without installing it.
        sys.path.insert(0, str(here))
        spec = importlib.util.find_spec("open_webui")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStartError(
            "Open WebUI is not installed here. Run this program inside Open WebUI's own image with "
            "/app/backend as working directory, or in the Python environment in which Open WebUI "
            "is installed."
        )
    return Path(spec.submodule_search_locations[0])


@contextlib.contextmanager
def _prepared_environment(package: Path, *, read_only: bool) -> Iterator[None]:
    if read_only:
        os.environ["ENABLE_DB_MIGRATIONS"] = "false"
    os.environ.setdefault("ENABLE_DB_MIGRATIONS", "false")
    for name, value in _MODEST_SQLITE.items():
        os.environ.setdefault(name, value)
    image_build = package.parent.parent / "build" / "static"
    if (package / "frontend" / "static").is_dir() and not image_build.is_dir():
        # Installed with pip: `open-webui serve` sets this too, and it decides where DATA_DIR is.
        os.environ.setdefault("FROM_INIT_PY", "true")
    original = os.environ.get("STATIC_DIR")
    with tempfile.TemporaryDirectory(prefix="librechat-migration-") as scratch:
        os.environ["STATIC_DIR"] = scratch
        try:
            yield
        finally:
            if original is None:
                del os.environ["STATIC_DIR"]
            else:
                os.environ["STATIC_DIR"] = original


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Swallow the banner, logs and deprecation warnings of an import."""
    with contextlib.suppress(ImportError):
        # Imported before the streams are swapped, its own handler keeps the real one.
        importlib.import_module("loguru").logger.disable("open_webui")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    swallow = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace")
    with (
        contextlib.redirect_stdout(swallow),
        contextlib.redirect_stderr(swallow),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            # GLOBAL_LOG_LEVEL makes Open WebUI claim the root logger for standard output.
            root.handlers[:] = handlers
            root.setLevel(level)


def _import_parts() -> tuple[ModuleType, ModuleType]:
    try:
        env = importlib.import_module("open_webui.env")
        database = importlib.import_module("open_webui.internal.db")
        importlib.import_module("open_webui.config")
        importlib.import_module("open_webui.models.auths")
        importlib.import_module("open_webui.models.models")
    except SystemExit as error:
        raise CannotStartError(_explain_exit(str(error))) from error
    except Exception as error:
        _refuse_split_password()
        first_line = (str(error).strip() or "no message").split("\n", 1)[0]
        words = "" if may_split_password(_database_url()) else f": {redact(first_line)[:300]}"
        raise CannotStartError(
            f"Open WebUI could not be loaded: {type(error).__name__}{words}. "
            "The environment must be the one Open WebUI itself is started with "
            "(DATABASE_URL, DATA_DIR, WEBUI_SECRET_KEY, storage variables)."
        ) from error
    _refuse_split_password()
    if not hasattr(database, "async_engine"):
        raise too_old(_version(env))
    return env, database


def _database_url() -> str:
    """Known even where the rest of the import failed."""
    return str(getattr(sys.modules.get("open_webui.env"), "DATABASE_URL", ""))


def _refuse_split_password() -> None:
    """Before anything is said of the host, which would be a part of the password."""
    if splits_password(_database_url()):
        raise CannotStartError(UNREADABLE)


def _explain_exit(message: str) -> str:
    if "WEBUI_SECRET_KEY" in message or not message:
        return (
            "WEBUI_SECRET_KEY is not set. Give this program the same value as Open WebUI itself; "
            "where Open WebUI made its own, it is in the file .webui_secret_key in Open WebUI's "
            "working directory."
        )
    return f"Open WebUI refused to start: {redact(message.splitlines()[0])[:300]}"


def _version(env: ModuleType) -> str:
    """The version for people to read; what the tables look like decides everything else."""
    told = str(getattr(env, "VERSION", "") or "")
    if told and told != "0.0.0":
        return told
    newest = next(iter(getattr(env, "CHANGELOG", None) or ()), None)
    return str(newest or _metadata_version() or "unknown")


def _metadata_version() -> str | None:
    try:
        return importlib.metadata.version("open-webui")
    except importlib.metadata.PackageNotFoundError:
        return None
