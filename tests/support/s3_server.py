"""A server that speaks like Amazon S3, on a free port of 127.0.0.1, with keys and rights."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.environments import ROOT
from tests.support.processes import end_with_parent, free_port, wait_for

STAMP = ROOT / ".venvs" / "moto" / ".installed"
BUCKET = "librechat-files"
PATIENCE = 30


class S3Server:
    """moto's server, in the environment that ``make storages`` makes.

    Until :meth:`guard` it lets anybody do anything; from then on only the keys that it gave work.
    """

    def __init__(self) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if not STAMP.exists():
            subprocess.run(["make", str(STAMP.relative_to(ROOT))], cwd=ROOT, check=True)
        self._process = subprocess.Popen(
            [STAMP.parent / "bin" / "moto_server", "-H", "127.0.0.1", "-p", self.url.split(":")[2]],
            env={"PATH": os.environ["PATH"], "INITIAL_NO_AUTH_ACTION_COUNT": "1000000000"},
            stdout=self._log,
            stderr=self._log,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - safe, as it says
        )
        if not wait_for(f"{self.url}/moto-api/data.json", PATIENCE):
            self.stop()
            raise RuntimeError(f"moto did not start: {self.log}")
        self.client().create_bucket(Bucket=BUCKET)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._log.close()

    def stop(self) -> None:
        """End it; nobody answers any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def log(self) -> list[str]:
        """What was asked so far, a line a request."""
        return Path(f"/proc/self/fd/{self._log.fileno()}").read_text("utf-8").splitlines()

    def client(self, service: str = "s3") -> Any:
        """A client that may do everything, before the server is guarded."""
        return importlib.import_module("boto3").client(
            service, endpoint_url=self.url, region_name="us-east-1",
            aws_access_key_id="anybody", aws_secret_access_key="anything",
        )  # fmt: skip

    def put(self, key: str, content: bytes) -> None:
        """Store an object, and ask for nothing else."""
        self.client().put_object(Bucket=BUCKET, Key=key, Body=content)

    def key(self, name: str, *allowed: str) -> dict[str, str]:
        """The settings of somebody who may only get objects of these prefixes, and not list."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        resources = [f"arn:aws:s3:::{BUCKET}/{prefix}*" for prefix in allowed]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:HeadObject"],
                    "Resource": resources,
                }
            ],
        }
        iam.put_user_policy(UserName=name, PolicyName="read", PolicyDocument=json.dumps(policy))
        return {
            "MIGRATION_S3_ACCESS_KEY_ID": made["AccessKeyId"],
            "MIGRATION_S3_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        }

    def guard(self, *, on: bool) -> None:
        """Look at keys and rights from now on, or let everybody in again."""
        count = "0" if on else "1000000000"
        httpx.post(f"{self.url}/moto-api/reset-auth", content=count).raise_for_status()

    @property
    def settings(self) -> dict[str, str]:
        """Where the files are, and a key that works while the server is not guarded."""
        return {
            "MIGRATION_S3_BUCKET": BUCKET,
            "MIGRATION_S3_ENDPOINT_URL": self.url,
            "MIGRATION_S3_ACCESS_KEY_ID": "AKIACANARYCANARY0001",
            "MIGRATION_S3_SECRET_ACCESS_KEY": "canary-secret-of-the-bucket",
        }
