"""The command that says how the migration stands, whatever has happened.

kubectl fills the chart's template in with the Jobs and pods of the cluster. Here Helm does, which
has the same templates of Go. Shapes of objects from the Kubernetes API reference (Job v1, Pod v1).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.guide import shell
from tests.support.helm import SOURCES, VALUES, run_helm, template

pytestmark = pytest.mark.chart

TEMPLATE = (SOURCES / "files" / "state.gotmpl").read_text(encoding="utf-8")
COMMAND = shell("kubectl get jobs,pods --sort-by=.metadata.creationTimestamp \\")
REPORTS = "librechat-migration/ on the claim demo-open-webui"
NOT_STARTED = {"waiting": {"reason": "PodInitializing"}}


def fill_in(objects: list[dict[str, Any]], folder: Path) -> str:
    """What kubectl prints with the template."""
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: state, version: 0.1.0}\n")
    (folder / "state").write_text(TEMPLATE)
    (folder / "values.yaml").write_text(yaml.safe_dump({"list": {"items": objects}}))
    (folder / "templates" / "out.yaml").write_text(
        'said: {{ tpl (.Files.Get "state") .Values.list | toJson }}'
    )
    done = run_helm("template", folder)
    assert done.returncode == 0, done.stderr
    said = yaml.safe_load(done.stdout)["said"]
    assert isinstance(said, str)
    return said


def job(status: dict[str, Any], name: str = "demo-migration", **annotations: str) -> dict[str, Any]:
    annotations = {"open-webui-stack/reports": REPORTS} | annotations
    return {
        "kind": "Job",
        "metadata": {"name": name, "namespace": "chat", "annotations": annotations},
        "status": status,
    }


def condition(kind: str, reason: str, message: str, status: str = "True") -> dict[str, str]:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def pod(name: str, status: dict[str, Any], **containers: dict[str, Any]) -> dict[str, Any]:
    states = [{"name": one, "state": state} for one, state in containers.items()]
    return {
        "kind": "Pod",
        "metadata": {"name": name, "creationTimestamp": "2026-03-01T12:00:03Z"},
        "status": {
            **status,
            "initContainerStatuses": states[:-1],
            "containerStatuses": states[-1:],
        },
    }


def ended(status: int, message: str = "", at: str = "12:00:09") -> dict[str, Any]:
    at = f"2026-03-01T{at}Z"
    said = {"message": message} if message else {}
    reason = "Error" if status else "Completed"
    return {"terminated": {"finishedAt": at, "exitCode": status, "reason": reason, **said}}


FINISHED = [
    job(
        {
            "succeeded": 1,
            "conditions": [
                condition("SuccessCriteriaMet", "CompletionsReached", "Reached it"),
                condition(
                    "Complete", "CompletionsReached", "Reached expected number of succeeded pods"
                ),
            ],
        }
    ),
    pod(
        "demo-migration-7xkqp",
        {
            "phase": "Succeeded",
            "conditions": [{"type": "Initialized", "status": "True", "reason": "PodCompleted"}],
        },
        wait=ended(0),
        migration=ended(
            0,
            "migrated 888, already there 0, skipped 12, failed 0 of 900 documents, 3 warnings\n",
            at="12:14:07",
        ),
    ),
]
GAVE_UP = "Gave up waiting for the database: The database chat on db cannot be reached: refused\n"
UNSCHEDULABLE = "0/2 nodes are available: 2 node(s) didn't match pod affinity rules."
TOO_FULL = 'Usage of EmptyDir volume "tmp" exceeds the limit "20Gi". '
FORBIDDEN = "Job demo-migration cannot be deleted: forbidden (status 403)\n"

SCENES: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "at work": (
        [
            job({"active": 1}),
            pod(
                "p",
                {"phase": "Running"},
                wait=ended(0),
                migration={"running": {"startedAt": "2026-03-01T12:00:09Z"}},
            ),
        ],
        [
            "Job demo-migration: at work",
            f"  reports: {REPORTS}",
            "Pod p of 2026-03-01T12:00:03Z: Running",
            "  wait: ended at 2026-03-01T12:00:09Z with exit status 0, Completed",
            "  migration: runs since 2026-03-01T12:00:09Z",
        ],
    ),
    "the database is down": (
        [
            job(
                {
                    "failed": 3,
                    "conditions": [
                        condition("FailureTarget", "BackoffLimitExceeded", "Limit reached"),
                        condition("Failed", "BackoffLimitExceeded", "Limit reached"),
                    ],
                }
            ),
            pod("p", {"phase": "Failed"}, wait=ended(30, GAVE_UP), migration=NOT_STARTED),
        ],
        [
            "Job demo-migration: Failed, BackoffLimitExceeded: Limit reached",
            "  wait: ended at 2026-03-01T12:00:09Z with exit status 30, Error",
            GAVE_UP.strip(),
            "  migration: has not started",
        ],
    ),
    "no node for it": (
        [
            job({"active": 1}),
            pod(
                "p",
                {
                    "phase": "Pending",
                    "conditions": [
                        condition("PodScheduled", "Unschedulable", UNSCHEDULABLE, "False")
                    ],
                },
            ),
        ],
        [
            "Pod p of 2026-03-01T12:00:03Z: Pending",
            f"  Unschedulable: {UNSCHEDULABLE}",
        ],
    ),
    "no image": (
        [
            job({"active": 1}),
            pod(
                "p",
                {
                    "phase": "Pending",
                    "conditions": [
                        condition("Ready", "ContainersNotReady", "unready: [migration]", "False")
                    ],
                },
                wait={"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling x"}},
                migration=NOT_STARTED,
            ),
        ],
        [
            "  wait: waits, ImagePullBackOff: Back-off pulling x",
            "  migration: has not started",
        ],
    ),
    "the scratch volume is full": (
        [
            job({"active": 1, "failed": 1}),
            pod(
                "p",
                {"phase": "Failed", "reason": "Evicted", "message": TOO_FULL},
                wait=ended(0),
                migration=ended(137),
            ),
        ],
        [
            f"Pod p of 2026-03-01T12:00:03Z: Failed, Evicted: {TOO_FULL}".rstrip(),
            "  migration: ended at 2026-03-01T12:00:09Z with exit status 137, Error",
        ],
    ),
    "it took too long, and its pod is gone": (
        [
            job(
                {
                    "failed": 1,
                    "conditions": [
                        condition("Failed", "DeadlineExceeded", "Job was active longer than that")
                    ],
                }
            )
        ],
        [
            "Job demo-migration: Failed, DeadlineExceeded: Job was active longer than that",
            f"  reports: {REPORTS}",
        ],
    ),
    "a quota allows no pod": (
        [job({})],
        ["Job demo-migration: has no pod; `kubectl describe job demo-migration` may say why"],
    ),
    "the old Job could not be replaced": (
        [
            job({"active": 1}, "demo-migration-replace"),
            pod("r", {"phase": "Failed"}, replace=ended(1, FORBIDDEN)),
        ],
        [
            "Job demo-migration-replace: at work",
            "  replace: ended at 2026-03-01T12:00:09Z with exit status 1, Error",
            FORBIDDEN.strip(),
        ],
    ),
    "nothing there": ([], ["There is no Job of a migration here."]),
}  # fmt: skip


@pytest.mark.parametrize("scene", SCENES)
def test_it_says_what_has_happened(scene: str, tmp_path: Path) -> None:
    objects, expected = SCENES[scene]
    said = fill_in(objects, tmp_path)
    lines = [line.rstrip() for line in said.splitlines()]
    assert [line for line in lines if line in expected] == expected, said
    assert "<no value>" not in said
    assert "ContainersNotReady" not in said, "that says nothing which the containers do not"
    assert said.endswith("\n")


def test_the_guide_shows_what_is_printed(tmp_path: Path) -> None:
    shown = COMMAND[COMMAND.index("") :]
    said = fill_in(FINISHED, tmp_path)
    assert [line for line in said.splitlines() if line] == [line for line in shown if line]


def test_kubectl_knows_all_words_of_the_template() -> None:
    """Helm's templates have functions that kubectl's do not."""
    spoken = re.sub(r'{{-? /\*.*?\*/ -?}}|"[^"]*"', "", TEMPLATE, flags=re.DOTALL)
    actions = " ".join(re.findall(r"{{(.*?)}}", spoken, re.DOTALL))
    words = set(re.findall(r"(?<![\w.$])[a-z]\w*", actions))
    keywords = {"define", "template", "range", "with", "if", "else", "end", "true", "false"}
    assert words <= {*keywords, "and", "or", "not", "eq", "index"}


def test_the_template_lies_where_the_command_looks_for_it() -> None:
    rendered = template(VALUES / "documented-run.yaml")
    assert rendered.get("ConfigMap", "demo-migration")["data"]["state"] == TEMPLATE
    command = "\n".join(COMMAND[: COMMAND.index("")])
    assert "kubectl get configmap <release-name>-migration -o jsonpath='{.data.state}'" in command
    for one in (rendered.job, rendered.job["spec"]["template"]):
        assert one["metadata"]["labels"]["app.kubernetes.io/instance"] == "demo"
        assert one["metadata"]["labels"]["app.kubernetes.io/component"] == "migration"
    replace = rendered.get("Job", "demo-migration-replace")
    assert replace["metadata"]["labels"]["app.kubernetes.io/component"] == "migration-replace"


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("documented-run", REPORTS),
        ("official-server", "librechat-migration/ on the claim open-webui"),
        ("s3", "on the claim migration-reports"),
        ("everything", "/reports/librechat in the pod, where /reports is the claim reports"),
        ("azure", "lost with the pod, unless migration.reportPvc names a claim for them"),
    ],
)
def test_the_job_says_where_its_reports_are(file: str, where: str) -> None:
    annotations = template(VALUES / f"{file}.yaml").job["metadata"]["annotations"]
    assert annotations["open-webui-stack/reports"] == where
