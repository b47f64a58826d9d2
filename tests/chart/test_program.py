"""The program that the chart carries is the one that these sources make."""

from __future__ import annotations

import pytest

from owui_function.bundle import build
from tests.support.helm import CHART

pytestmark = pytest.mark.chart


def test_the_chart_carries_the_current_program() -> None:
    carried = (CHART / "files" / "librechat_migration.py").read_text(encoding="utf-8")
    assert carried == build().program, "the sources changed: run `make bundle` and commit the file"
