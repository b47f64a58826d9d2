"""Helm, and what it makes of this repository's chart."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from owui_function.bundle import build
from scripts import make_chart
from tests.support.go_tools import go_tool

ROOT = Path(__file__).resolve().parents[2]
SOURCES = make_chart.CHART
"""The folder that the chart is packed from; Helm takes the migration from the packed one only."""
VALUES = ROOT / "tests" / "chart" / "values"
RELEASE = "demo"


@functools.cache
def chart() -> Path:
    """The chart as ``make chart`` packs it, made once by each process that asks."""
    folder = Path(tempfile.mkdtemp(prefix="chart-"))
    atexit.register(shutil.rmtree, folder)
    return make_chart.write(folder, build().command_line)


@dataclass(frozen=True)
class Rendered:
    """The manifests of one rendering."""

    manifests: tuple[dict[str, Any], ...]
    text: str

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All manifests of a kind."""
        return [one for one in self.manifests if one["kind"] == kind]

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """The one manifest of that kind and name."""
        (found,) = [one for one in self.of(kind) if one["metadata"]["name"] == name]
        return found

    @property
    def job(self) -> dict[str, Any]:
        """The migration Job."""
        return self.get("Job", f"{RELEASE}-migration")

    @property
    def pod(self) -> dict[str, Any]:
        """The migration Job's pod."""
        spec: dict[str, Any] = self.job["spec"]["template"]["spec"]
        return spec

    @property
    def server(self) -> dict[str, Any]:
        """The pod of Open WebUI."""
        (found,) = [
            one
            for one in self.manifests
            if one["kind"] in {"Deployment", "StatefulSet"}
            and one["metadata"]["labels"]["app.kubernetes.io/component"] == "open-webui"
        ]
        spec: dict[str, Any] = found["spec"]["template"]["spec"]
        return spec


def run_helm(
    *arguments: str | Path, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run Helm, away from any cluster that this machine's user may have configured."""
    environment = {**os.environ, "KUBECONFIG": os.devnull, **variables}
    return subprocess.run(
        [go_tool("helm"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=cwd,
    )


def template(
    *files: Path, values: Mapping[str, Any] | None = None, kube_version: str = "1.33.0"
) -> Rendered:
    """Render the chart with values files and, last, with values.

    Raises:
        HelmError: Helm refused; the text says why.
    """
    text = yaml.safe_dump(dict(values)) if values else ""
    return _template(files, text, kube_version)


class HelmError(Exception):
    """Helm refused; the text is what it printed."""


@functools.cache
def _template(files: tuple[Path, ...], values: str, kube_version: str) -> Rendered:
    arguments: list[str | Path] = ["template", RELEASE, chart(), "--namespace", "chat"]
    arguments += ["--kube-version", kube_version]
    for file in files:
        arguments += ["--values", file]
    if values:
        arguments += ["--values", "-"]
    done = subprocess.run(
        [go_tool("helm"), *arguments],
        input=values,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KUBECONFIG": os.devnull},
    )
    if done.returncode:
        raise HelmError(done.stderr)
    return Rendered(tuple(_manifests(done.stdout)), done.stdout)


def _manifests(text: str) -> Iterator[dict[str, Any]]:
    for document in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if document:
            yield document


def environment(container: Mapping[str, Any]) -> dict[str, Any]:
    """A container's environment: plain values, or the ``valueFrom`` of a variable."""
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}


def mounts(container: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A container's mounts by path."""
    return {one["mountPath"]: one for one in container["volumeMounts"]}
