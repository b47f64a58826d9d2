"""``docker-compose.test.yml``: what it says, and that its steps work, here without containers."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.compose.packages import linked
from tests.support.databases import Postgres
from tests.support.environments import CURRENT, ROOT, deployment
from tests.support.openwebui import OpenWebUIServer
from tests.support.sample import SAMPLE

FILE = ROOT / "docker-compose.test.yml"
REQUIREMENTS = ROOT / "tests" / "compose" / "requirements.txt"
yaml: Any = importlib.import_module("yaml")  # comes with Open WebUI, without type information


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services as they stand in the file, its anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))["services"]
    return loaded


def test_compose_accepts_the_file(services: dict[str, Any]) -> None:
    program = shutil.which("docker-compose")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("docker-compose is not installed (Debian: apt-get install docker-compose)")
    assert program is not None, "docker-compose is not installed"
    done = subprocess.run(
        [program, "-f", str(FILE), "config"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    config = yaml.safe_load(done.stdout)
    assert set(config["services"]) == set(services)
    assert config["services"]["open-webui"]["image"].endswith(f":v{CURRENT}")


def test_images_are_pinned(services: dict[str, Any]) -> None:
    images = [service["image"] for service in services.values() if "image" in service]
    images += re.findall(
        r"^FROM (\S+)", (ROOT / "tests/compose/Dockerfile").read_text(), re.MULTILINE
    )
    assert len(images) == 3
    for image in images:
        tag = re.sub(r"\$\{\w+:-(.*)\}", r"\1", image.split(":", 1)[1])
        assert re.match(r"v?\d+\.\d+", tag), image
    assert (
        services["migration"]["build"]["args"]["OPEN_WEBUI_TAG"] in services["open-webui"]["image"]
    )


def test_nothing_is_open_to_the_network(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert len(published) == 1
    assert published[0].startswith("127.0.0.1:")


def test_what_is_mounted_from_the_checkout_is_read_only(services: dict[str, Any]) -> None:
    mounts = [volume for service in services.values() for volume in service.get("volumes", [])]
    ours = [volume for volume in mounts if volume.startswith(".")]
    assert len(ours) == 3
    assert all(volume.endswith(":ro") for volume in ours)
    assert f"./{SAMPLE.relative_to(ROOT)}:/backup:ro" in services["migration"]["volumes"]


def test_each_step_waits_for_the_one_before(services: dict[str, Any]) -> None:
    healthy, done = "service_healthy", "service_completed_successfully"
    assert {
        name: {other: wait["condition"] for other, wait in service["depends_on"].items()}
        for name, service in services.items()
        if "depends_on" in service
    } == {
        "open-webui": {"postgres": healthy},
        "sign-up": {"open-webui": healthy},
        "migration": {"sign-up": done},
        "checker": {"migration": done},
    }
    assert {name for name, service in services.items() if "healthcheck" in service} == {
        "postgres", "open-webui"
    }  # fmt: skip
    assert services["open-webui"]["healthcheck"]["test"][-1].endswith("/health")


def test_the_migration_shares_what_the_server_has(services: dict[str, Any]) -> None:
    server, migration = services["open-webui"], services["migration"]
    own = {"ENABLE_DB_MIGRATIONS": "false", "BACKUP_DIR": "/backup"}
    assert migration["environment"] == server["environment"] | own
    assert set(server["volumes"]) <= set(migration["volumes"])
    assert (
        services["checker"]["environment"]["DATABASE_URL"] == server["environment"]["DATABASE_URL"]
    )


def test_the_servers_of_the_tests_run_in_the_same_way(
    services: dict[str, Any], tmp_path: Path
) -> None:
    ours = deployment(CURRENT, tmp_path).variables
    places = {"DATABASE_URL", "DATA_DIR", "WEBUI_SECRET_KEY"}
    theirs = services["open-webui"]["environment"]
    assert {name: ours[name] for name in theirs.keys() - places} == {
        name: value for name, value in theirs.items() if name not in places
    }


def test_the_checker_has_the_versions_of_development() -> None:
    pins = (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines()
    known = {pin.partition(" ")[0] for pin in pins}
    assert [pin for pin in _pins() if pin not in known] == []


def _pins() -> list[str]:
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.openwebui
@pytest.mark.postgres
def test_the_steps_work(services: dict[str, Any], postgres: Postgres, tmp_path: Path) -> None:
    """PostgreSQL and Open WebUI as there; then sign-up, migration and checker as there."""
    target = deployment(CURRENT, tmp_path / "open-webui", postgres.create_database("compose"))
    names = [pin.partition("==")[0] for pin in _pins()]
    base = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with OpenWebUIServer(target) as server:
        outside = base | {
            "PYTHONPATH": str(linked(names, tmp_path / "packages")),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPEN_WEBUI_URL": server.url,
            "DATABASE_URL": target.database_url,
        }
        # Without `site`, this interpreter knows the checker's packages only.
        checker = [sys.executable, "-S"]
        _run([*checker, *services["sign-up"]["command"][1:]], outside, ROOT)
        _run([*checker, *services["sign-up"]["command"][1:]], outside, ROOT)  # again does no harm
        program, *arguments = services["migration"]["command"]
        assert program == "librechat-migrate"
        inside = target.variables | {"ENABLE_DB_MIGRATIONS": "false", "BACKUP_DIR": str(SAMPLE)}
        _run([str(target.python), "-m", "migrator_core", *arguments], inside, target.home)
        said = _run([*checker, *services["checker"]["command"][1:]], outside, ROOT)
        summary = said.splitlines()[-1]
        listed = _run(
            [sys.executable, "-m", "pytest", "--collect-only", "tests/integration"],
            base | {"OPEN_WEBUI_URL": server.url},
            ROOT,
        )
    passed = re.search(r"(\d+) passed", summary)
    able = re.search(r"(\d+)/\d+ tests collected", listed)
    assert passed, said
    assert able, listed
    assert passed[1] == able[1], "the checker leaves out tests that could run there"
    assert "skipped" not in summary


def _run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout
