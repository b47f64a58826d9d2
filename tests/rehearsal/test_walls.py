"""The sandbox is one: what a container's manifest forbids cannot be done inside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.guide import blocks
from tests.support.helm import Rendered
from tests.support.image import ENVIRONMENT
from tests.support.pod import Pod, secret
from tests.support.release import SMALL, Release
from tests.support.sandbox import user_of

pytestmark = [pytest.mark.chart, pytest.mark.openwebui]

PROBE = """
import json, os, sys
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
def writable(folder):
    try:
        with open(folder + "/probe", "w"):
            pass
        os.remove(folder + "/probe")
    except OSError:
        return False
    return True
def may_become_root():
    try:
        os.setuid(0)
    except OSError:
        return False
    return True
print(json.dumps({
    "status": {name: text.split() for name, text in status.items()},
    "environment": {k: v for k, v in os.environ.items() if k != "PWD"},
    "directory": os.getcwd(),
    "processes": [name for name in os.listdir("/proc") if name.isdigit()],
    "writable": [name for name in sys.argv[1:] if writable(name)],
    "root again": may_become_root(),
}))
"""
FOLDERS = [
    *("/", "/app", "/app/backend", "/app/backend/open_webui", "/app/build", "/etc", "/usr", "/opt"),
    *("/root", "/backup", "/migration", "/app/backend/data", "/tmp", "/reports", "/opt/bson"),
]
PREVIEW = blocks("# migration-values.yaml")[0]
SHARED = [one["name"] for one in SMALL["extraEnvVars"]]
VARIANTS: dict[str, tuple[dict[str, Any], int]] = {
    "documented": (PREVIEW, 1000),
    "reports": ({"migration": {**PREVIEW["migration"], "reportPvc": "reports"}}, 1000),
    "bson": ({"migration": {**PREVIEW["migration"], "installBson": True}}, 1000),
    "as root": (blocks("# values: as root")[0], 0),
    "archive": (blocks("# values: archive")[0], 1000),
    "archive-large": (blocks("# values: archive-large")[0], 1000),
    "own user": ({**PREVIEW, "podSecurityContext": {"runAsUser": 4711, "runAsGroup": 42}}, 4711),
}


def probe(pod: Pod, name: str) -> dict[str, Any]:
    """What a program sees that runs in a container's place."""
    ended = pod.run_one(name, ["python", "-c", PROBE, *FOLDERS])
    assert ended.status == 0, ended.log
    seen: dict[str, Any] = json.loads(ended.log)
    return seen


def upgrade(release: Release, values: dict[str, Any]) -> Rendered:
    """Upgrade to a variant, with the claims that some of them name."""
    for name in ("reports", "librechat-archive"):
        release.cluster.claim(name)
    return release.upgrade(values)


def containers(release: Release) -> list[dict[str, Any]]:
    """The Job's containers, in the order in which they run."""
    spec = release.rendered.pod
    return [*spec["initContainers"], *spec["containers"]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_user_and_rights_are_those_of_the_manifest(variant: str, release: Release) -> None:
    values, uid = VARIANTS[variant]
    spec = upgrade(release, values).pod
    pod = release.job()
    for container in containers(release):
        seen = probe(pod, container["name"])
        wanted = user_of(spec, container)
        assert wanted.uid == uid
        assert seen["status"]["Uid"] == [str(uid)] * 4
        assert seen["status"]["Gid"] == [str(wanted.gid)] * 4
        assert seen["status"]["Groups"] == [str(group) for group in wanted.groups]
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(seen["status"][name][0], 16) == 0
        assert seen["status"]["NoNewPrivs"] == ["1"]
        assert seen["root again"] is (uid == 0)
        assert seen["processes"] == ["1"]
        assert seen["directory"] == "/app/backend"


@pytest.mark.parametrize("variant", ["documented", "reports", "bson", "archive-large"])
def test_nothing_can_be_written_but_the_volumes_for_it(variant: str, release: Release) -> None:
    values, _ = VARIANTS[variant]
    upgrade(release, values)
    pod = release.job()
    for container in containers(release):
        mounted = {one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")}
        seen = probe(pod, container["name"])
        assert set(seen["writable"]) == mounted
        assert "/tmp" in seen["writable"]
        assert not {"/backup", "/migration", "/"} & set(seen["writable"])


def test_root_cannot_write_beside_the_volumes_either(release: Release) -> None:
    release.upgrade(VARIANTS["as root"][0])
    seen = probe(release.job(), "migration")
    # The data volume belongs to root here, and root without its capabilities may still use it.
    assert seen["writable"] == ["/app/backend/data", "/tmp"]


def test_what_a_manifest_allows_would_be_seen(release: Release) -> None:
    lax = {"readOnlyRootFilesystem": False, "capabilities": {"drop": ["CHOWN"]}}
    values, _ = VARIANTS["as root"]
    release.upgrade(values, {"migration": {"containerSecurityContext": lax}})
    seen = probe(release.job(), "migration")
    assert {"/", "/app", "/etc"} <= set(seen["writable"])
    assert int(seen["status"]["CapEff"][0], 16) & 0b11 == 0b10  # CHOWN is gone, DAC_OVERRIDE not


def test_the_environment_is_the_manifests_and_nothing_else(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////of-the-caller.db")
    monkeypatch.setenv("BACKUP_DIR", "/of-the-caller")
    release.upgrade(
        PREVIEW,
        {"extraEnvVars": [{"name": "GREETING", "value": "$(HOME) and $$(HOME) and $(NOBODY)"}]},
    )
    container = release.job().container("migration")
    seen = probe(release.job(), "migration")["environment"]
    assert set(seen) == {*ENVIRONMENT, *(one["name"] for one in container["env"])}
    password = release.cluster.data("Secret", "demo-secrets")["POSTGRES_PASSWORD"]
    assert seen["DATABASE_URL"] == f"postgresql://openwebui:{password}@demo-postgres:5432/openwebui"
    assert seen["BACKUP_DIR"] == "/backup/librechat-backup"
    assert seen["HOME"] == "/tmp"
    assert seen["GREETING"] == "/root and $(HOME) and $(NOBODY)"


def test_a_password_of_ones_own_becomes_part_of_the_url(release: Release) -> None:
    release.existing = [secret("theirs", password="made-by-hand")]
    auth = {"existingSecret": "theirs", "existingSecretKey": "password"}
    release.upgrade(PREVIEW, {"postgresql": {"auth": auth}})
    pods = {"migration": release.job(), "open-webui": Pod(release.rendered.server, release.cluster)}
    for name, pod in pods.items():
        found = probe(pod, name)["environment"]["DATABASE_URL"]
        assert found == "postgresql://openwebui:made-by-hand@demo-postgres:5432/openwebui"


def test_job_and_server_agree_where_the_data_is(release: Release) -> None:
    release.upgrade(PREVIEW)
    job = probe(release.job(), "migration")["environment"]
    server = probe(Pod(release.rendered.server, release.cluster), "open-webui")["environment"]
    for name in ("DATABASE_URL", "WEBUI_SECRET_KEY", *SHARED):
        assert job[name] == server[name]
        assert job[name]
