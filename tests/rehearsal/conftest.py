"""The chart's Job, executed: as its manifest says, against a real database and server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.image import Image, build_image
from tests.support.release import copy_chart
from tests.support.sandbox import require_sandbox


@pytest.fixture(scope="session")
def chart(built_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart with the program as it is built now."""
    return copy_chart(built_program, tmp_path_factory.mktemp("chart"))


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
