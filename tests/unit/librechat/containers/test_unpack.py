from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from migrator_core.errors import CannotStartError
from migrator_core.librechat import Limits
from tests.unit.librechat.building import collections, ids, json_lines, opened


class Usage(NamedTuple):
    """What shutil.disk_usage answers."""

    total: int
    used: int
    free: int


def _tar(path: Path, extra: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for info, data in extra:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, documents in collections().items():
            info = tarfile.TarInfo(f"b/data/{name}.json")
            data = json_lines(documents)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def _info(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


HOSTILE = [
    _info("/tmp/absolute.txt"),
    _info("../outside.txt"),
    _info("b/../../outside.txt"),
    _info("b/files", tarfile.SYMTYPE, "/etc"),
    _info("b/data/presets.json", tarfile.SYMTYPE, "/etc/passwd"),
    _info("b/data/agents.json", tarfile.LNKTYPE, "/etc/passwd"),
    _info("b/pipe", tarfile.FIFOTYPE),
    _info("b/device", tarfile.CHRTYPE),
    _info("b/" + "n" * 300),
    _info("b/files/uploads/link", tarfile.SYMTYPE, "../../../.."),
    _info("b/files/uploads/link/x.txt"),
]


def test_hostile_members_are_left_out_and_told(tmp_path: Path) -> None:
    extra = [(info, b"evil" if info.isreg() else b"") for info in HOSTILE]
    path = _tar(tmp_path / "b.tar.gz", extra)
    with opened(path, tmp_path) as backup:
        assert len(ids(backup, "messages")) == 5
        assert "presets" not in backup.collections
        details = " ".join(notice.detail for notice in backup.notices)
        for word in ("absolute.txt", "outside.txt", "a link", "special file", "cannot be written"):
            assert word in details
        unpacked = [p for p in (tmp_path / "work").rglob("*") if p.is_symlink() or p.is_fifo()]
        assert unpacked == []
    assert not (tmp_path / "outside.txt").exists()
    assert not (tmp_path / "work" / "outside.txt").exists()


def test_hostile_zip_members_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../outside.txt", "/absolute.txt", "C:\\evil.txt"):
            archive.writestr(name, "evil")
        link = zipfile.ZipInfo("data/presets.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        for name, documents in collections().items():
            archive.writestr(f"data\\{name}.json", json_lines(documents))
    with opened(path, tmp_path) as backup:
        assert backup.collections == tuple(sorted(collections()))
        assert len(ids(backup, "messages")) == 5
    assert not (tmp_path / "outside.txt").exists()


BOUND = Limits(expansion_floor=1_000_000, expansion=10)


@pytest.mark.parametrize("mode", ["w:gz", "w:xz", "w:bz2"])
def test_a_bomb_stops(tmp_path: Path, mode: str) -> None:
    path = _tar(tmp_path / "b", [(_info("b/zeros"), bytes(5_000_000))], mode)
    with pytest.raises(CannotStartError, match="bomb"):
        opened(path, tmp_path, BOUND)
    assert list((tmp_path / "work").iterdir()) == []


def test_a_zip_bomb_stops(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(5_000_000))
    with pytest.raises(CannotStartError, match="bomb"):
        opened(tmp_path / "b.zip", tmp_path, BOUND)


def test_a_bomb_behind_the_end_of_the_tar_stops(tmp_path: Path) -> None:
    plain = _tar(tmp_path / "plain", [], "w").read_bytes()
    (tmp_path / "b").write_bytes(gzip.compress(plain + bytes(5_000_000)))
    with pytest.raises(CannotStartError, match="bomb"):
        opened(tmp_path / "b", tmp_path, BOUND)


def test_too_many_members_stop(tmp_path: Path) -> None:
    extra = [(_info(f"b/{number}"), b"") for number in range(50)]
    with pytest.raises(CannotStartError, match="more than 20 files"):
        opened(_tar(tmp_path / "b", extra), tmp_path, Limits(members=20))


def test_a_gigantic_header_is_not_read(tmp_path: Path) -> None:
    header = _info("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    header.size = 1 << 33
    (tmp_path / "b").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(100_000))
    with pytest.raises(CannotStartError, match="damaged"):
        opened(tmp_path / "b", tmp_path)


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_a_cut_off_tar_is_refused_because_nobody_knows_what_is_missing(
    tmp_path: Path, mode: str
) -> None:
    path = _tar(tmp_path / "b", [(_info("b/noise"), bytes(range(256)) * 40)], mode)
    data = path.read_bytes()
    path.write_bytes(data[: data.find(b"messages.json") + 700 if mode == "w" else len(data) // 2])
    with pytest.raises(CannotStartError, match="damaged or incomplete"):
        opened(path, tmp_path)


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, documents in collections().items():
            archive.writestr(f"{name}.json", json_lines(documents))
    path.write_bytes(path.read_bytes().replace(b"text 102", b"text XXX"))
    with pytest.raises(CannotStartError, match="damaged or incomplete"):
        opened(path, tmp_path)


@pytest.mark.parametrize("packed", [True, False])
def test_a_full_disk_is_told_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    path = _tar(tmp_path / "b", [(_info("b/files/uploads/x"), bytes(3_000_000))], "w")
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    reserve = Limits().free_space_reserve
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, reserve + 1_000_000))
    with pytest.raises(
        CannotStartError, match=r"needs about 2\.9 MiB, 1\.0 MiB are free"
    ) as caught:
        opened(path, tmp_path)
    assert str(tmp_path / "work") in str(caught.value)


def test_a_hole_where_a_header_was_is_no_end(tmp_path: Path) -> None:
    path = _tar(tmp_path / "b", [], "w")
    data = path.read_bytes()
    with tarfile.open(path) as tar:
        last = tar.getmembers()[-2].offset  # of some with content behind it
    path.write_bytes(data[:last] + bytes(512) + data[last + 512 :])
    with pytest.raises(CannotStartError, match="damaged or incomplete"), opened(path, tmp_path):
        pass


@pytest.mark.parametrize("said", [b"2026-03-01T12:00:00.123+0000\tdone dumping\n", b"\0" * 700])
def test_what_a_program_said_behind_the_end_is_nothing(tmp_path: Path, said: bytes) -> None:
    path = _tar(tmp_path / "b", [], "w")
    path.write_bytes(path.read_bytes() + said)
    with opened(path, tmp_path) as backup:
        assert len(ids(backup, "messages")) == 5


@pytest.mark.parametrize("name", ["", "b/data/"])
def test_a_member_of_a_zip_without_a_name_is_damage(tmp_path: Path, name: str) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for each, documents in collections().items():
            archive.writestr(f"b/data/{each}.json", json_lines(documents))
        info = zipfile.ZipInfo("b/data/agents.json")
        archive.writestr(info, b"{}")
        info.filename = name
    with pytest.raises(CannotStartError, match="damaged or incomplete"), opened(path, tmp_path):
        pass


def _pax(name: str, **headers: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.pax_headers = headers
    return info


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (_pax("b/x", path="../../outside.txt"), "leads outside"),
        (_pax("b/x", path="/tmp/outside.txt"), "leads outside"),
        (_pax("b/x", **{"GNU.sparse.map": "0,1", "GNU.sparse.size": "4",
                        "GNU.sparse.name": "../outside.txt"}), "leads outside"),
        (_info("b/" + "d/" * 2_000 + "x"), "cannot be written"),
        (_info("b/" + f"{'d' * 200}/" * 30 + "x"), "cannot be written"),
        (_info("b/data/users.json"), "were there before; the last one of each counts"),
        (_info("b/data/agents.json", b"Z"), "special file"),
    ],
)  # fmt: skip
def test_what_is_odd_about_a_member_is_told(
    tmp_path: Path, info: tarfile.TarInfo, said: str
) -> None:
    with opened(_tar(tmp_path / "b.tar.gz", [(info, b"evil")]), tmp_path) as backup:
        assert len(ids(backup, "messages")) == 5
        assert any(said in notice.detail for notice in backup.notices)
    assert not list(tmp_path.rglob("outside.txt"))


@pytest.mark.parametrize(
    "info",
    [
        _pax("b/x", size="-1"),
        _pax("b/x", size=str(10**15)),
        _pax("b/x", **{"GNU.sparse.map": "0,x", "GNU.sparse.size": "100"}),
        _info("b/data/Users.json"),
        _info("b/data"),
    ],
)
def test_what_cannot_be_told_apart_or_measured_is_refused(
    tmp_path: Path, info: tarfile.TarInfo
) -> None:
    path = _tar(tmp_path / "b.tar.gz", [(info, b'{"_id": "1"}\n')])
    with pytest.raises(CannotStartError), opened(path, tmp_path):
        pass
