"""Unpacks tar and zip files into the work directory, trusting nothing in them.

No member is written outside, no link or device is ever made, total size and number of members are
bounded, and the free space is looked at before it runs out.
"""

from __future__ import annotations

import os
import re
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from migrator_core.errors import CannotStartError
from migrator_core.librechat.collection import NoticeLog
from migrator_core.librechat.containers.compressed import DAMAGED, GuardedStream, Packed
from migrator_core.librechat.containers.members import (
    Member,
    Readable,
    safe_parts,
    tar_members,
    zip_members,
)
from migrator_core.librechat.containers.repair import NOTHING, Repair, repairs_for
from migrator_core.librechat.containers.spool import SpoolWriter, Workspace
from migrator_core.librechat.limits import MIB
from migrator_core.librechat.regular_files import file_size, open_regular

_DEEPEST = 100
"""Folders inside each other; no backup has a tenth of it."""
_USELESS = re.compile(r"(?:meili_data|pgdata|node_modules\Z|\.git\Z)", re.IGNORECASE)


class _Tree:
    """Writes members below ``target`` and keeps count."""

    def __init__(
        self, target: Path, label: str, allowed: int, workspace: Workspace, notices: NoticeLog
    ) -> None:
        self._target = target
        self._label = label
        self._allowed = allowed
        self._workspace = workspace
        self._notices = notices
        self._members = 0
        self._total = 0
        self._short_of = 0
        self._refused: dict[str, list[str]] = {}
        self._repeated: list[str] = []

    def add(self, member: Member, open_member: Callable[[], Readable | None]) -> None:
        """Write one member, unless it is refused or there is no room for it."""
        limits = self._workspace.limits
        self._members += 1
        if self._members > limits.members:
            raise CannotStartError(f"{self._label} holds more than {limits.members} files.")
        parts = safe_parts(member.name)
        reason = member.refused or (None if parts is not None else "a path that leads outside")
        if reason is not None or parts is None:
            self._refuse(reason or "", member.name)
            return
        if member.is_directory or not parts or any(_USELESS.match(part) for part in parts[:-1]):
            return
        # Of a raw copy of MongoDB's files only the names matter: they cannot be read anyway.
        size = 0 if parts[-1].endswith(".wt") else member.size
        self._account(size)
        if not self._short_of:
            self._write(parts, size, open_member)

    def _account(self, size: int) -> None:
        self._total += size
        if self._total > self._allowed:
            raise CannotStartError(
                f"{self._label} unpacks to more than {self._allowed // MIB} MiB, which is out of "
                "all proportion to its own size: that looks like a decompression bomb. If you "
                "trust it, unpack it yourself and name the folder instead."
            )
        if not self._short_of and size > self._workspace.free():
            # Go on counting without writing, so that the message can say how much is needed.
            self._short_of = self._workspace.free() + self._total - size

    def _write(
        self, parts: list[str], size: int, open_member: Callable[[], Readable | None]
    ) -> None:
        path = self._target.joinpath(*parts)
        if len(parts) > _DEEPEST or not _can_be_written(path):
            self._refuse("a name that cannot be written", "/".join(parts))
            return
        if path.exists():
            self._repeated.append("/".join(parts))
        source = open_member() if size else None
        writer = SpoolWriter(self._workspace, path, f"unpacking {self._label}")
        try:
            while source is not None and writer.written < size:
                block = source.read(min(MIB, size - writer.written))
                if not block:
                    raise EOFError("it ends early")
                writer.write(block)
        finally:
            writer.close()

    def _refuse(self, reason: str, name: str) -> None:
        names = self._refused.setdefault(reason, [])
        names.append(name if len(names) < 3 else "")

    def finish(self) -> None:
        """Report what was refused.

        Raises:
            CannotStartError: the disk is too small; it says how much is needed.
        """
        if self._short_of:
            what = f"unpacking {self._label}"
            raise CannotStartError(self._workspace.no_space(self._total, self._short_of, what))
        for reason, names in self._refused.items():
            what = f"{len(names)} member(s) were not unpacked ({reason})"
            self._notices.oddity(f"{self._label}: {what}: {_some(names)}")
        if self._repeated:
            what = f"{len(self._repeated)} member(s) were there before; the last one of each counts"
            self._notices.oddity(f"{self._label}: {what}: {_some(self._repeated)}")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:200]) for name in names[:3])
    return shown + (" …" if len(names) > 3 else "")


def _can_be_written(path: Path) -> bool:
    """Make the folders of ``path``; False where the name is too long or taken by a folder."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if len(os.fsencode(path)) > 4000 or len(os.fsencode(path.name)) > 255:
            return False
        return not path.is_dir()
    except (OSError, ValueError):
        return False


def unpack(packed: Packed, workspace: Workspace, notices: NoticeLog, *, is_zip: bool) -> Path:
    """Unpack a container into a new folder of the work directory and return that.

    Raises:
        CannotStartError: it is damaged, encrypted, a bomb, or there is not enough disk space.
    """
    try:
        return (_unzip if is_zip else _untar)(packed, workspace, notices)
    except (*DAMAGED, tarfile.TarError) as error:
        undone = replace(packed, outer=Repair(terminal=True))
        if not is_zip and packed.outer == NOTHING and _through_terminal(packed):
            return unpack(undone, workspace, notices, is_zip=False)
        raise CannotStartError(_damaged(packed.label, error)) from error


def _through_terminal(packed: Packed) -> bool:
    with open_regular(packed.path) as file:
        return any(repair.terminal for repair in repairs_for(file))


def _damaged(label: str, error: object) -> str:
    return (
        f"{label} is damaged or incomplete ({error}), so nobody can say what is missing from it. "
        "Copy it again from where it was made. If it is all there is, unpack what can be unpacked "
        "yourself (for example `tar -xzf … || true`) and name the folder instead."
    )


def _untar(packed: Packed, workspace: Workspace, notices: NoticeLog) -> Path:
    target = _new_folder(workspace)
    if packed.repaired:
        notices.oddity(f"{packed.label} was read without {packed.repaired}.")
    with GuardedStream(packed, workspace.limits) as stream:
        allowed = _allowed(stream.compressed_size, workspace)
        tree = _Tree(target, packed.label, allowed, workspace, notices)
        for member, open_member in tar_members(stream):
            tree.add(member, open_member)
        while stream.read(MIB):  # to the end, where gzip has its checksum
            pass
        tree.finish()
    return target


def _new_folder(workspace: Workspace) -> Path:
    target = workspace.new_path("")
    target.mkdir()
    return target


def _allowed(size: int, workspace: Workspace) -> int:
    limits = workspace.limits
    return min(limits.unpacked, max(limits.expansion_floor, limits.expansion * size))


def _unzip(packed: Packed, workspace: Workspace, notices: NoticeLog) -> Path:
    target, label = _new_folder(workspace), packed.label
    with open_regular(packed.path) as file:
        tree = _Tree(target, label, _allowed(file_size(file), workspace), workspace, notices)
        try:
            for member, open_member in zip_members(file, label):
                tree.add(member, open_member)
        except NotImplementedError as error:
            raise CannotStartError(
                f"{label} is packed in a way that cannot be read here ({error}). Unpack it "
                "yourself and name the folder instead."
            ) from error
        except (zipfile.BadZipFile, RuntimeError) as error:
            raise CannotStartError(_damaged(label, error)) from error
        tree.finish()
    return target
