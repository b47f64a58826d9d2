"""Open WebUI's image, as a file tree that a sandbox is put together from.

The layout is that of the image (Open WebUI 0.12.4, ``Dockerfile``): the package lies uninstalled in
``/app/backend``, the built front end in ``/app/build``, Python finds its libraries but not Open
WebUI, and there is no account but root's. The code is that of this repository's environment.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.environments import CURRENT, ROOT

BACKEND = "/app/backend"
_PYTHON = "/opt/python"
_PACKAGES = "/opt/site-packages"
_OF_THE_MACHINE = (
    "alternatives",
    "ca-certificates",
    "ld.so.cache",
    "pip.conf",
    "resolv.conf",
    "ssl",
)
"""What a program needs of ``/etc`` and a base image has in its own form."""

ENVIRONMENT = {
    "PATH": f"{_PYTHON}/bin:/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "ENV": "prod",
    "PORT": "8080",
    "USE_SLIM_DOCKER": "true",
    "WEBUI_SECRET_KEY": "",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "true",
    "ANONYMIZED_TELEMETRY": "false",
    "HOME": "/root",
    "DOCKER": "true",
}
"""What the image sets; a manifest's variables come on top."""


@dataclass(frozen=True)
class Image:
    """A built tree, and how to see it as a root directory."""

    home: Path

    def mounts(self) -> Iterator[str]:
        """bubblewrap's options for everything but ``/proc``, ``/dev`` and ``/etc/hosts``."""
        # Made on the way to a mount, a directory would be nobody's but root's.
        prefix = Path(sys.base_prefix)
        for folder in (*reversed(prefix.parents), Path(BACKEND).parent, Path(BACKEND), "/opt"):
            yield from ("--dir", str(folder))
        yield from ("--ro-bind", "/usr", "/usr")
        for name in ("bin", "lib", "lib64", "sbin"):
            path = Path("/", name)
            if path.is_symlink():
                yield from ("--symlink", str(path.readlink()), str(path))
            elif path.exists():
                yield from ("--ro-bind", str(path), str(path))
        yield from ("--tmpfs", "/etc")
        for name in _OF_THE_MACHINE:
            path = Path("/etc", name)
            if path.exists():
                yield from ("--ro-bind", str(path.resolve()), str(path))
        for path in sorted((self.home / "etc").iterdir()):
            yield from ("--ro-bind", str(path), f"/etc/{path.name}")
        if not prefix.is_relative_to("/usr"):
            yield from ("--ro-bind", str(prefix), str(prefix))
        yield from ("--ro-bind", str(self.home / "python"), _PYTHON)
        yield from ("--ro-bind", str(_site_packages()), _PACKAGES)
        yield from self._application()

    def _application(self) -> Iterator[str]:
        package = _site_packages() / "open_webui"
        yield from ("--ro-bind", str(package), f"{BACKEND}/open_webui")
        yield from ("--tmpfs", f"{BACKEND}/open_webui/frontend")
        yield from ("--remount-ro", f"{BACKEND}/open_webui/frontend")
        yield from ("--ro-bind", str(package / "frontend"), "/app/build")
        yield from ("--ro-bind", str(self.home / "package.json"), "/app/package.json")
        # The shortened one that the Makefile writes: rendering the whole takes a second.
        short = _site_packages().parent / "CHANGELOG.md"
        changes = short if short.exists() else package / "CHANGELOG.md"
        yield from ("--ro-bind", str(changes), "/app/CHANGELOG.md")
        for folder in (f"{BACKEND}/data", "/root", "/tmp"):
            yield from ("--dir", folder)


def build_image(home: Path, *, without: frozenset[str] = frozenset()) -> Image:
    """Put an image together in an empty directory; ``without`` names packages it lacks."""
    (home / "etc").mkdir(parents=True)
    (home / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (home / "etc" / "group").write_text("root:x:0:\n")
    (home / "etc" / "nsswitch.conf").write_text("hosts: files dns\n")
    (home / "package.json").write_text(json.dumps({"name": "open-webui", "version": CURRENT}))
    _python(home / "python", without)
    return Image(home)


def _python(home: Path, without: frozenset[str]) -> None:
    """A virtual environment whose libraries are links to those of the tests' own."""
    real = Path(sys.executable).resolve()
    (home / "bin").mkdir(parents=True)
    for name in ("python", "python3"):
        (home / "bin" / name).symlink_to(real)
    (home / "pyvenv.cfg").write_text(f"home = {real.parent}\n")
    major, minor = sys.version_info[:2]
    packages = home / "lib" / f"python{major}.{minor}" / "site-packages"
    packages.mkdir(parents=True)
    for path in _site_packages().iterdir():
        if not path.name.startswith("open_webui") and path.name not in without:
            (packages / path.name).symlink_to(f"{_PACKAGES}/{path.name}")


def _site_packages() -> Path:
    (found,) = (ROOT / ".venv" / "lib").glob("python3.*/site-packages")
    return found
