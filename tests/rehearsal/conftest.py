"""The chart's Job, executed: as its manifest says, against a real database and server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import helm
from tests.support.image import Image, build_image
from tests.support.release import Release, hand_over
from tests.support.sample import SAMPLE
from tests.support.sandbox import require_sandbox


@pytest.fixture(scope="session")
def chart() -> Path:
    """The chart with the program as it is built now."""
    return helm.chart()


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Open WebUI's image."""
    require_sandbox()
    return build_image(tmp_path_factory.mktemp("image") / "tree")


@pytest.fixture(scope="session")
def bare_image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image without what reads BSON."""
    require_sandbox()
    hidden = frozenset({"bson", "pymongo", "gridfs"})
    return build_image(tmp_path_factory.mktemp("bare-image") / "tree", without=hidden)


@pytest.fixture
def release(chart: Path, image: Image, tmp_path: Path) -> Release:
    """A release with a claim for Open WebUI's data and one with the sample, read by user 1000."""
    new = Release(chart, tmp_path, image)
    new.cluster.claim("demo-open-webui")
    claim = new.cluster.claim("librechat-backup")
    shutil.copytree(SAMPLE, claim / "librechat-backup")
    hand_over(claim, 1000)
    return new
