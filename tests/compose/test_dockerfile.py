"""``Dockerfile``: its steps, carried out here in an environment like the image's."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from migrator_core import __version__
from tests.compose.packages import linked
from tests.support.environments import CURRENT, ROOT

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
CHECKER = (ROOT / "tests" / "compose" / "Dockerfile").read_text("utf-8")
ADDED = {"pymongo", "dnspython", "libpass"}


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions and what follows them, with lines put together."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    pairs = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(name, rest) for name, _, rest in pairs]


def copied(text: str) -> list[str]:
    """What is copied out of the checkout."""
    copies = [rest.split()[:-1] for name, rest in instructions(text) if name == "COPY"]
    return [source for sources in copies for source in sources if "--from=build" not in sources]


def test_it_stays_open_webuis_image() -> None:
    names = [name for name, _ in instructions(TEXT)]
    assert not {"ENTRYPOINT", "CMD", "USER", "EXPOSE", "HEALTHCHECK", "ENV"} & set(names)
    bases = [rest for name, rest in instructions(TEXT) if name == "FROM"]
    image = "ghcr.io/open-webui/open-webui:${OPEN_WEBUI_TAG}"
    assert bases == [f"{image} AS build", image]
    assert ("ARG", f"OPEN_WEBUI_TAG=v{CURRENT}") in instructions(TEXT)
    assert instructions(TEXT)[-1] == ("WORKDIR", "/app/backend")


def test_the_context_holds_what_is_copied_and_little_else() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    back = {line.removeprefix("!") for line in lines if line.startswith("!")}
    wanted = {source.rstrip("*") for source in [*copied(TEXT), *copied(CHECKER)]}
    assert wanted <= back
    assert back - wanted == {"tests", "tests/compose"}  # the folders above the checker's pins
    assert {"tests/*", "tests/compose/*"} <= set(lines)


def test_the_wheel_is_built_from_all_its_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(copied(TEXT))


def test_what_it_adds_has_the_versions_of_development() -> None:
    pins = (ROOT / "requirements" / "dev.txt").read_text("utf-8").split()
    added = re.findall(r"(\S+)==(\S+)", TEXT)
    assert {name for name, _ in added} == ADDED
    assert [
        f"{name}=={version}" for name, version in added if f"{name}=={version}" not in pins
    ] == []


@pytest.mark.parametrize("name", sorted(ADDED))
def test_nothing_of_open_webuis_is_installed_over(name: str) -> None:
    """What the Dockerfile adds is nothing that Open WebUI itself asks for."""
    (own,) = (d for d in distributions() if d.name == "open-webui")
    asked = {
        re.split(r"[^\w.-]", line)[0].lower() for line in own.requires or () if "extra" not in line
    }
    assert name not in asked


def test_its_steps_work(tmp_path: Path) -> None:
    build, install = [rest for name, rest in instructions(TEXT) if name == "RUN"]
    source = tmp_path / "source"
    source.mkdir()
    for pattern in copied(TEXT):
        for path in ROOT.glob(pattern):
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, source / path.name)
    # As in the image: what Open WebUI has is there already, in another folder.
    image = tmp_path / "image"
    subprocess.run([sys.executable, "-m", "venv", image], check=True)
    (site,) = image.glob("lib/python3*/site-packages")
    theirs = [
        d.name for d in distributions() if d.name.lower() not in {*ADDED, "pip", "setuptools"}
    ]
    (site / "open-webui.pth").write_text(str(linked(theirs, tmp_path / "open-webui")))
    before = set(_names(site))

    wheels = tmp_path / "wheels"
    _shell(build.replace("/wheels", str(wheels)), image, source)
    (wheel,) = wheels.iterdir()
    assert wheel.name == f"librechat_migrate-{__version__}-py3-none-any.whl"
    said = _shell(install.replace("/tmp/wheels", str(wheels)), image, tmp_path)
    assert said.splitlines()[-1].endswith(__version__)
    assert set(_names(site)) - before == {*ADDED, "librechat-migrate"}
    assert not wheels.exists()


def _names(site: Path) -> list[str]:
    return [d.name for d in distributions(path=[str(site)])]


def _shell(line: str, image: Path, folder: Path) -> str:
    """A line as ``RUN`` runs it, with the image's programs first."""
    done = subprocess.run(
        ["sh", "-c", f'PATH="{image}/bin:$PATH"; {line}'], cwd=folder, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
