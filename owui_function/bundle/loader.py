"""Makes the modules whose sources stand in one file importable. Its text is part of that file.

The modules form one private package whose name holds a hash of all sources. Within it they
import each other relatively, so several versions live side by side in one server: a job that an
earlier version started goes on with that version's code, and imports what it still needs.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Mapping, Sequence

PREFIX = "librechat_migration_"
"""How the private packages begin; the rest is the hash."""


class BundleFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads the modules of one version."""

    def __init__(self, package: str, sources: Mapping[str, str]) -> None:
        self.package = package
        self._paths = {package: f"{package}/__init__.py"}
        self._sources = {self._paths[package]: ""}
        for path, source in sources.items():
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            self._paths[f"{package}.{name}"] = f"{package}/{path}"
            # Text may begin on the line after its quotes; tracebacks count from there.
            self._sources[f"{package}/{path}"] = source.removeprefix("\n")

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the import system's signature
        target: types.ModuleType | None = None,  # noqa: ARG002 - as above
    ) -> importlib.machinery.ModuleSpec | None:
        """Where a module of this version is; None for everybody else's modules."""
        if fullname not in self._paths:
            return None
        return importlib.machinery.ModuleSpec(
            fullname, self, origin=self._paths[fullname], is_package=self.is_package(fullname)
        )

    def is_package(self, fullname: str) -> bool:
        """Whether a module of this version holds others."""
        return self._paths[fullname].endswith("/__init__.py")

    def get_source(self, fullname: str) -> str:
        """A module's text; tracebacks show its lines."""
        return self._sources[self._paths[fullname]]

    def get_code(self, fullname: str) -> types.CodeType:
        """A module's code."""
        # Without dont_inherit the code would get this file's __future__ imports.
        return compile(self.get_source(fullname), self._paths[fullname], "exec", dont_inherit=True)


def digest(sources: Mapping[str, str]) -> str:
    """What tells these sources from others: a SHA-256, in hexadecimal digits."""
    found = hashlib.sha256()
    for path in sorted(sources):
        # A text in quotes of its own begins behind a line end, a packed one does not.
        text = sources[path].removeprefix("\n")
        found.update(f"{path}\0{text}\0".encode())
    return found.hexdigest()


def install(sources: Mapping[str, str]) -> str:
    """Make the modules importable and say under which package.

    The same sources are installed once only, so that whoever loads them again meets the modules
    with what they know of a running job.
    """
    package = PREFIX + digest(sources)[:8]
    versions = [finder for finder in sys.meta_path if _package_of(finder)]
    own = [finder for finder in versions if _package_of(finder) == package]
    others = [finder for finder in versions if finder not in own]
    # The version before this one may be in the middle of an answer. Those before it go when they
    # have no job any more.
    for finder in others[:-1]:
        if not _in_use(_package_of(finder)):
            _forget(_package_of(finder))
    for finder in own:
        sys.meta_path.remove(finder)
    sys.meta_path.append(own[0] if own else BundleFinder(package, sources))
    return package


def _package_of(finder: object) -> str:
    """The package that a finder serves, empty when it is none of ours."""
    package = getattr(finder, "package", "")
    return package if isinstance(package, str) and package.startswith(PREFIX) else ""


def _forget(package: str) -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if _package_of(finder) != package]
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
        del sys.modules[name]


def _in_use(package: str) -> bool:
    """Whether code of a version is running, in a thread or in a task of this event loop."""
    return any(code.co_filename.startswith(f"{package}/") for code in _running())


def _running() -> Iterator[types.CodeType]:
    for frame in sys._current_frames().values():  # noqa: SLF001 - there is no public way
        outer: types.FrameType | None = frame
        while outer is not None:
            yield outer.f_code
            outer = outer.f_back
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:  # no event loop runs in this thread
        return
    for task in tasks:
        awaited: object = task.get_coro()
        while isinstance(awaited, types.CoroutineType):
            yield awaited.cr_code
            awaited = awaited.cr_await
