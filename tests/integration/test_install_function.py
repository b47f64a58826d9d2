"""``install-function``: the Functions in a running server, from a shell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from _pytest.mark.structures import ParameterSet

from tests.integration.conftest import ADMIN
from tests.support.environments import CURRENT, OLDER, ROOT, Deployment, deployment
from tests.support.openwebui import OpenWebUIServer, Person, Visitor

PIPE, BUTTONS = "librechat_migration", "librechat_migration_buttons"
MODEL = "librechat_migration.chat"

pytestmark = pytest.mark.openwebui


def _version(version: str) -> ParameterSet:
    return pytest.param(version, marks=pytest.mark.xdist_group(f"install-{version}"))


@pytest.fixture(scope="module", params=[_version(version) for version in (CURRENT, *OLDER)])
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Person, Person]]:
    """A fresh server's address, its administrator and an ordinary user."""
    home: Deployment = deployment(request.param, tmp_path_factory.mktemp("install"))
    with OpenWebUIServer(home) as server:
        admin = Visitor(server.url).sign_up(*ADMIN)
        form = {"name": "Ute", "email": "ute@user.example", "password": "User-Password-1"}
        admin.http.post("/api/v1/auths/add", json={**form, "role": "user"}).raise_for_status()
        user = Visitor(server.url).sign_in(form["email"], form["password"])
        yield server.url, admin, user
        admin.http.close()
        user.http.close()


def install(url: str, token: str | None) -> subprocess.CompletedProcess[str]:
    """Run the verb; the token goes where the process list does not show it."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    if token:
        environment["OPEN_WEBUI_TOKEN"] = token
    return subprocess.run(
        [sys.executable, "-m", "migrator_core", "install-function", "--url", url],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_installs_switches_on_and_attaches_and_again_updates(
    target: tuple[str, Person, Person],
) -> None:
    url, admin, user = target
    first = install(f"{url}/", admin.token)
    assert first.returncode == 0, first.stderr
    assert first.stdout.count("installed and switched on") == 2

    (model,) = admin.get_models()
    assert (model["id"], model["name"]) == (MODEL, "LibreChat Migration")
    assert [action["id"] for action in model["actions"]] == [
        f"{BUTTONS}.preview",
        f"{BUTTONS}.run",
        f"{BUTTONS}.report",
    ]
    assert user.get_models() == []

    valves = {"default_model": "my-own-model"}
    place = f"/api/v1/functions/id/{PIPE}"
    admin.http.post(f"{place}/valves/update", json=valves).raise_for_status()
    admin.http.post(f"/api/v1/functions/id/{BUTTONS}/toggle").raise_for_status()  # off
    again = install(url, admin.token)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("updated; valves are kept") == 2
    assert admin.get(f"/functions/id/{PIPE}/valves") == valves
    assert not admin.get(f"/functions/id/{BUTTONS}")["is_active"]  # as somebody left it
    assert admin.get(f"/functions/id/{PIPE}")["is_active"]


def test_buttons_that_somebody_took_off_the_model_are_attached_again(
    target: tuple[str, Person, Person],
) -> None:
    url, admin, _ = target
    assert install(url, admin.token).returncode == 0
    model = admin.get("/models/model", id=MODEL)
    form = {
        **{name: model[name] for name in ("id", "base_model_id", "name", "params")},
        "meta": {**model["meta"], "actionIds": ["another_action"], "description": "Ours"},
        "access_grants": [],
    }
    update = admin.http.post("/api/v1/models/model/update", params={"id": MODEL}, json=form)
    update.raise_for_status()
    assert install(url, admin.token).returncode == 0
    meta = admin.get("/models/model", id=MODEL)["meta"]
    assert meta["actionIds"] == ["another_action", BUTTONS]
    assert meta["description"] == "Ours"


@pytest.mark.parametrize("target", [_version(CURRENT)], indirect=True)
def test_it_says_what_is_wrong(target: tuple[str, Person, Person]) -> None:
    url, _, user = target
    for address, token, status, words in (
        (url, None, 2, "No token"),
        (url, "not-a-token", 10, "refuses the token"),
        (url, user.token, 10, "u***@user.example, who is no administrator"),
        ("http://127.0.0.1:9", "any", 10, "does not answer as Open WebUI would"),
        ("localhost", "any", 10, "Check --url"),
        (f"{url}/static", "any", 10, "Check --url"),
    ):
        done = install(address, token)
        assert (done.returncode, done.stdout) == (status, ""), (address, done)
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert not token or token not in done.stderr
