"""The packed chart depends on the chart and the program, and on nothing of the machine."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from scripts import make_chart

TEXT = "import sys\n\nprint(sys.argv[1:])\n"


def members(packed: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(packed) as tar:
        return tar.getmembers()


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first = make_chart.write(tmp_path / "first", TEXT)
    other = Path(shutil.copytree(make_chart.CHART, tmp_path / "elsewhere"))
    for path in other.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
        path.chmod(0o755 if path.is_dir() else 0o600)
    second = make_chart.write(tmp_path / "second", TEXT, other)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    assert make_chart.write(tmp_path / "third", TEXT + "#\n").read_bytes() != first.read_bytes()


def test_nothing_says_where_and_when_it_was_packed(tmp_path: Path) -> None:
    packed = make_chart.write(tmp_path, TEXT)
    head = packed.read_bytes()[:10]
    assert head[3] == 0, "the gzip header has a name or a comment"
    assert head[4:8] == bytes(4), "the gzip header has a time"
    for member in members(packed):
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
        assert (member.mode, member.isreg()) == (0o644, True)
    assert len({member.mtime for member in members(packed)}) == 1


def test_helm_finds_the_chart_in_one_folder_and_its_description_first(tmp_path: Path) -> None:
    names = [member.name for member in members(make_chart.write(tmp_path, TEXT))]
    assert names[0] == "open-webui-stack/Chart.yaml"
    assert {name.split("/")[0] for name in names} == {"open-webui-stack"}
    assert f"open-webui-stack/{make_chart.PROGRAM}" in names


def test_what_helm_ignores_stays_out(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(make_chart.CHART, tmp_path / "chart"))
    before = make_chart.read_chart(folder)
    assert "README.md" in before
    assert "README.md.gotmpl" not in before
    (folder / "values.yaml~").touch()
    (folder / "files" / "__pycache__").mkdir()
    (folder / "files" / "__pycache__" / "wait.cpython-311.pyc").touch()
    assert make_chart.read_chart(folder) == before


def test_the_program_is_a_file_that_python_runs(tmp_path: Path) -> None:
    packed = make_chart.zipped(TEXT)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read("librechat_migration.py").decode() == TEXT
    program = tmp_path / "program.pyz"
    program.write_bytes(packed)
    done = subprocess.run(
        [sys.executable, "-I", program, "one", "two"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['one', 'two']\n"
