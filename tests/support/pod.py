"""A pod of a manifest, run on this machine container by container.

What a kubelet does is done here from the manifest alone: volumes are made and given to ``fsGroup``,
variables resolved from Secrets and ConfigMaps, init containers run one after the other, and
then the container.
"""

from __future__ import annotations

import base64
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.support.image import BACKEND, ENVIRONMENT, Image
from tests.support.sandbox import Bind, Ended, Running, Sandbox, user_of

Manifest = Mapping[str, Any]
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][\w.-]*)\)")


@dataclass
class Cluster:
    """What manifests refer to.

    ``claims`` are directories by the names of claims, ``services`` addresses by host name,
    ``objects`` Secrets and ConfigMaps.
    """

    home: Path
    image: Image
    objects: Sequence[Manifest] = ()
    claims: dict[str, Path] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)

    def claim(self, name: str) -> Path:
        """Make a claim: a fresh volume, which is root's."""
        path = self.home / "claims" / name
        path.mkdir(parents=True)
        self.claims[name] = path
        return path

    def data(self, kind: str, name: str) -> dict[str, str]:
        """The texts that a Secret or a ConfigMap holds.

        Raises:
            LookupError: there is none of that name.
        """
        found = self._object(kind, name)
        plain = {**found.get("data", {})}
        if kind == "Secret":
            plain = {key: base64.b64decode(text).decode() for key, text in plain.items()}
        return plain | dict(found.get("stringData", {}))

    def files(self, name: str) -> dict[str, bytes]:
        """The files of a ConfigMap.

        Raises:
            LookupError: there is none of that name.
        """
        found = self._object("ConfigMap", name)
        binary = found.get("binaryData", {})
        return {key: text.encode() for key, text in found.get("data", {}).items()} | {
            key: base64.b64decode(text) for key, text in binary.items()
        }

    def _object(self, kind: str, name: str) -> Manifest:
        for one in self.objects:
            if one["kind"] == kind and one["metadata"]["name"] == name:
                return one
        raise LookupError(f"{kind} {name} does not exist")


def secret(name: str, **values: str) -> Manifest:
    """A Secret that somebody has made."""
    return {"kind": "Secret", "metadata": {"name": name}, "stringData": values}


def variables_of(container: Manifest, cluster: Cluster) -> dict[str, str]:
    """A container's whole environment: the image's, ``envFrom``, then ``env``."""
    found = dict(ENVIRONMENT)
    for source in container.get("envFrom", []):
        kind = "Secret" if "secretRef" in source else "ConfigMap"
        name = source["secretRef" if kind == "Secret" else "configMapRef"]["name"]
        for key, value in cluster.data(kind, name).items():
            found[source.get("prefix", "") + key] = value
    for one in container.get("env", []):
        found[one["name"]] = _value(one, cluster, found)
    return found


def _value(variable: Manifest, cluster: Cluster, known: Mapping[str, str]) -> str:
    source = variable.get("valueFrom")
    if source is None:
        return _expand(variable.get("value", ""), known)
    ((how, reference),) = source.items()
    kind = {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"}[how]
    return cluster.data(kind, reference["name"])[reference["key"]]


def _expand(text: str, known: Mapping[str, str]) -> str:
    """Kubernetes' ``$(NAME)``: what is not known stays as it is, ``$$`` is a dollar sign."""

    def put(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else known.get(found[1], found[0])

    return _REFERENCE.sub(put, text)


class Pod:
    """A pod whose volumes are there. Its containers can be run together or one by one."""

    def __init__(self, spec: Manifest, cluster: Cluster) -> None:
        self._spec = spec
        self._cluster = cluster
        cluster.home.mkdir(parents=True, exist_ok=True)
        self.home = Path(tempfile.mkdtemp(prefix="pod-", dir=cluster.home))
        self._read_only: set[str] = set()
        self.volumes = {one["name"]: self._volume(one) for one in spec.get("volumes", [])}

    def _volume(self, volume: Manifest) -> Path:
        name = volume["name"]
        if "persistentVolumeClaim" in volume:
            claim = volume["persistentVolumeClaim"]
            path = self._cluster.claims[claim["claimName"]]
            if claim.get("readOnly"):  # then a kubelet leaves the owner alone
                self._read_only.add(name)
                return path
        elif "configMap" in volume:
            path = _config_map(self.home / name, self._cluster.files(volume["configMap"]["name"]))
            self._read_only.add(name)
        else:
            assert {"emptyDir", "ephemeral"} & set(volume), f"not known here: {volume}"
            path = self.home / name
            path.mkdir()
            path.chmod(0o777 if "emptyDir" in volume else 0o755)
        _give(path, self._spec.get("securityContext", {}))
        return path

    def container(self, name: str) -> Manifest:
        """A container of the manifest."""
        containers = [*self._spec.get("initContainers", []), *self._spec["containers"]]
        (found,) = [one for one in containers if one["name"] == name]
        return dict(found)

    def sandbox(self, name: str) -> Sandbox:
        """A container's walls."""
        container = self.container(name)
        context = container.get("securityContext", {})
        log = self.home / f"{name}-termination-log"
        log.touch()
        log.chmod(0o666)
        return Sandbox(
            image=self._cluster.image,
            user=user_of(self._spec, container),
            variables=variables_of(container, self._cluster),
            binds=[self._hosts(), *map(self._bind, container.get("volumeMounts", []))],
            working_dir=container.get("workingDir", BACKEND),
            read_only_root=bool(context.get("readOnlyRootFilesystem")),
            termination_log=log,
        )

    def _bind(self, mount: Manifest) -> Bind:
        source = self.volumes[mount["name"]]
        if "subPath" in mount:
            source = source / mount["subPath"]
            source.mkdir(exist_ok=True)
        read_only = mount["name"] in self._read_only or bool(mount.get("readOnly"))
        return Bind(source, mount["mountPath"], read_only)

    def _hosts(self) -> Bind:
        lines = {"localhost": "127.0.0.1", **self._cluster.services}
        for alias in self._spec.get("hostAliases", []):
            lines |= dict.fromkeys(alias["hostnames"], alias["ip"])
        path = self.home / "hosts"
        path.write_text("".join(f"{address}\t{name}\n" for name, address in lines.items()))
        return Bind(path, "/etc/hosts", read_only=False)

    def start(
        self, name: str, command: Sequence[str] | None = None, *, given: Path | None = None
    ) -> Running:
        """Start one container, with its own command or another one and its standard input."""
        container, sandbox = self.container(name), self.sandbox(name)
        own = [*container.get("command", []), *container.get("args", [])]
        known = sandbox.variables
        return sandbox.start(command or [_expand(one, known) for one in own], given)

    def run_one(
        self, name: str, command: Sequence[str] | None = None, *, given: Path | None = None
    ) -> Ended:
        """Run one container to its end."""
        ended = self.start(name, command, given=given).wait()
        policy = self.container(name).get("terminationMessagePolicy")
        if policy == "FallbackToLogsOnError" and ended.status and not ended.message:
            return replace(ended, message="\n".join(ended.lines[-80:])[-2048:])
        return ended

    def run(self) -> dict[str, Ended]:
        """Run it as it is: the init containers in order, then the container, until one fails."""
        ended: dict[str, Ended] = {}
        for one in [*self._spec.get("initContainers", []), *self._spec["containers"]]:
            ended[one["name"]] = self.run_one(one["name"])
            if ended[one["name"]].status:
                break
        return ended


def _config_map(path: Path, files: Mapping[str, bytes]) -> Path:
    """A ConfigMap's files, behind the links that let a kubelet exchange them all at once."""
    version = path / "..2026_01_01"
    version.mkdir(parents=True)
    (path / "..data").symlink_to(version.name)
    for name, content in files.items():
        (version / name).write_bytes(content)
        (version / name).chmod(0o644)
        (path / name).symlink_to(f"..data/{name}")
    return path


def _give(path: Path, context: Manifest) -> None:
    """What ``fsGroup`` does to a volume (Kubernetes 1.33, ``volume/volume_linux.go``)."""
    group = context.get("fsGroup")
    if group is None:
        return
    root = path.stat()
    right = root.st_gid == group and root.st_mode & 0o2070 == 0o2070
    if context.get("fsGroupChangePolicy") == "OnRootMismatch" and right:
        return
    for one in [*path.rglob("*"), path]:
        os.chown(one, -1, group, follow_symlinks=False)
        if not one.is_symlink():
            one.chmod(one.stat().st_mode | (0o2070 if one.is_dir() else 0o060))
