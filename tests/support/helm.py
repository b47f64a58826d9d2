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

import pytest
import yaml

from owui_function.bundle import build
from scripts import make_chart

ROOT = Path(__file__).resolve().parents[2]
SOURCES = make_chart.CHART
"""The folder that the chart is packed from; Helm takes the migration from the packed one only."""
VALUES = ROOT / "tests" / "chart" / "values"
RELEASE = "demo"
HELM_PACKAGE = "helm.sh/helm/v3/cmd/helm@v3.19.4"
HELM_DOCS_PACKAGE = "github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2"
_TOOLS = ROOT / "build" / "tools"


def helm() -> str:
    """The path of Helm: from ``PATH``, or built with Go into ``build/tools``.

    Skips the test where there is neither Helm nor Go; with ``CI`` set it fails instead.
    """
    return _tool("helm", HELM_PACKAGE)


def helm_docs() -> str:
    """The path of helm-docs, found in the same way."""
    return _tool("helm-docs", HELM_DOCS_PACKAGE)


@functools.cache
def _tool(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=str(_TOOLS))
    if found:
        return found
    if not shutil.which("go"):
        message = f"{name} is not installed, and without Go it cannot be built ({package})"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    _TOOLS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["go", "install", package], env={**os.environ, "GOBIN": str(_TOOLS)}, check=True)
    return str(_TOOLS / name)


@functools.cache
def chart() -> Path:
    """The chart as ``make chart`` packs it, made once by each process that asks."""
    folder = Path(tempfile.mkdtemp(prefix="chart-"))
    atexit.register(shutil.rmtree, folder)
    return make_chart.write(folder, build().program)


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
        [helm(), *arguments], capture_output=True, text=True, check=False, env=environment, cwd=cwd
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
        [helm(), *arguments],
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
