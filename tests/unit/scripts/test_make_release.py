"""A release is whole, its checksums fit, and building it again gives the same."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from migrator_core import __version__
from owui_function.bundle import Bundle, build
from scripts import make_chart, make_release


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The files for Open WebUI; test_bundle.py sees to it that they are always the same."""
    return build()


@pytest.fixture(scope="module")
def release(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with everything."""
    out = tmp_path_factory.mktemp("release") / "dist"
    make_release.write(out, bundle)
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_has_a_file_for_each_way_to_run_the_tool(release: Path, bundle: Bundle) -> None:
    (chart,) = release.glob("*.tgz")
    (wheel,) = release.glob("*.whl")
    assert set(files(release)) == {*bundle.files(), chart.name, wheel.name, "SHA256SUMS"}
    for name, text in bundle.files().items():
        assert (release / name).read_text("utf-8") == text
    assert wheel.name.startswith(f"librechat_migrate-{__version__}-")
    with zipfile.ZipFile(wheel) as archive:
        assert {"migrator_core/cli/__init__.py", "owui_function/pipe.py"} <= set(archive.namelist())


def test_the_chart_carries_the_same_program(release: Path, tmp_path: Path) -> None:
    (chart,) = release.glob("*.tgz")
    same = make_chart.write(tmp_path, build().command_line)
    assert (same.name, same.read_bytes()) == (chart.name, chart.read_bytes())


def test_the_checksums_are_those_of_all_files(release: Path) -> None:
    lines = (release / "SHA256SUMS").read_text("utf-8").splitlines()
    said = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files(release).items()}
    found.pop("SHA256SUMS")
    assert said == found
    assert [*said] == sorted(said)


def test_building_again_gives_the_same(release: Path, bundle: Bundle, tmp_path: Path) -> None:
    make_release.write(tmp_path / "again", bundle)
    assert files(tmp_path / "again") == files(release)
