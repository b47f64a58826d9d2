"""Every values file gives manifests that Kubernetes accepts, and that hang together."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.support.helm import VALUES, Rendered, chart, run_helm, template

pytestmark = pytest.mark.chart

FILES = sorted(VALUES.glob("*.yaml"))
KUBERNETES = ("1.29.0", "1.33.0", "1.36.0")


def name_of(path: Path) -> str:
    return path.stem


def test_there_are_many_real_uses() -> None:
    assert len(FILES) >= 20
    contents = [yaml.safe_load(file.read_text()) for file in FILES]
    assert len({yaml.safe_dump(content) for content in contents}) == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_lint_finds_nothing(file: Path) -> None:
    done = run_helm("lint", "--strict", chart(), "--values", file, "--kube-version", "1.33.0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_kubernetes_accepts_it(file: Path) -> None:
    for version in KUBERNETES:
        for manifest in template(file).manifests:
            assert accepted_by(json.dumps(manifest), version) == version.rpartition(".")[0]


@functools.cache
def accepted_by(manifest: str, version: str) -> str:
    """Many files give the same Service; one look at it is enough."""
    used: str = kubernetes_validate.validate(json.loads(manifest), version, strict=True)
    return used


def test_validation_would_notice() -> None:
    job = yaml.safe_load(yaml.safe_dump(template(VALUES / "documented-run.yaml").job))
    job["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesystem"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, KUBERNETES[0], strict=True)


def pods(rendered: Rendered) -> list[dict[str, Any]]:
    kinds = ("Deployment", "StatefulSet", "Job")
    return [one["spec"]["template"]["spec"] for one in rendered.manifests if one["kind"] in kinds]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_everything_that_is_named_exists(file: Path) -> None:
    """Volumes behind mounts, keys of our own secret, claims and ConfigMaps that we make."""
    rendered = template(file)
    secrets = {one["metadata"]["name"]: set(one["data"]) for one in rendered.of("Secret")}
    for pod in pods(rendered):
        volumes = [volume["name"] for volume in pod["volumes"]] if "volumes" in pod else []
        assert len(volumes) == len(set(volumes))
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            mounted = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
            assert len(mounted) == len(set(mounted))
            claimed = {"postgres-data"}  # from the StatefulSet's own claim template
            for mount in container.get("volumeMounts", []):
                assert mount["name"] in {*volumes, *claimed}
            variables = [variable["name"] for variable in container.get("env", [])]
            assert len(variables) == len(set(variables)), "a variable is given twice"
            for variable in container.get("env", []):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference and reference["name"] == "demo-secrets":
                    assert reference["key"] in secrets["demo-secrets"]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_secret_values_stand_in_the_secret_only(file: Path) -> None:
    values = yaml.safe_load(file.read_text())
    given = [
        values.get("databaseUrl"),
        values.get("webuiSecretKey"),
        *values.get("openaiApiKeys", []),
    ]
    storage = values.get("persistence", {})
    given += [storage.get("s3", {}).get(key) for key in ("accessKey", "secretKey")]
    given += [storage.get("azure", {}).get("key")]
    rendered = template(file)
    elsewhere = json.dumps([one for one in rendered.manifests if one["kind"] != "Secret"])
    for secret in rendered.of("Secret"):
        for encoded in secret["data"].values():
            assert encoded not in elsewhere
    for value in filter(None, given):
        assert value not in elsewhere


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_selectors_meet_their_pods(file: Path) -> None:
    rendered = template(file)
    labels = [
        one["spec"]["template"]["metadata"]["labels"]
        for kind in ("Deployment", "StatefulSet")
        for one in rendered.of(kind)
    ]
    for kind in ("Deployment", "StatefulSet"):
        for one in rendered.of(kind):
            selected = one["spec"]["selector"]["matchLabels"]
            assert selected.items() <= one["spec"]["template"]["metadata"]["labels"].items()
    for service in rendered.of("Service"):
        hits = [each for each in labels if service["spec"]["selector"].items() <= each.items()]
        assert len(hits) == 1, "a service must reach exactly one workload"
    for job in rendered.of("Job"):
        pod = job["spec"]["template"]["metadata"]["labels"]
        for service in rendered.of("Service"):
            assert not service["spec"]["selector"].items() <= pod.items()


def test_defaults_install_open_webui_and_postgresql_only() -> None:
    rendered = template(VALUES / "defaults.yaml")
    assert sorted((one["kind"], one["metadata"]["name"]) for one in rendered.manifests) == [
        ("PersistentVolumeClaim", "demo-open-webui"),
        ("Secret", "demo-secrets"),
        ("Service", "demo-open-webui"),
        ("Service", "demo-postgres"),
        ("ServiceAccount", "demo-open-webui"),
        ("StatefulSet", "demo-open-webui"),
        ("StatefulSet", "demo-postgres"),
    ]
    postgres = rendered.get("StatefulSet", "demo-postgres")
    assert postgres["metadata"]["labels"]["app.kubernetes.io/component"] == "postgres"
    pod = postgres["spec"]["template"]
    assert pod["metadata"]["labels"]["app.kubernetes.io/component"] == "postgres"
    assert pod["spec"]["containers"][0]["image"] == "postgres:16.10"
    assert rendered.server["containers"][0]["image"] == "ghcr.io/open-webui/open-webui:v0.12.4"


def test_only_the_job_beside_an_open_webui_of_the_official_chart() -> None:
    rendered = template(VALUES / "official-server.yaml")
    assert {(one["kind"], one["metadata"]["name"]) for one in rendered.manifests} == {
        ("Secret", "demo-secrets"),
        ("ConfigMap", "demo-migration"),
        ("Job", "demo-migration"),
        *((kind, "demo-migration-replace") for kind in ("ServiceAccount", "Role", "RoleBinding")),
        ("Job", "demo-migration-replace"),
    }


def test_ingress_of_an_official_values_file() -> None:
    (ingress,) = template(VALUES / "official-values.yaml").of("Ingress")
    spec = ingress["spec"]
    assert [rule["host"] for rule in spec["rules"]] == ["chat.example.com", "talk.example.com"]
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [
        {"hosts": ["chat.example.com", "talk.example.com"], "secretName": "chat-tls"}
    ]


def test_a_single_writer_volume_does_not_deadlock_a_rolling_update() -> None:
    deployment = template(VALUES / "network.yaml").of("Deployment")[0]
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert (
        deployment["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] == 3000
    )
