"""The chart as it is packed is what Helm would pack, with a program that runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from migrator_core import __version__
from owui_function.bundle import build
from scripts.make_chart import PROGRAM, zipped
from tests.support.helm import SOURCES, VALUES, chart, run_helm

pytestmark = pytest.mark.chart

MIGRATION = VALUES / "documented-run.yaml"


def contents(packed: Path) -> dict[str, bytes]:
    """The files of a packed chart by their paths in it."""
    found = {}
    with tarfile.open(packed) as tar:
        for member in tar:
            stream = tar.extractfile(member)
            assert stream is not None, f"{member.name} is no file"
            found[member.name.removeprefix(f"{SOURCES.name}/")] = stream.read()
    return found


def test_it_holds_what_helm_would_pack(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SOURCES, tmp_path / "chart"))
    (copy / PROGRAM).write_bytes(zipped(build().command_line))
    done = run_helm("package", copy, "--destination", tmp_path)
    assert done.returncode == 0, done.stderr
    ours, helms = contents(chart()), contents(tmp_path / chart().name)
    # Helm writes these again in its own order and without comments.
    for name in [name for name in ours if name.endswith("Chart.yaml")]:
        assert yaml.safe_load(ours.pop(name)) == yaml.safe_load(helms.pop(name))
    assert ours == helms


def test_its_program_runs(tmp_path: Path) -> None:
    program = tmp_path / "program.pyz"
    program.write_bytes(contents(chart())[PROGRAM])
    done = subprocess.run(
        [sys.executable, "-I", program, "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == __version__


def test_the_sources_say_how_to_pack_them() -> None:
    sentence = (
        "This chart lacks the program of the migration, which is put in when the chart is packed: "
        "run `make chart` in a checkout of the project, and give Helm what that writes, "
        f"dist/{chart().name}."
    )
    from_sources = run_helm("template", "demo", SOURCES, "--values", MIGRATION)
    assert from_sources.returncode != 0
    assert sentence in from_sources.stderr
    assert run_helm("template", "demo", chart(), "--values", MIGRATION).returncode == 0


@pytest.mark.parametrize("file", ["defaults", "documented-afterwards", "own-image"])
def test_without_need_for_the_program_the_sources_will_do(file: str) -> None:
    values = VALUES / f"{file}.yaml"
    from_sources = run_helm("template", "demo", SOURCES, "--values", values)
    assert from_sources.returncode == 0, from_sources.stderr
    done = run_helm("lint", "--strict", SOURCES, "--values", values)
    assert done.returncode == 0, done.stdout + done.stderr
