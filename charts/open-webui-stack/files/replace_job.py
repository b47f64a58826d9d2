"""Delete an older migration Job, so that Helm can create the new one under the same name.

Leaves a Job of the same spec alone, unless it failed: that one is tried again. Refuses to delete a
Job of somebody else. Only the standard library, and only two requests of the Kubernetes API: get
and delete of one Job.
"""

import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ACCOUNT = Path(
    os.environ.get("SERVICE_ACCOUNT_DIR", "/var/run/secrets/kubernetes.io/serviceaccount")
)
POLL_SECONDS = 1.0


def main():
    job = os.environ["JOB"]
    end = time.monotonic() + float(os.environ["TIMEOUT_SECONDS"])
    deleted = None
    while True:
        status, found = call("GET")
        if status == 404:
            say(f"Job {job} is gone." if deleted else f"There is no older Job {job}.")
            return 0
        if status != 200:
            return fail(f"Job {job} cannot be read: {reason(status, found)}")
        meta = found["metadata"]
        uid = meta["uid"]
        if "deletionTimestamp" not in meta and uid != deleted:
            annotations = meta.get("annotations", {})
            failure = failure_of(found)
            same = annotations.get("open-webui-stack/spec") == os.environ["SPEC"]
            if same and not failure:
                say(f"Job {job} is the same as the new one and stays.")
                return 0
            if annotations.get("meta.helm.sh/release-name") != os.environ["RELEASE"]:
                return fail(
                    f"Job {job} does not belong to the release {os.environ['RELEASE']}. Delete or "
                    f"rename it by hand: kubectl delete job {job}"
                )
            status, answer = delete(uid)
            if status in (200, 202):
                why = (
                    f"failed ({failure}) and is tried again" if same else "differs from the new one"
                )
                say(f"Job {job} {why}. Waiting until it is gone.")
                deleted = uid
            elif status not in (404, 409):  # gone, or replaced since we looked: look again
                return fail(f"Job {job} cannot be deleted: {reason(status, answer)}")
        if time.monotonic() >= end:
            return fail(
                f"Job {job} did not end in time. Run the upgrade again when it has, or delete it: "
                f"kubectl delete job {job}"
            )
        time.sleep(POLL_SECONDS)


def failure_of(job):
    """Why a Job failed, empty for one that did not. FailureTarget: its last pods are ending."""
    for condition in job.get("status", {}).get("conditions", []):
        if condition["type"] in ("Failed", "FailureTarget") and condition["status"] == "True":
            return condition.get("reason", "Failed")
    return ""


def delete(uid):
    # Foreground: the Job stays until its pods have ended. The precondition makes sure that it is
    # the one we looked at.
    return call(
        "DELETE",
        {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Foreground",
            "preconditions": {"uid": uid},
        },
    )


def call(method, body=None):
    """Status and parsed answer; lost connections are tried again a few times."""
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    host = f"[{host}]" if ":" in host else host
    url = (
        f"https://{host}:{os.environ.get('KUBERNETES_SERVICE_PORT_HTTPS', '443')}"
        f"/apis/batch/v1/namespaces/{os.environ['NAMESPACE']}/jobs/{os.environ['JOB']}"
    )
    trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    attempts = 5
    while True:
        attempts -= 1
        request = urllib.request.Request(
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {(ACCOUNT / 'token').read_text().strip()}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, context=trust, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except (OSError, ValueError) as error:
            say(f"The Kubernetes API does not answer: {error}")
            if not attempts:
                return 0, str(error)
            time.sleep(POLL_SECONDS)


def reason(status, answer):
    try:
        text = json.loads(answer)["message"]
    except (KeyError, TypeError, ValueError):
        text = str(answer)[:300]
    return f"{text} (status {status})"


def fail(text):
    say(text)
    return 1


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
