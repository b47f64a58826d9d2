"""The program that reads documents, with loaders that do what hostile documents make them do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator_core.openwebui.texts.child import NoTextError
from migrator_core.openwebui.texts.loaders import Limits, Loaders
from migrator_core.runs.directories import work_directory

LOADER = """
import errno, os, signal, subprocess, time

class Page:
    def __init__(self, text):
        self.page_content = text

class Loader:
    def __init__(self, engine="", PDF_EXTRACT_IMAGES=False, PDF_LOADER_MODE=""):
        pass

    def load(self, name, content_type, path):
        return [Page(str(getattr(self, name)(path)))]

    def pid(self, path):
        return os.getpid()

    def loops(self, path):
        return sum(range(10**15))  # in C: no other thread comes in between

    def works(self, path):
        end = time.process_time() + 0.7
        while time.process_time() < end:
            pass
        return os.getpid()

    def helper_loops(self, path):
        code = "while True: pass"
        import sys
        return subprocess.run([sys.executable, "-c", code]).returncode

    def helper(self, path):
        helper = subprocess.Popen(["sleep", "600"])
        with open(path, "w") as note:
            note.write(f"{helper.pid}\\n")
        time.sleep(600)

    def crashes(self, path):
        os.kill(os.getpid(), signal.SIGSEGV)

    def killed(self, path):
        os.kill(os.getpid(), signal.SIGKILL)

    def greedy(self, path):
        return len(b"x" * (1 << 40))

    def full(self, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    def score(self, path):
        return open("/proc/self/oom_score_adj").read().strip()

    def temporary(self, path):
        import tempfile
        return tempfile.gettempdir()
"""
DRIVER = """
from pathlib import Path
from migrator_core.openwebui.texts.loaders import Loaders
from migrator_core.runs.directories import work_directory
with work_directory() as directory:
    loaders = Loaders(lambda: False, work=directory)
    document = loaders.place / "document.pdf"
    document.write_text("of a person")
    print(loaders.read(document, "pid", ""), flush=True)
    loaders.read(document, "loops", "")
"""


@pytest.fixture
def loaders_that_act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "library" / "open_webui" / "retrieval" / "loaders"
    package.mkdir(parents=True)
    for place in (package, package.parent, package.parent.parent):
        (place / "__init__.py").touch()
    (package / "main.py").write_text(LOADER)
    monkeypatch.syspath_prepend(str(tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture
def reader(loaders_that_act: Path) -> Iterator[Loaders]:
    with contextlib.closing(Loaders(lambda: False, Limits(processor=1))) as loaders:
        yield loaders


def _refusal(reader: Loaders, what: str, path: Path = Path("document.pdf")) -> NoTextError:
    with pytest.raises(NoTextError) as raised:
        reader.read(path, what, "")
    return raised.value


def _pid(reader: Loaders) -> int:
    return int(reader.read(Path("document.pdf"), "pid", ""))


def _wait_for_the_end_of(pid: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.05)
    raise AssertionError(f"the process {pid} is still there")


def test_a_document_that_loops_is_ended_for_its_processor_time(reader: Loaders) -> None:
    error = _refusal(reader, "loops")
    assert "processor time" in str(error)
    assert error.lasts
    assert _pid(reader)


def test_what_the_reader_starts_has_the_same_limit(reader: Loaders) -> None:
    said = reader.read(Path("letter.doc"), "helper_loops", "")
    assert said == str(-signal.SIGXCPU)


def test_the_limit_is_for_each_document(reader: Loaders) -> None:
    document = Path("document.pdf")
    assert len({reader.read(document, "works", "") for _ in range(4)}) == 1


def test_what_the_reader_started_ends_with_it(loaders_that_act: Path, tmp_path: Path) -> None:
    note = tmp_path / "note"

    def stopped() -> bool:
        return note.is_file() and note.read_text().endswith("\n")

    with contextlib.closing(Loaders(stopped)) as loaders:
        assert not _refusal(loaders, "helper", note).lasts
    _wait_for_the_end_of(int(note.read_text()))


def test_with_a_run_that_is_killed_its_reader_ends_and_its_documents_go(
    loaders_that_act: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = os.pathsep.join([str(loaders_that_act), *sys.path])
    place = tmp_path / "temporary"
    place.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path, "TMPDIR": str(place)},
    ) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        run.kill()
    _wait_for_the_end_of(pid)
    assert list(place.rglob("document.pdf"))
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with work_directory():
        pass  # as the next run has one
    assert list(place.iterdir()) == []


def test_memory_that_runs_out_takes_the_reader_first(reader: Loaders) -> None:
    assert reader.read(Path("document.pdf"), "score", "") == "1000"


def test_a_reader_that_somebody_killed_says_nothing_of_the_document(reader: Loaders) -> None:
    assert not _refusal(reader, "killed").lasts
    assert not _refusal(reader, "full").lasts


def test_a_document_that_crashes_its_reader_or_wants_all_memory_is_at_fault(
    reader: Loaders,
) -> None:
    crash, greed = _refusal(reader, "crashes"), _refusal(reader, "greedy")
    assert crash.lasts
    assert "SIGSEGV" in str(crash)
    assert greed.lasts
    assert "memory" in str(greed)


def test_a_reader_that_ended_between_two_documents_is_no_documents_fault(reader: Loaders) -> None:
    first = _pid(reader)
    os.kill(first, signal.SIGKILL)
    _wait_for_the_end_of(first)
    assert _pid(reader) != first


def test_what_a_loader_keeps_for_a_while_is_in_the_scratch_directory(reader: Loaders) -> None:
    kept = Path(reader.read(Path("document.pdf"), "temporary", ""))
    assert kept.is_relative_to(reader.place)
