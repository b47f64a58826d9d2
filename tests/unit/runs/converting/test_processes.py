"""Where no processes can be had, one does everything."""

from __future__ import annotations

import multiprocessing
from typing import Any

import pytest

from migrator_core.runs.converting.processes import processes


@pytest.mark.parametrize("wanted", [0, -1])
def test_one_process_has_no_others(wanted: int) -> None:
    with processes(wanted) as pool:
        assert pool is None


@pytest.mark.parametrize("trouble", [PermissionError(13, "denied"), ImportError("no semaphores")])
def test_a_system_that_has_nothing_to_talk_through_is_no_reason_to_fail(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise trouble

    monkeypatch.setattr(multiprocessing.get_context("fork"), "Lock", denied)
    monkeypatch.setattr(multiprocessing.get_context("fork"), "SimpleQueue", denied)
    with processes(1) as pool:
        assert pool is None
