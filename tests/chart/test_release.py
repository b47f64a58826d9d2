"""What only a cluster shows: notes, secrets that survive, and the size of a release."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.support.helm import RELEASE, VALUES, chart, run_helm, template
from tests.support.kubernetes_stand_in import Api, discovery, kubeconfig, serve

pytestmark = pytest.mark.chart

SECRET = "/api/v1/namespaces/chat/secrets/demo-secrets"
LIMIT = 1024 * 1024  # of an object in etcd, for ConfigMaps and Secrets (Kubernetes documentation)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serve(tmp_path / "cluster") as running:
        running.objects.update(discovery())
        yield running


def helm_install(api: Api, *options: str, values: Sequence[Path]) -> str:
    """What Helm prints of an installation that asks the cluster and changes nothing."""
    files: list[str | Path] = []
    for file in values:
        files += ["--values", file]
    done = run_helm(
        "install",
        RELEASE,
        chart(),
        "--namespace=chat",
        "--dry-run=server",
        "--disable-openapi-validation",
        f"--kubeconfig={kubeconfig(api)}",
        *options,
        *files,
        HELM_CACHE_HOME=str(api.home),
        HOME=str(api.home),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def install(api: Api, *values: Path) -> tuple[str, list[dict[str, Any]]]:
    """The notes and the manifests of an installation."""
    manifests, _, notes = helm_install(api, values=values).partition("NOTES:")
    text = manifests[manifests.index("---") :]
    return notes, [one for one in yaml.safe_load_all(text) if one]


def secret_data(manifests: list[dict[str, Any]]) -> dict[str, str]:
    (secret,) = [one for one in manifests if one["kind"] == "Secret"]
    assert secret["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    return {name: base64.b64decode(value).decode() for name, value in secret["data"].items()}


def test_secrets_are_made_up_once_and_kept(api: Api) -> None:
    first = secret_data(install(api)[1])
    assert len(first["WEBUI_SECRET_KEY"]) >= 32
    assert len(first["POSTGRES_PASSWORD"]) >= 24
    assert secret_data(install(api)[1]) != first, "every installation has its own"
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in first.items()}
    api.objects[SECRET] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "demo-secrets",
            "namespace": "chat",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {
                "meta.helm.sh/release-name": RELEASE,
                "meta.helm.sh/release-namespace": "chat",
            },
        },
        "data": encoded,
    }
    assert secret_data(install(api)[1]) == first


def test_a_password_with_special_characters_reaches_the_database() -> None:
    password = "p@ss w/rd+%:é"
    values = {"postgresql": {"auth": {"password": password}}, "webuiSecretKey": "given"}
    data = secret_data(list(template(values=values).manifests))
    assert data["WEBUI_SECRET_KEY"] == "given"
    assert data["POSTGRES_PASSWORD"] == password
    url = urlsplit(data["DATABASE_URL"])
    assert unquote(url.password or "") == password
    assert (url.hostname, url.port, url.path) == ("demo-postgres", 5432, "/openwebui")


def test_nothing_is_kept_in_our_secret_that_lies_elsewhere() -> None:
    assert not template(VALUES / "existing-secrets.yaml").of("Secret")
    data = secret_data(list(template(VALUES / "external-database.yaml").manifests))
    assert sorted(data) == ["DATABASE_URL", "WEBUI_SECRET_KEY"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "documented-preview",
            ["A PREVIEW", "set migration.dryRun to false", "replaced by itself"],
        ),
        ("documented-run", ["The MIGRATION runs", "set migration.enabled to false"]),
        ("no-rbac", ["kubectl -n chat delete job demo-migration"]),
        ("documented-afterwards", ["set migration.enabled"]),
        ("official-values", ["does not use them: websocket", "https://chat.example.com"]),
    ],
)
def test_notes_say_what_comes_next(api: Api, file: str, expected: list[str]) -> None:
    notes, manifests = install(api, VALUES / f"{file}.yaml")
    for words in expected:
        assert words in " ".join(notes.split())
    if any(one["kind"] == "Job" for one in manifests):
        assert "kubectl -n chat logs -f job/demo-migration" in notes


def there(api: Api, file: str, *conditions: str) -> None:
    """Let the cluster have the Job of a values file, with conditions that are true."""
    job = copy.deepcopy(template(VALUES / f"{file}.yaml").job)
    owner = {"meta.helm.sh/release-name": RELEASE, "meta.helm.sh/release-namespace": "chat"}
    job["metadata"]["annotations"] |= owner
    job["status"] = {"conditions": [{"type": kind, "status": "True"} for kind in conditions]}
    api.objects["/apis/batch/v1/namespaces/chat/jobs/demo-migration"] = job


@pytest.mark.parametrize(
    ("file", "conditions", "expected"),
    [
        ("documented-run", [], "The MIGRATION is still at work as job/demo-migration, and is not"),
        ("documented-run", ["SuccessCriteriaMet", "Complete"], "The MIGRATION has finished as job"),
        ("documented-run", ["FailureTarget", "Failed"], "The MIGRATION failed, and is tried again"),
        ("documented-preview", ["Failed"], "The PREVIEW of the migration failed, and is tried"),
        ("no-rbac", ["Failed"], "To try again, delete that job"),
        ("helm-hook", ["Complete"], "runs as job/demo-migration"),
    ],
)
def test_notes_say_what_becomes_of_the_same_job(
    api: Api, file: str, conditions: list[str], expected: str
) -> None:
    there(api, file, *conditions)
    assert expected in " ".join(install(api, VALUES / f"{file}.yaml")[0].split())


def test_notes_of_another_job_say_that_the_new_one_runs(api: Api) -> None:
    there(api, "documented-preview", "Complete")
    assert "The MIGRATION runs as" in install(api, VALUES / "documented-run.yaml")[0]


def stored(release: dict[str, Any]) -> int:
    """How many bytes of its Secret a release takes (Helm 3.19, ``storage/driver/util.go``)."""
    text = json.dumps(release, separators=(",", ":")).encode()
    return len(base64.b64encode(gzip.compress(text, 9)))


def held(configmap: dict[str, Any]) -> int:
    """How many bytes of a ConfigMap count (Kubernetes 1.33, ``ValidateConfigMap``)."""
    plain = [text.encode() for text in configmap.get("data", {}).values()]
    binary = [base64.b64decode(text) for text in configmap.get("binaryData", {}).values()]
    return sum(map(len, [*plain, *binary]))


def test_configmap_and_release_fill_less_than_half_of_what_the_cluster_takes(api: Api) -> None:
    release = json.loads(helm_install(api, "--output=json", values=[VALUES / "everything.yaml"]))
    assert {"chart", "manifest", "hooks"} <= release.keys()
    assert stored(release) < LIMIT / 2
    configmap = template(VALUES / "everything.yaml").get("ConfigMap", "demo-migration")
    assert held(configmap) < LIMIT / 2
