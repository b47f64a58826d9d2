"""Loading the file: once, again, and in several versions beside each other."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
import traceback
import types
from collections.abc import Iterator
from typing import Any

import pytest

from owui_function.bundle import make_modules, program_text
from owui_function.bundle.loader import PREFIX
from owui_function.bundle.writing import function_text
from tests.support.program import no_traces

SOURCES = {
    "migrator_core/__init__.py": '__version__ = "VERSION"\n',
    "migrator_core/late.py": (
        "from migrator_core import __version__\n\n\nclass Late:\n    version = __version__\n"
    ),
    "migrator_core/faulty.py": "def fail():\n    raise ValueError('on purpose')  # a remark\n",
    "owui_function/__init__.py": "",
    "owui_function/pipe.py": (
        "class Pipe:\n"
        "    def late(self):\n"
        "        from migrator_core.late import Late\n"
        "        return Late\n\n"
        "    async def work(self, go_on):\n"
        "        await wait(go_on)\n"
        "        return self.late().version\n\n"
        "    def wait_in_a_thread(self, entered, go_on):\n"
        "        entered.set()\n"
        "        go_on.wait()\n\n\n"
        "async def wait(go_on):\n"
        "    await go_on.wait()\n"
    ),
}


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Nothing of other tests is loaded, and nothing stays."""
    with no_traces():
        yield


def loaded(version: str, edit: str = "") -> types.ModuleType:
    """The file with this version of the sources, executed as Open WebUI does."""
    sources = {path: text.replace("VERSION", version) for path, text in SOURCES.items()}
    module = types.ModuleType("function_of_a_test")
    exec(program_text(make_modules(sources)) + edit, module.__dict__)
    return module


def versions() -> list[str]:
    """The packages that can be imported from."""
    packages = [str(getattr(finder, "package", "")) for finder in sys.meta_path]
    return [package for package in packages if package.startswith(PREFIX)]


def test_modules_are_imported_when_they_are_needed() -> None:
    file = loaded("1")
    late = f"{file.PACKAGE}.migrator_core.late"
    assert late not in sys.modules
    assert file.Pipe().late().version == "1"
    assert late in sys.modules
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{file.PACKAGE}.migrator_core.nothing")


def test_two_versions_keep_to_themselves() -> None:
    first, second = loaded("1"), loaded("2")
    assert first.PACKAGE != second.PACKAGE
    assert second.Pipe().late().version == "2"
    assert first.Pipe().late().version == "1"


def test_the_same_sources_are_the_same_modules() -> None:
    """An edit that changes nothing must not lose sight of a running job."""
    first = loaded("1")
    second = loaded("1", "\n# edited in Open WebUI\n")
    assert first.Pipe is second.Pipe
    assert versions() == [first.PACKAGE]


def test_the_packed_modules_are_the_same_modules() -> None:
    first = loaded("1")
    sources = {path: text.replace("VERSION", "1") for path, text in SOURCES.items()}
    packed = types.ModuleType("function_of_a_test")
    exec(function_text(make_modules(sources)), packed.__dict__)
    assert packed.PACKAGE == first.PACKAGE
    assert packed.Pipe is first.Pipe
    with no_traces():
        alone = types.ModuleType("function_of_a_test")
        exec(function_text(make_modules(sources)), alone.__dict__)
        assert alone.Pipe().late().version == "1"


def test_an_edit_inside_a_module_takes_effect() -> None:
    first = loaded("1")
    sources = {path: text.replace("VERSION", "1") for path, text in SOURCES.items()}
    module = types.ModuleType("function_of_a_test")
    text = program_text(make_modules(sources))
    exec(text.replace('__version__ = "1"', '__version__ = "1, edited"'), module.__dict__)
    assert module.Pipe().late().version == "1, edited"
    assert first.Pipe().late().version == "1"


def test_old_versions_go_when_nothing_of_them_runs() -> None:
    packages = [loaded(str(number)).PACKAGE for number in range(4)]
    assert versions() == packages[-2:]
    kept = {name.partition(".")[0] for name in sys.modules if name.startswith(PREFIX)}
    assert kept == set(packages[-2:])


async def test_an_old_version_stays_while_its_job_runs() -> None:
    old = loaded("old")
    go_on = asyncio.Event()
    job = asyncio.create_task(old.Pipe().work(go_on))
    await asyncio.sleep(0)
    for number in range(3):
        loaded(str(number))
    assert old.PACKAGE in versions()
    go_on.set()
    assert await job == "old"
    loaded("last")
    assert old.PACKAGE not in versions()


def test_an_old_version_stays_while_a_thread_is_in_it() -> None:
    old = loaded("old")
    entered, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=old.Pipe().wait_in_a_thread, args=[entered, go_on])
    thread.start()
    entered.wait()
    try:
        for number in range(3):
            loaded(str(number))
        assert old.PACKAGE in versions()
    finally:
        go_on.set()
        thread.join()


def test_going_back_to_a_version_makes_it_the_current_one() -> None:
    first, second = loaded("1"), loaded("2")
    again, third = loaded("1"), loaded("3")
    assert again.PACKAGE == first.PACKAGE
    assert versions() == [first.PACKAGE, third.PACKAGE]
    assert second.PACKAGE not in sys.modules


def test_a_traceback_shows_the_modules_line() -> None:
    file: Any = loaded("1")
    faulty = importlib.import_module(f"{file.PACKAGE}.migrator_core.faulty")
    try:
        faulty.fail()
    except ValueError:
        shown = traceback.format_exc()
    assert f'File "{file.PACKAGE}/migrator_core/faulty.py", line 2, in fail' in shown
    assert "raise ValueError('on purpose')  # a remark" in shown
