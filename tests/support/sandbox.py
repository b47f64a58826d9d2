"""Runs one container of a manifest without a container engine: bubblewrap makes its walls.

New mount, process and IPC namespaces, the manifest's user and groups, no capability that the
manifest drops, an environment of nothing but what image and manifest set. The network is the
machine's. bubblewrap never allows a gain of privileges, so ``allowPrivilegeEscalation`` that is not
forbidden cannot be told from one that is; seccomp's default profile is not applied.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil  # type: ignore[import-untyped]  # its stubs would be one more pin
import pytest

from tests.support.image import Image

TIMEOUT_SECONDS = 150
MESSAGE_BYTES = 4096
_DEFAULT_CAPABILITIES = (
    *("chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"),
    *("net_bind_service", "net_raw", "sys_chroot", "mknod", "audit_write", "setfcap"),
)
"""What a container has when its manifest drops nothing (containerd 2, ``oci/spec.go``)."""


_ENDS_WITH_US = ("setpriv", "--pdeathsig=KILL", "unshare", "--pid", "--fork", "--kill-child=KILL")
"""A process namespace around bubblewrap's own. bubblewrap alone has no right to kill a program that
has become another user, so that it would live on after the tests."""


def require_sandbox() -> None:
    """Skip the test where no sandbox can be made; with ``CI`` set, fail."""
    reason = _why_not()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def _why_not() -> str:
    if os.geteuid() != 0:
        return "the rehearsal needs root, to become the manifest's user"
    for program, package in (("bwrap", "bubblewrap"), ("setpriv", "util-linux")):
        if not shutil.which(program):
            return f"{program} is not installed (Debian: apt-get install {package})"
    probe = ["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "true"]
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    return f"no sandbox can be made here: {done.stderr.strip()}" if done.returncode else ""


@dataclass(frozen=True)
class User:
    """Who a container runs as, and with which capabilities."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    capabilities: tuple[str, ...]

    def options(self) -> list[str]:
        """setpriv's options."""
        kept = ",".join(["-all", *(f"+{name}" for name in self.capabilities)])
        groups = f"--groups={','.join(map(str, self.groups))}" if self.groups else "--clear-groups"
        return [
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            groups,
            "--no-new-privs",
            f"--bounding-set={kept}",
            "--inh-caps=-all",
            "--ambient-caps=-all",
        ]


def user_of(pod: Mapping[str, Any], container: Mapping[str, Any]) -> User:
    """The user that a pod's and a container's security contexts ask for.

    Raises:
        ValueError: it would be root, and ``runAsNonRoot`` forbids that. A kubelet refuses, too.
    """
    of_pod = pod.get("securityContext", {})
    context = {**of_pod, **container.get("securityContext", {})}
    uid = context.get("runAsUser", 0)  # the image's own user is root
    if context.get("runAsNonRoot") and uid == 0:
        raise ValueError("container has runAsNonRoot and image will run as root")
    groups = [*of_pod.get("supplementalGroups", [])]
    if "fsGroup" in of_pod:
        groups.append(of_pod["fsGroup"])
    capabilities = context.get("capabilities", {})
    dropped = {name.lower() for name in capabilities.get("drop", [])}
    kept = [] if "all" in dropped else [c for c in _DEFAULT_CAPABILITIES if c not in dropped]
    kept += [name.lower() for name in capabilities.get("add", [])]
    return User(uid, context.get("runAsGroup", 0), tuple(groups), tuple(kept))


@dataclass(frozen=True)
class Bind:
    """A directory or file of this machine, and where the container sees it."""

    source: Path
    target: str
    read_only: bool

    def options(self) -> list[str]:
        """bubblewrap's options."""
        return ["--ro-bind" if self.read_only else "--bind", str(self.source), self.target]


@dataclass(frozen=True)
class Sandbox:
    """Everything that one container is made of."""

    image: Image
    user: User
    variables: Mapping[str, str]
    binds: Sequence[Bind]
    working_dir: str
    read_only_root: bool
    termination_log: Path

    def options(self) -> Iterator[str]:
        """bubblewrap's options."""
        yield from ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1")
        yield from ("--die-with-parent", "--new-session", "--clearenv")
        yield from self.image.mounts()
        yield from ("--proc", "/proc", "--dev", "/dev")
        yield from ("--bind", str(self.termination_log), "/dev/termination-log")
        for bind in sorted(self.binds, key=lambda one: one.target):
            yield from ("--dir", str(Path(bind.target).parent))
            yield from bind.options()
        if self.read_only_root:
            yield from ("--remount-ro", "/etc", "--remount-ro", "/")
        yield from ("--chdir", self.working_dir)
        for name, value in self.variables.items():
            yield from ("--setenv", name, value)

    def start(self, command: Sequence[str], given: Path | None = None) -> Running:
        """Start a program in it, with a file as its standard input if one is given."""
        options = tempfile.TemporaryFile()  # noqa: SIM115 - the sandbox inherits it
        options.write(b"".join(os.fsencode(one) + b"\0" for one in self.options()))
        options.seek(0)
        inside = ["/usr/bin/setpriv", *self.user.options(), "--", *command]
        log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed by Running
        with options, (given or Path(os.devnull)).open("rb") as stdin:
            process = subprocess.Popen(
                [*_ENDS_WITH_US, "bwrap", "--args", str(options.fileno()), "--", *inside],
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ["PATH"]},
                pass_fds=(options.fileno(),),
                start_new_session=True,
            )
        return Running(process, log, self.termination_log)


@dataclass(frozen=True)
class Ended:
    """A container that has ended: what Kubernetes shows of it."""

    status: int
    log: str
    message: str

    @property
    def lines(self) -> list[str]:
        """The log's lines."""
        return self.log.splitlines()


class Running:
    """A container that runs. A context manager that ends it."""

    def __init__(self, process: subprocess.Popen[bytes], log: IO[bytes], message: Path) -> None:
        self._process = process
        self._log = log
        self._message = message

    def log(self) -> str:
        """What it has printed so far."""
        return os.pread(self._log.fileno(), 1 << 24, 0).decode(errors="replace")

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def terminate(self) -> None:
        """Ask it to end as a kubelet does: SIGTERM to its first process."""
        _bubblewrap, first, *_ = psutil.Process(self._process.pid).children(recursive=True)
        first.terminate()

    def wait(self, seconds: float = TIMEOUT_SECONDS) -> Ended:
        """Wait until it has ended.

        Raises:
            AssertionError: it did not in time; the text is its log.
        """
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            log = self.log()
            self.close()
            raise AssertionError(f"still running after {seconds} s:\n{log}") from None
        ended = Ended(status, self.log(), self._told())
        self.close()
        return ended

    def _told(self) -> str:
        content = self._message.read_bytes()[:MESSAGE_BYTES]
        return content.decode(errors="replace")

    def close(self) -> None:
        """Kill it if it still runs."""
        if self.alive:
            self._process.kill()
            self._process.wait()
        if not self._log.closed:
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
