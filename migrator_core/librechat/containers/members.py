"""The members of tar and zip files, one after the other, in bounded memory."""

from __future__ import annotations

import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, Final, Protocol, Self

from migrator_core.errors import CannotStartError
from migrator_core.librechat.containers.compressed import GuardedStream
from migrator_core.librechat.limits import KIB, MIB

_MAX_HEADER: Final = MIB  # of a long name or pax header; tarfile would read any size into memory
_MAX_DIRECTORY: Final = 128 * MIB  # of a zip file's table of contents, which is read at once
_EXTENDED = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)


_LINES = re.compile(rb"[^{\[\0\r\n][^\0\r\n]{0,1000}[\r\n]")
"""What a program said; data of a backup does not begin so."""


class Readable(Protocol):
    """The content of a member."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes."""


class _Rest(Protocol):
    """What tarfile reads a stream through; ``pos`` is how many bytes it has given."""

    pos: int

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes."""


@dataclass(slots=True)
class Member:
    """One entry of a container; ``refused`` says why it must not be written."""

    name: str
    size: int
    is_directory: bool = False
    refused: str | None = None


def safe_parts(name: str) -> list[str] | None:
    """The components of a member's name, or None when it is absolute or leads outside."""
    if "\x00" in name or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", name):
        return None
    if "/" not in name:
        name = name.replace("\\", "/")  # zip files of old Windows tools
    parts = [part for part in name.split("/") if part not in {"", "."}]
    return None if ".." in parts else parts


class _CheckedHeader(tarfile.TarInfo):
    """A header of bounded size; tells the end of an archive from damage, which tarfile does not."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read one block of 512 bytes."""
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if not any(buf) and len(buf) in {0, tarfile.BLOCKSIZE}:
                raise  # a block of zeros, which some tools leave out: the proper end
            raise EOFError(f"a header is damaged or missing: {error}") from None
        if header.type in _EXTENDED and header.size > _MAX_HEADER:
            raise EOFError(f"a header of {header.size} bytes")
        return header


def tar_members(stream: GuardedStream) -> Iterator[tuple[Member, Callable[[], Readable | None]]]:
    """The members of a tar stream in order, each with a way to open it before the next is asked.

    Raises what :data:`~migrator_core.librechat.containers.compressed.DAMAGED` lists over damage.
    """
    try:
        with tarfile.open(  # type: ignore[call-overload]  # the stubs do not know "r|"
            fileobj=stream,
            mode="r|",
            tarinfo=_CheckedHeader,
            encoding="utf-8",
            errors="surrogateescape",
            bufsize=20 * tarfile.BLOCKSIZE * 16,
        ) as tar:
            while (info := tar.next()) is not None:
                tar.members = []  # tarfile keeps every header it ever read
                yield _tar_member(info), lambda found=info: tar.extractfile(found)  # type: ignore[misc]
            _check_rest(tar.fileobj)
    except tarfile.TarError as error:
        raise EOFError(str(error)) from error


def _check_rest(rest: _Rest) -> None:
    """Look at what follows the end, which a block of zeros says: zeros, and what programs said.

    A hole of zeros where a header was looks like an end, with the lost members behind it.

    Raises:
        EOFError: something else follows.
    """
    ends_at = rest.pos
    while block := rest.read(MIB):
        text = block.lstrip(b"\0")
        if text:
            begins_at = rest.pos - len(text)
            whole = begins_at - ends_at >= tarfile.BLOCKSIZE
            if whole and (begins_at % tarfile.RECORDSIZE == 0 or _LINES.match(text)):
                return
            raise EOFError("something follows what looks like its end")


def _tar_member(info: tarfile.TarInfo) -> Member:
    refused = None
    if info.issym() or info.islnk():
        refused = "a link"
    elif not (info.isreg() or info.isdir()):
        refused = "a device or special file"
    return Member(info.name, info.size if info.isreg() else 0, info.isdir(), refused)


def zip_members(
    file: BinaryIO, label: str
) -> Iterator[tuple[Member, Callable[[], Readable | None]]]:
    """The members of a zip file, each with a way to open it.

    Raises BadZipFile, NotImplementedError or RuntimeError over damage and unknown compression.

    Raises:
        CannotStartError: it is encrypted, or its table of contents is too large.
    """
    _check_directory(file, label)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            _check_encryption(info, label)
            yield _zip_member(info), lambda found=info: _opened(archive, found)  # type: ignore[misc]


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    return archive.open(info)


def _check_encryption(info: zipfile.ZipInfo, label: str) -> None:
    if info.flag_bits & 0x1:
        raise CannotStartError(
            f"{label} is protected with a password. Unpack it yourself and name the folder instead."
        )


def _zip_member(info: zipfile.ZipInfo) -> Member:
    mode = info.external_attr >> 16
    refused = None
    if stat.S_ISLNK(mode):
        refused = "a link"
    elif stat.S_IFMT(mode) in {stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK}:
        refused = "a device or special file"
    is_folder = info.filename.endswith("/")
    if not info.filename or (is_folder and info.file_size):
        raise zipfile.BadZipFile("a member with content has no name")
    return Member(info.filename, info.file_size, is_folder, refused)


def _check_directory(file: IO[bytes], label: str) -> None:
    """Look at the size of the table of contents: zipfile reads all of it into memory.

    Format: PKWARE APPNOTE 6.3.10, end of central directory record (and its Zip64 form).
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - 66 * KIB))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    length = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    end64 = tail.rfind(b"PK\x06\x06")
    if length == 0xFFFFFFFF and end64 >= 0:
        length = int.from_bytes(tail[end64 + 40 : end64 + 48], "little")
    file.seek(0)
    if length > _MAX_DIRECTORY:
        raise CannotStartError(
            f"{label} has a table of contents of {length // MIB} MiB, which is too much to read. "
            "Unpack it yourself and name the folder instead."
        )
