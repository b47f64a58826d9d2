"""The process that reads documents: whatever it does, there is an answer, and the next one too."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from migrator_core.openwebui.texts import loaders
from migrator_core.openwebui.texts.child import NoTextError
from migrator_core.openwebui.texts.loaders import Limits, Loaders

PROGRAM = """
import json, os, sys, time
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["name"] == "hangs":
        time.sleep(600)
    if asked["name"] == "dies":
        os._exit(9)
    if asked["name"] == "lacks":
        print(json.dumps({"problem": "No module named 'pypdf'", "here": True}), flush=True)
        continue
    secret = asked["name"] == "secret"
    text = str(os.environ.get("WEBUI_SECRET_KEY") if secret else os.getpid())
    print(json.dumps({"bytes": len(text)}) + "\\n" + text, end="", flush=True)
"""
DOCUMENT = Path("document.pdf")


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A worker that needs no Open WebUI."""
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    spec = importlib.util.spec_from_file_location("program", path)
    assert spec is not None
    module = ModuleType("program")
    module.__spec__ = spec
    monkeypatch.setattr(loaders, "worker", module)


@pytest.fixture
def start(program: None) -> Iterator[Callable[..., Loaders]]:
    started: list[Loaders] = []

    def begin(*, stopped: bool = False, seconds: float = 30.0) -> Loaders:
        started.append(Loaders(lambda: stopped, Limits(document=seconds)))
        return started[-1]

    yield begin
    for one in started:
        one.close()


def _refusal(reader: Loaders, name: str) -> NoTextError:
    with pytest.raises(NoTextError) as raised:
        reader.read(DOCUMENT, name, "")
    return raised.value


def test_one_process_reads_one_document_after_the_other(start: Callable[..., Loaders]) -> None:
    reader = start()
    assert reader.read(DOCUMENT, "a", "") == reader.read(DOCUMENT, "b", "")


def test_a_document_that_hangs_is_given_up_and_the_next_one_read(
    start: Callable[..., Loaders],
) -> None:
    reader = start(seconds=2)
    first = reader.read(DOCUMENT, "a", "")
    error = _refusal(reader, "hangs")
    assert "longer than" in str(error)
    assert not error.lasts  # the machine may have been busy, or asleep
    assert reader.read(DOCUMENT, "b", "") != first


def test_a_reader_that_dies_is_started_again(start: Callable[..., Loaders]) -> None:
    reader = start()
    error = _refusal(reader, "dies")
    assert "its reader ended" in str(error)
    assert not error.lasts
    assert reader.read(DOCUMENT, "a", "")


def test_a_library_that_is_missing_is_asked_for_again(start: Callable[..., Loaders]) -> None:
    assert not _refusal(start(), "lacks").lasts


def test_a_run_that_is_stopped_waits_for_no_document(start: Callable[..., Loaders]) -> None:
    assert "stopped" in str(_refusal(start(stopped=True), "hangs"))


def test_the_servers_secret_stays_with_the_server(
    start: Callable[..., Loaders], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBUI_SECRET_KEY", "the server's own")
    monkeypatch.setenv("OPENAI_API_KEY", "another one")
    assert start().read(DOCUMENT, "secret", "") != "the server's own"


def test_nothing_is_left_behind(start: Callable[..., Loaders]) -> None:
    reader = start()
    reader.read(DOCUMENT, "a", "")
    place = reader.place
    assert place.is_dir()
    reader.close()
    assert not place.exists()
