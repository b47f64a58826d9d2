"""The migration Job: what it runs, as whom, with what, and where."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrator_core.settings import Settings, extra
from owui_function.bundle import build
from scripts.make_chart import zipped
from tests.support.helm import (
    SOURCES,
    VALUES,
    HelmError,
    environment,
    mounts,
    template,
)

pytestmark = pytest.mark.chart

FILES = sorted(VALUES.glob("*.yaml"))
WITH_JOB = [
    file for file in FILES if file.stem not in {"defaults", "documented-afterwards", "network"}
]
CONTRACT = {
    "enabled": False,
    "dryRun": True,
    "backupDir": "librechat-backup",
    "backupPvc": "",
    "backupArchivePvc": "",
    "preferImportPassword": False,
    "defaultModel": "gpt-4o",
}


def migration(**values: Any) -> dict[str, Any]:
    """Values of a migration that can be rendered."""
    return {"migration": {"enabled": True, "backupPvc": "librechat-backup", **values}}


def test_defaults_are_the_documented_ones() -> None:
    values = yaml.safe_load((SOURCES / "values.yaml").read_text())["migration"]
    assert {name: values[name] for name in CONTRACT} == CONTRACT


@pytest.mark.parametrize("file", WITH_JOB, ids=lambda file: file.stem)
def test_the_job_is_hardened(file: Path) -> None:
    pod = template(file).pod
    assert pod["restartPolicy"] == "Never"
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    for container in [*pod["initContainers"], *pod["containers"]]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["privileged"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"
        assert container["resources"]["limits"]["memory"]
    found = mounts(pod["containers"][0])
    assert found["/backup"]["readOnly"] is True
    assert found["/migration"]["readOnly"] is True
    backup = next(volume for volume in pod["volumes"] if volume["name"] == "backup")
    assert backup["persistentVolumeClaim"]["readOnly"] is True


def effective_user(pod: dict[str, Any], container: dict[str, Any]) -> int | None:
    merged = {**pod.get("securityContext", {}), **container.get("securityContext", {})}
    return merged.get("runAsUser")


@pytest.mark.parametrize("file", WITH_JOB, ids=lambda file: file.stem)
def test_the_job_is_the_servers_user(file: Path) -> None:
    rendered = template(file)
    if file.stem in {"official-server", "official-server-postgres", "everything"}:
        return
    assert effective_user(rendered.pod, rendered.pod["containers"][0]) == effective_user(
        rendered.server, rendered.server["containers"][0]
    )


@pytest.mark.parametrize(
    ("file", "user", "group", "non_root"),
    [
        ("documented-run", 1000, 1000, True),
        ("official-values", 1001, 1001, True),
        ("official-server-postgres", 1001, 1001, True),
        ("official-server", None, None, None),  # the image's own, as the official chart leaves it
        ("as-root", 0, None, None),
        ("everything", 2000, 2000, True),
    ],
)
def test_users(file: str, user: int | None, group: int | None, non_root: bool | None) -> None:
    pod = template(VALUES / f"{file}.yaml").pod
    for container in [*pod["initContainers"], *pod["containers"]]:
        assert effective_user(pod, container) == user
        assert container["securityContext"].get("runAsNonRoot") == non_root
    assert pod["securityContext"].get("fsGroup") == group


@pytest.mark.parametrize("file", WITH_JOB, ids=lambda file: file.stem)
def test_the_job_sees_what_the_server_sees(file: Path) -> None:
    rendered = template(file)
    pod = rendered.pod
    job = environment(pod["containers"][0])
    for container in [pod["initContainers"][0], pod["containers"][0]]:
        assert environment(container)["ENABLE_DB_MIGRATIONS"] == "false"
        assert container["workingDir"] == "/app/backend"
    assert "WEBUI_SECRET_KEY" in job
    if not rendered.of("StatefulSet") and not rendered.of("Deployment"):
        return
    server = rendered.server["containers"][0]
    server_only = {"HOME", "OLLAMA_BASE_URLS", "ENABLE_OPENAI_API", "OPENAI_API_BASE_URLS"}
    server_only |= {"OPENAI_API_KEY", "OPENAI_API_KEYS", "PORT"}
    shared = {k: v for k, v in environment(server).items() if k not in server_only}
    assert shared.items() <= job.items()
    assert mounts(server)["/app/backend/data"] == mounts(pod["containers"][0])["/app/backend/data"]
    data = [volume for volume in pod["volumes"] if volume["name"] == "data"]
    assert data == [volume for volume in rendered.server["volumes"] if volume["name"] == "data"]
    assert (server.get("envFrom") or []) == (pod["containers"][0].get("envFrom") or [])[
        : len(server.get("envFrom") or [])
    ]
    if file.stem not in {"own-image", "everything"}:
        assert pod["containers"][0]["image"] == server["image"]


def test_every_setting_can_be_given() -> None:
    """The chart's values are views of the program's settings: none is missing."""
    job = environment(template(VALUES / "everything.yaml").pod["containers"][0])
    for field in Settings.model_fields.values():
        assert extra(field)["env"] in job
    assert job["BACKUP_DIR"] == "/backup/old/librechat-backup-20260301-120000"
    assert job["DRY_RUN"] == "false"
    assert job["PREFER_IMPORT_PASSWORD"] == "true"
    assert job["MIGRATION_EXISTING_ACCOUNTS"] == "skip"
    assert job["MIGRATION_TENANT"] == "north #1"
    assert job["MIGRATION_EDITORS"] == "write"
    assert job["MIGRATION_DEFAULT_MODEL"] == "claude-sonnet-4"
    assert yaml.safe_load(job["MIGRATION_MODEL_MAP"]) == {
        "anthropic/claude-sonnet-4-20250514": "claude-sonnet-4",
        "gpt-4-turbo": 'gpt-4o "turbo"',
    }
    assert job["MIGRATION_REPORT_DIR"] == "/reports/librechat"
    assert job["MIGRATION_INDEX"] == "none"
    assert job["MIGRATION_INCLUDE_TEMPORARY"] == "true"
    assert job["MIGRATION_ALLOW_INCOMPLETE"] == "true"
    assert job["MIGRATION_FAIL_ON_WARNINGS"] == "true"
    assert job["MIGRATION_VERIFY"] == "true"
    assert job["MIGRATION_ONLY"] == "users,conversations"
    assert job["MIGRATION_USERS"] == "ada@example.org,grace@example.org"
    assert job["MIGRATION_SINCE"] == "2026-03-01"
    assert job["MIGRATION_TERMINATION_LOG"] == "/dev/termination-log"


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"backupPvc": "b"}, "/backup/librechat-backup"),
        ({"backupPvc": "b", "backupDir": "."}, "/backup"),
        ({"backupPvc": "b", "backupDir": "a/b/"}, "/backup/a/b"),
        ({"backupPvc": "", "backupArchivePvc": "b"}, "/backup"),
        (
            {"backupPvc": "", "backupArchivePvc": "b", "backupArchive": "x.tar.gz"},
            "/backup/x.tar.gz",
        ),
    ],
)
def test_where_the_backup_is(values: dict[str, str], path: str) -> None:
    pod = template(values=migration(**values)).pod
    assert environment(pod["containers"][0])["BACKUP_DIR"] == path
    backup = next(volume for volume in pod["volumes"] if volume["name"] == "backup")
    assert backup["persistentVolumeClaim"]["claimName"] == "b"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"migration": {"enabled": True}}, "Set migration.backupPvc to the claim"),
        (migration(backupArchivePvc="other"), "Set only one: backupPvc for an extracted backup"),
        (migration(backupDir="/backup"), "migration.backupDir must be a path inside the claim"),
        (migration(backupDir="../../etc"), "migration.backupDir must be a path inside the claim"),
        (
            migration(backupPvc="", backupArchivePvc="a", backupArchive="/x.tar.gz"),
            "migration.backupArchive must be a path inside the claim",
        ),
        (migration(program="image"), "set migration.image.repository"),
        (
            migration(program="image", image={"repository": "r"}, installBson=True),
            "migration.installBson is not needed",
        ),
        (
            migration() | {"persistence": {"enabled": False}, "postgresql": {"enabled": False}},
            "Set databaseUrl or databaseUrlExistingSecret",
        ),
        (migration() | {"persistence": {"enabled": False}}, "migrated files would be lost"),
        (migration() | {"openWebui": {"enabled": False}}, "set persistence.existingClaim"),
        (
            migration() | {"persistence": {"accessModes": ["ReadWriteOncePod"]}},
            "only one pod can mount the data volume",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_set(
    values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(HelmError) as refused:
        template(values=values)
    assert sentence in str(refused.value)


def test_nothing_is_refused_while_the_migration_is_off() -> None:
    template(values={"migration": {"enabled": False, "backupPvc": "a", "backupArchivePvc": "b"}})


def test_the_pod_shows_how_it_ended() -> None:
    """Final exits end the Job at once; a run that was aborted is tried again."""
    spec = template(VALUES / "documented-run.yaml").job["spec"]
    fail, ignore = spec["podFailurePolicy"]["rules"]
    assert fail["action"] == "FailJob"
    assert fail["onExitCodes"]["values"] == [2, 10, 11, 20, 40]
    assert ignore == {
        "action": "Ignore",
        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
    }
    assert spec["backoffLimit"] == 2
    assert "ttlSecondsAfterFinished" not in spec, "the logs must stay readable"
    assert "activeDeadlineSeconds" not in spec
    everything = template(VALUES / "everything.yaml").job["spec"]
    assert (everything["backoffLimit"], everything["ttlSecondsAfterFinished"]) == (0, 0)
    assert everything["activeDeadlineSeconds"] == 3600


def test_the_node_of_the_server() -> None:
    expected = {
        "documented-run": {"app.kubernetes.io/component": "open-webui"},
        "official-server": {"app.kubernetes.io/component": "open-webui"},
        "official-server-postgres": {"app.kubernetes.io/instance": "chat"},
        "read-write-many": None,
        "stateless": None,
        "s3": None,
        "everything": None,
    }
    for file, labels in expected.items():
        rendered = template(VALUES / f"{file}.yaml")
        affinity = rendered.pod.get("affinity", {}).get("podAffinity")
        if labels is None:
            assert affinity is None, file
            continue
        (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        assert labels.items() <= term["labelSelector"]["matchLabels"].items()
        if rendered.of("StatefulSet"):
            server = rendered.get("StatefulSet", "demo-open-webui")["spec"]["template"]
            assert (
                term["labelSelector"]["matchLabels"].items() <= server["metadata"]["labels"].items()
            )


def test_pymongo_is_installed_only_on_request() -> None:
    pod = template(VALUES / "mongodump.yaml").pod
    install = next(one for one in pod["initContainers"] if one["name"] == "install-bson")
    assert install["command"][-1].startswith("pymongo==")
    assert "--no-deps" in install["command"]
    assert environment(install)["PIP_INDEX_URL"] == "https://mirror.example.com/simple"
    assert "DATABASE_URL" not in environment(install), "pip needs no secrets"
    assert environment(pod["containers"][0])["PYTHONPATH"] == "/opt/bson"
    assert mounts(pod["containers"][0])["/opt/bson"]["readOnly"] is True
    others = template(VALUES / "documented-run.yaml").pod
    assert [one["name"] for one in others["initContainers"]] == ["wait"]


def test_the_configmap_holds_the_files_as_they_are() -> None:
    rendered = template(VALUES / "documented-run.yaml")
    configmap = rendered.get("ConfigMap", "demo-migration")
    waiting = (SOURCES / "files" / "wait.py").read_text(encoding="utf-8")
    state = (SOURCES / "files" / "state.gotmpl").read_text(encoding="utf-8")
    assert configmap["data"] == {"state": state, "wait.py": waiting}
    (name,) = configmap["binaryData"]
    assert base64.b64decode(configmap["binaryData"][name]) == zipped(build().command_line)
    (container,) = rendered.pod["containers"]
    assert container["command"] == ["python", f"/migration/{name}"]
    own = template(VALUES / "own-image.yaml")
    assert own.get("ConfigMap", "demo-migration")["data"] == {"state": state, "wait.py": waiting}
    assert "binaryData" not in own.get("ConfigMap", "demo-migration")
    assert own.pod["containers"][0]["command"] == ["librechat-migrate"]
    assert own.pod["containers"][0]["image"] == "registry.example.com/librechat-migrate:0.12.4"


def test_helm_waits_for_a_hook() -> None:
    rendered = template(VALUES / "helm-hook.yaml")
    annotations = rendered.job["metadata"]["annotations"]
    assert annotations["helm.sh/hook"] == "post-install,post-upgrade"
    assert annotations["helm.sh/hook-delete-policy"] == "before-hook-creation"
    assert len(rendered.of("Job")) == 1, "no second Job is needed to replace it"
    assert (
        "helm.sh/hook"
        not in template(VALUES / "documented-run.yaml").job["metadata"]["annotations"]
    )


def spec_of(**values: Any) -> str:
    annotations = template(values=migration(**values)).job["metadata"]["annotations"]
    return str(annotations["open-webui-stack/spec"])


def test_only_a_change_gives_a_new_job() -> None:
    preview = spec_of()
    assert preview == spec_of(labels={"team": "chat"}, annotations={"a": "b"})
    for change in (
        {"dryRun": False},
        {"rerun": "2"},
        {"backoffLimit": 5},
        {"modelMap": {"a": "b"}},
    ):
        assert spec_of(**change) != preview


def test_replacing_may_touch_that_one_job_only() -> None:
    rendered = template(VALUES / "documented-run.yaml")
    name = "demo-migration-replace"
    assert rendered.get("Role", name)["rules"] == [
        {
            "apiGroups": ["batch"],
            "resources": ["jobs"],
            "resourceNames": ["demo-migration"],
            "verbs": ["get", "delete"],
        }
    ]
    for kind in ("ServiceAccount", "Role", "RoleBinding", "Job"):
        annotations = rendered.get(kind, name)["metadata"]["annotations"]
        assert annotations["helm.sh/hook"] == "pre-upgrade,pre-rollback"
        assert (int(annotations["helm.sh/hook-weight"]) < 0) is (kind != "Job")
    pod = rendered.get("Job", name)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (
        environment(container)["SPEC"]
        == rendered.job["metadata"]["annotations"]["open-webui-stack/spec"]
    )
    assert container["args"] == [(SOURCES / "files" / "replace_job.py").read_text(encoding="utf-8")]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    without = template(VALUES / "no-rbac.yaml")
    assert not without.of("Role")
    assert len(without.of("Job")) == 1


def secret(name: str, key: str) -> dict[str, Any]:
    return {"secretKeyRef": {"name": name, "key": key}}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "documented-run",
            {
                "WEBUI_SECRET_KEY": secret("demo-secrets", "WEBUI_SECRET_KEY"),
                "DATABASE_URL": secret("demo-secrets", "DATABASE_URL"),
                "STORAGE_PROVIDER": None,
            },
        ),
        ("sqlite", {"DATABASE_URL": None}),
        ("external-database", {"DATABASE_URL": secret("demo-secrets", "DATABASE_URL")}),
        (
            "existing-secrets",
            {
                "WEBUI_SECRET_KEY": secret("chat-keys", "webui"),
                "DATABASE_URL": secret("chat-database", "uri"),
            },
        ),
        (
            "bundled-database-existing-secret",
            {
                "POSTGRES_PASSWORD": secret("chat-postgres", "password"),
                "DATABASE_URL": "postgresql://chat:$(POSTGRES_PASSWORD)@demo-postgres:5432/chat",
            },
        ),
        (
            "database-components",
            {"DATABASE_URL": None, "DATABASE_PASSWORD": secret("chat-database", "password")},
        ),
        (
            "official-values",
            {
                "WEBUI_SECRET_KEY": secret("chat-keys", "webui"),
                "WEBUI_URL": "https://chat.example.com",
                "RAG_EMBEDDING_ENGINE": "openai",
            },
        ),
        (
            "s3",
            {
                "STORAGE_PROVIDER": "s3",
                "S3_BUCKET_NAME": "chat-files",
                "S3_REGION_NAME": "eu-central-1",
                "S3_ENDPOINT_URL": "https://s3.example.com",
                "S3_KEY_PREFIX": "openwebui",
                "S3_ACCESS_KEY_ID": secret("chat-s3", "id"),
                "S3_SECRET_ACCESS_KEY": secret("chat-s3", "secret"),
                "MIGRATION_REPORT_DIR": "/reports",
            },
        ),
        (
            "gcs-workload-identity",
            {
                "STORAGE_PROVIDER": "gcs",
                "GCS_BUCKET_NAME": "chat-files",
                "GOOGLE_APPLICATION_CREDENTIALS_JSON": None,
            },
        ),
        (
            "azure",
            {
                "STORAGE_PROVIDER": "azure",
                "AZURE_STORAGE_CONTAINER_NAME": "files",
                "AZURE_STORAGE_KEY": secret("demo-secrets", "AZURE_STORAGE_KEY"),
            },
        ),
        ("stateless", {"S3_SECRET_ACCESS_KEY": secret("demo-secrets", "S3_SECRET_ACCESS_KEY")}),
    ],
)
def test_where_open_webui_keeps_its_data(file: str, expected: dict[str, Any]) -> None:
    job = environment(template(VALUES / f"{file}.yaml").pod["containers"][0])
    assert {name: job.get(name) for name in expected} == expected
