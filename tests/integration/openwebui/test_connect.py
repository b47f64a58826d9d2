"""Connecting as the command line does, in a process of its own: what is refused and how."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.databases import Database, Postgres, run_python, set_up
from tests.support.environments import CURRENT, OLDER, Deployment, deployment

CONNECT = """
import asyncio, json, sys
from migrator_core.errors import CannotStartError
from migrator_core.openwebui import OpenWebUI

async def connect():
    try:
        async with await OpenWebUI.connect(read_only="preview" in sys.argv) as target:
            admin = await target.inventory.first_admin()
            return {"version": target.version, "dialect": target.dialect, "admin": admin.email,
                    "data_dir": str(target.data_dir)}
    except CannotStartError as error:
        return {"refused": str(error)}

print(json.dumps(asyncio.run(connect())))
"""

pytestmark = pytest.mark.openwebui


@dataclass(frozen=True)
class Altered(Deployment):
    """A deployment some of whose variables are wrong; None takes a variable away."""

    changes: tuple[tuple[str, str | None], ...] = ()

    @property
    def variables(self) -> dict[str, str]:
        """The deployment's environment with the changes."""
        variables = {**super().variables, **dict(self.changes)}
        return {name: value for name, value in variables.items() if value is not None}


def altered(target: Deployment, **changes: str | None) -> Deployment:
    """The deployment with other variables."""
    return Altered(
        target.version, target.home, target.database_url, target.secret_key, tuple(changes.items())
    )


def connect(target: Deployment, *arguments: str) -> dict[str, Any]:
    """What a process in this deployment says. Everything it prints must be its one JSON line."""
    said = run_python(target, CONNECT, *arguments)
    answer: dict[str, Any] = json.loads(said)
    return answer


def without_admin(database: Database) -> Deployment:
    with sqlite3.connect(database.home / "data" / "webui.db") as connection:
        connection.execute("UPDATE \"user\" SET role = 'user'")
    connection.close()
    return database.deployment


def at_another_revision(database: Database) -> Deployment:
    with sqlite3.connect(database.home / "data" / "webui.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'abc'")
    connection.close()
    return database.deployment


def of_the_future(database: Database) -> Deployment:
    with sqlite3.connect(database.home / "data" / "webui.db") as connection:
        connection.execute("ALTER TABLE tag RENAME TO old_tag")
        connection.execute(
            "CREATE TABLE tag (id TEXT NOT NULL, name TEXT, user_id TEXT NOT NULL, meta JSON, "
            "colour TEXT NOT NULL, PRIMARY KEY (id, user_id))"
        )
    connection.close()
    return database.deployment


def empty_file(database: Database) -> Deployment:
    (database.home / "data" / "webui.db").write_bytes(b"")
    return database.deployment


def not_a_database(database: Database) -> Deployment:
    (database.home / "data" / "webui.db").write_bytes(b"not a database" * 100)
    return database.deployment


def missing(database: Database) -> Deployment:
    (database.home / "data" / "webui.db").unlink()
    return database.deployment


def unreachable(database: Database) -> Deployment:
    url = "postgresql://tenant:hunter2@127.0.0.1:1/webui"
    return altered(database.deployment, DATABASE_URL=url)


def no_secret_key(database: Database) -> Deployment:
    return altered(database.deployment, WEBUI_SECRET_KEY="")


def encrypted(database: Database) -> Deployment:
    return altered(
        database.deployment,
        DATABASE_URL="sqlite+sqlcipher:////data/webui.db",
        DATABASE_PASSWORD="hunter2",
    )


def no_such_storage(database: Database) -> Deployment:
    return altered(database.deployment, STORAGE_PROVIDER="floppy")


REFUSALS: list[tuple[Callable[[Database], Deployment], list[str]]] = [
    (without_admin, ["no admin account", "sign up"]),
    (at_another_revision, ["another version", "abc"]),
    (of_the_future, ["newer", "'colour'"]),
    (empty_file, ["no Open WebUI tables", "Start Open WebUI once"]),
    (not_a_database, ["cannot be reached", "not a database"]),
    (missing, ["does not exist", "webui.db"]),
    (unreachable, ["PostgreSQL database 'webui' on 127.0.0.1:1", "cannot be reached"]),
    (no_secret_key, ["WEBUI_SECRET_KEY is not set"]),
    (encrypted, ["could not be loaded", "sqlcipher"]),
    (no_such_storage, ["file storage (floppy)"]),
]


@pytest.mark.parametrize(
    ("breakage", "told"), [pytest.param(*case, id=case[0].__name__) for case in REFUSALS]
)
def test_what_is_wrong_is_said(
    sqlite_database: Database, breakage: Callable[[Database], Deployment], told: list[str]
) -> None:
    answer = connect(breakage(sqlite_database))
    for text in told:
        assert text in answer["refused"]
    assert "hunter2" not in answer["refused"]


@pytest.mark.parametrize(
    "password", ["very@geheim", "very@geheim:wort", "very@geheim/wort", "very@geheim?wort", "@very"]
)
@pytest.mark.parametrize("migrations", ["false", "true"])
def test_no_piece_of_a_password_is_taken_for_the_host(
    sqlite_database: Database, password: str, migrations: str
) -> None:
    url = f"postgresql://tenant:{password}@127.0.0.1:1/webui"
    wrong = altered(sqlite_database.deployment, DATABASE_URL=url, ENABLE_DB_MIGRATIONS=migrations)
    refused = connect(wrong)["refused"]
    assert "DATABASE_URL" in refused
    assert not [piece for piece in ("very", "geheim", "wort") if piece in refused], refused


def test_without_open_webui(sqlite_database: Database, tmp_path: Path) -> None:
    program = f"import sys; sys.path[:] = [p for p in sys.path if p != {str(tmp_path)!r}]\n"
    hide = "import importlib.util as u; u.find_spec = lambda *_: None\n"
    answer = json.loads(run_python(sqlite_database.deployment, program + hide + CONNECT))
    assert "/app/backend" in answer["refused"]


def test_an_old_open_webui_is_not_even_imported(sqlite_database: Database) -> None:
    """Before 0.9, the import alone would migrate the database."""
    package = sqlite_database.home / "open_webui"
    (package / "models").mkdir(parents=True)
    for name in ("__init__.py", "env.py"):
        (package / name).write_text("raise RuntimeError('imported')")
    first = f"import sys; sys.path.insert(0, {str(sqlite_database.home)!r})\n"
    answer = json.loads(run_python(sqlite_database.deployment, first + CONNECT))
    assert "upgrade Open WebUI first" in answer["refused"]


def test_from_the_images_working_directory(sqlite_database: Database) -> None:
    """The image has Open WebUI in /app/backend and does not install it."""
    origin = "import importlib.util as u; print(u.find_spec('open_webui').origin)"
    package = Path(run_python(sqlite_database.deployment, origin).strip()).parent
    (sqlite_database.home / "open_webui").symlink_to(package)
    hide = "import sys; sys.path[:] = [p for p in sys.path if p]\n"
    only_here = (
        "import importlib.util as u; real = u.find_spec\n"
        f"u.find_spec = lambda name: real(name) if {str(sqlite_database.home)!r} in sys.path "
        "else None\n"
    )
    answer = json.loads(run_python(sqlite_database.deployment, hide + only_here + CONNECT))
    assert answer["dialect"] == "sqlite"


def test_a_chatty_environment_stays_out_of_the_output(sqlite_database: Database) -> None:
    noisy = altered(sqlite_database.deployment, GLOBAL_LOG_LEVEL="DEBUG", LOG_FORMAT="json")
    assert connect(noisy)["version"] == CURRENT


def test_a_preview_neither_migrates_nor_touches_anything(
    sqlite_database: Database, tmp_path: Path
) -> None:
    home = sqlite_database.home
    static = home / "static"
    static.mkdir()
    (static / "custom.css").write_text("ours")
    path = home / "data" / "webui.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'd4c1a8e37b62'")
    connection.close()
    before = path.read_bytes()
    eager = altered(sqlite_database.deployment, ENABLE_DB_MIGRATIONS="true", STATIC_DIR=str(static))
    assert "another version" in connect(eager, "preview")["refused"]
    assert path.read_bytes() == before
    assert [child.name for child in static.iterdir()] == ["custom.css"]


def test_data_and_variables_are_the_deployments(sqlite_database: Database) -> None:
    plain = altered(sqlite_database.deployment, FROM_INIT_PY=None)  # as in an operator's shell
    for arguments in ((), ("preview",)):
        assert connect(plain, *arguments) == {
            "version": CURRENT,
            "dialect": "sqlite",
            "admin": "admin@owner.example",
            "data_dir": str(sqlite_database.home / "data"),
        }


@pytest.mark.postgres
def test_a_schema_of_its_own(postgres: Postgres, tmp_path: Path) -> None:
    """DATABASE_SCHEMA: Open WebUI's tables and the ledger live beside other tenants'."""
    url = postgres.create_database("tenants")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA tenant")
    target = altered(
        replace(deployment(CURRENT, tmp_path), database_url=url), DATABASE_SCHEMA="tenant"
    )
    set_up(target)
    assert json.loads(run_python(target, WRITE)) == ["migrated", "existing", "migrated"]
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM tenant.librechat_migration_item")
        assert found.fetchone() == (4,)  # the chat brought a tag
        assert connection.execute("SELECT to_regclass('public.chat')").fetchone() == (None,)


WRITE = """
import asyncio, io, json
from migrator_core.openwebui import Ledger, LiveWriter, OpenWebUI, PreviewWriter, RunLock, RunState
from tests.support.rows import chat, file, group, item, key, model, prompt, tag, user

async def write():
    async with await OpenWebUI.connect(read_only=False) as target, RunLock(target):
        ledger = Ledger(target)
        run = await ledger.start(settings={}, backup_path="b", backup_kind="k",
                                 backup_fingerprint="f", tool_version="0")
        writer = LiveWriter(target, ledger, run.id)
        items = [item(user("bea")), item(user("bea")), item(chat("Trip", key("bea")))]
        return [str(one.state) for one in await writer.write(items)]

print(json.dumps(asyncio.run(write())))
"""


EVERYTHING = WRITE.replace(
    """        items = [item(user("bea")), item(user("bea")), item(chat("Trip", key("bea")))]
        return [str(one.state) for one in await writer.write(items)]
""",
    """        bea, notes = key("bea"), file("notes.txt", key("bea"))
        items = [item(row) for row in (user("bea"), group("Team", bea), tag("Later", bea),
                                       prompt("greet", bea), model("helper", bea))]
        told = await writer.write(items)
        told.append(await writer.write_file(item(notes), lambda: io.BytesIO(b"hello")))
        linked = chat("Trip", bea, file_ids=(("q", notes.id),))
        told += await writer.write([item(linked)])
        account = (await target.inventory.accounts(["bea@people.example"]))["bea@people.example"]
        assert await writer.set_password(account, "other hash")
        told += await PreviewWriter(target).write(items)
        await ledger.finish(run.id, RunState.FINISHED, {}, {})
        from open_webui.models.chats import Chats
        from open_webui.models.prompts import Prompts
        from open_webui.models.models import Models
        trip = await Chats.get_chat_by_id(linked.id)
        messages = await Chats.get_messages_map_by_chat_id(linked.id)
        read = [trip.title, sorted(messages), (await Prompts.get_prompt_by_command("greet")).name,
                [m.id for m in await Models.get_all_models()]]
        return [[one.state for one in told], read]
""",
)


@pytest.mark.parametrize("version", [*OLDER, CURRENT])
def test_every_supported_version(version: str, tmp_path: Path) -> None:
    target = deployment(version, tmp_path)
    set_up(target)
    assert connect(target)["version"] == version
    states, read = json.loads(run_python(target, EVERYTHING))
    assert states[:7] == ["migrated"] * 7
    assert states[7:] == ["skipped", *["existing"] * 4]  # her password is another one by now
    assert read == ["Trip", ["a1", "a2", "q"], "Greet", ["agent-helper"]]


def test_the_previous_versions_database_is_refused(tmp_path: Path) -> None:
    older = deployment(OLDER[0], tmp_path / "older")
    set_up(older)
    newer = deployment(CURRENT, tmp_path / "newer")
    shutil.copyfile(older.data / "webui.db", newer.data / "webui.db")
    assert "another version" in connect(newer)["refused"] or "lacks" in connect(newer)["refused"]


INSIDE = """
import asyncio, json, os, threading
import open_webui.config
from open_webui.internal.db import async_engine
from open_webui.models.users import Users
from migrator_core.openwebui import OpenWebUI

seen = []

async def in_a_loop_of_its_own(expected):
    async with await OpenWebUI.connect(read_only=False) as target:
        seen.append((await target.inventory.first_admin()).id == expected)

async def inside():
    before, pool = dict(os.environ), async_engine.sync_engine.pool
    async with await OpenWebUI.connect(read_only=False) as target:
        admin = await target.inventory.first_admin()
    async with await OpenWebUI.connect(read_only=True) as reader:
        await reader.inventory.first_admin()
    untouched = async_engine.sync_engine.pool is pool and not pool.checkedout()
    there = await Users.get_user_by_id(admin.id)  # the server goes on working
    elsewhere = threading.Thread(target=lambda: asyncio.run(in_a_loop_of_its_own(admin.id)))
    elsewhere.start()
    await asyncio.to_thread(elsewhere.join)
    await async_engine.dispose()
    return [untouched, there.email, dict(os.environ) == before, seen]

print(json.dumps(asyncio.run(inside())))
"""


def test_inside_the_server_its_engine_and_environment_are_left_alone(database: Database) -> None:
    said = run_python(altered(database.deployment, ENABLE_DB_MIGRATIONS="false"), INSIDE)
    assert json.loads(said.splitlines()[-1]) == [True, "admin@owner.example", True, [True]]
