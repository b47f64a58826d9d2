"""The script that deletes an older migration Job, against a stand-in for the Kubernetes API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.helm import VALUES, environment, template
from tests.support.kubernetes_stand_in import Api, serve

pytestmark = pytest.mark.chart

PATH = "/apis/batch/v1/namespaces/chat/jobs/demo-migration"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serve(tmp_path / "account") as running:
        yield running


def replace_job(api: Api, *, timeout: str = "30", host: str = "127.0.0.1") -> tuple[int, str]:
    """Run the container of the rendered hook; its exit status and log."""
    hook = template(VALUES / "documented-run.yaml").get("Job", "demo-migration-replace")
    (container,) = hook["spec"]["template"]["spec"]["containers"]
    python, *options = container["command"]
    assert python == "python"
    done = subprocess.run(
        [sys.executable, *options, *container["args"]],
        env={
            **environment(container),
            "TIMEOUT_SECONDS": timeout,
            "KUBERNETES_SERVICE_HOST": host,
            "KUBERNETES_SERVICE_PORT_HTTPS": str(api.port),
            "SERVICE_ACCOUNT_DIR": str(api.home),
            "PATH": os.environ["PATH"],
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert not done.stderr
    return done.returncode, done.stdout


def job(
    spec: str, *conditions: str, release: str = "demo", uid: str = "uid-1", **meta: Any
) -> dict[str, Any]:
    annotations = {"open-webui-stack/spec": spec, "meta.helm.sh/release-name": release}
    reason = {"status": "True", "reason": "BackoffLimitExceeded"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "demo-migration", "uid": uid, "annotations": annotations, **meta},
        "status": {"conditions": [{"type": kind, **reason} for kind in conditions]},
    }


def new_spec() -> str:
    annotations = template(VALUES / "documented-run.yaml").job["metadata"]["annotations"]
    return str(annotations["open-webui-stack/spec"])


def test_the_first_migration_finds_nothing_to_do(api: Api) -> None:
    status, log = replace_job(api)
    assert (status, log) == (0, "There is no older Job demo-migration.\n")
    assert api.requests == [("GET", PATH, None)]


@pytest.mark.parametrize("ended", [[], ["SuccessCriteriaMet", "Complete"], ["Suspended"]])
def test_an_unchanged_job_stays(api: Api, ended: list[str]) -> None:
    api.objects[PATH] = job(new_spec(), *ended)
    status, log = replace_job(api)
    assert status == 0
    assert "is the same as the new one and stays" in log
    assert [method for method, _, _ in api.requests] == ["GET"]


@pytest.mark.parametrize("ended", [["FailureTarget"], ["FailureTarget", "Failed"], ["Failed"]])
def test_an_unchanged_job_that_failed_is_tried_again(api: Api, ended: list[str]) -> None:
    api.objects[PATH] = job(new_spec(), *ended)
    status, log = replace_job(api)
    assert status == 0
    assert "failed (BackoffLimitExceeded) and is tried again" in log
    assert PATH not in api.objects


def test_what_did_not_come_true_is_no_failure(api: Api) -> None:
    api.objects[PATH] = job(new_spec(), "Failed")
    api.objects[PATH]["status"]["conditions"][0]["status"] = "False"
    assert replace_job(api)[0] == 0
    assert PATH in api.objects


def test_a_failed_job_of_somebody_else_is_not_deleted(api: Api) -> None:
    api.objects[PATH] = job(new_spec(), "Failed", release="another")
    status, log = replace_job(api)
    assert status == 1
    assert "does not belong to the release demo" in log


def test_a_changed_job_is_deleted_with_its_pods_and_waited_for(api: Api) -> None:
    api.objects[PATH] = job("of the preview")
    api.polls_until_gone = 2
    status, log = replace_job(api)
    assert status == 0
    assert log.splitlines()[-1] == "Job demo-migration is gone."
    assert PATH not in api.objects
    (deletion,) = [body for method, _, body in api.requests if method == "DELETE"]
    assert deletion == {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": "Foreground",
        "preconditions": {"uid": "uid-1"},
    }


def test_a_job_that_is_being_deleted_is_only_waited_for(api: Api) -> None:
    api.objects[PATH] = job("old", deletionTimestamp="2026-03-01T12:00:00Z")
    api.polls_until_gone = 1
    assert replace_job(api)[0] == 0
    assert [method for method, _, _ in api.requests] == ["GET", "GET"]


def test_a_job_that_was_replaced_meanwhile_is_looked_at_again(api: Api) -> None:
    """Between looking and deleting, somebody made the new Job: it must survive."""
    api.objects[PATH] = job("old")

    def somebody_else(method: str, path: str) -> None:
        if method == "DELETE":
            api.objects[path] = job(new_spec(), uid="uid-2")

    api.before = somebody_else
    status, log = replace_job(api)
    assert status == 0
    assert "is the same as the new one and stays" in log
    assert api.objects[PATH]["metadata"]["uid"] == "uid-2"


def test_a_job_of_somebody_else_is_not_deleted(api: Api) -> None:
    api.objects[PATH] = job("old", release="another")
    status, log = replace_job(api)
    assert status == 1
    assert "does not belong to the release demo" in log
    assert "kubectl delete job demo-migration" in log
    assert PATH in api.objects


def test_a_job_that_does_not_end_fails_the_upgrade(api: Api) -> None:
    api.objects[PATH] = job("old")
    api.polls_until_gone = 1_000_000
    status, log = replace_job(api, timeout="0.5")
    assert status == 1
    assert "did not end in time" in log


def test_what_the_api_refuses_is_told(api: Api) -> None:
    (api.home / "token").write_text("expired")
    status, log = replace_job(api)
    assert (status, log) == (1, "Job demo-migration cannot be read: Unauthorized (status 401)\n")


def test_the_certificate_is_checked(api: Api) -> None:
    api.objects[PATH] = job("old")
    status, log = replace_job(api, host="localhost")  # the certificate is for 127.0.0.1
    assert status == 1
    assert "CERTIFICATE_VERIFY_FAILED" in log
    assert not api.requests, "the token must not be sent"
