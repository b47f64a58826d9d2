"""What only a cluster shows: notes, secrets that survive, and the size of a release."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.support.helm import CHART, RELEASE, VALUES, run_helm, template
from tests.support.kubernetes_stand_in import Api, discovery, kubeconfig, serve

pytestmark = pytest.mark.chart

SECRET = "/api/v1/namespaces/chat/secrets/demo-secrets"
LIMIT = 1024 * 1024  # of an object in etcd, for ConfigMaps and Secrets (Kubernetes documentation)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serve(tmp_path / "cluster") as running:
        running.objects.update(discovery())
        yield running


def install(api: Api, *values: Path) -> tuple[str, list[dict[str, Any]]]:
    """The notes and the manifests of an installation that asks the cluster and changes nothing."""
    files: list[str | Path] = []
    for file in values:
        files += ["--values", file]
    done = run_helm(
        "install",
        RELEASE,
        CHART,
        "--namespace=chat",
        "--dry-run=server",
        "--disable-openapi-validation",
        f"--kubeconfig={kubeconfig(api)}",
        *files,
        HELM_CACHE_HOME=str(api.home),
        HOME=str(api.home),
    )
    assert done.returncode == 0, done.stderr
    manifests, _, notes = done.stdout.partition("NOTES:")
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


def test_configmap_and_release_fit_into_the_cluster() -> None:
    """Helm keeps chart, values and manifests of a release gzipped and base64 in one Secret."""
    rendered = template(VALUES / "everything.yaml")
    configmap = rendered.get("ConfigMap", "demo-migration")
    assert len(json.dumps(configmap)) < LIMIT
    files = {
        path.name: base64.b64encode(path.read_bytes()).decode()
        for path in CHART.rglob("*")
        if path.is_file() and path.suffix != ".gotmpl"
    }
    release = json.dumps({"chart": files, "manifest": rendered.text}).encode()
    # As text inside the Secret it is base64 once more, on the way to the cluster.
    assert len(base64.b64encode(gzip.compress(release, 9))) < LIMIT
