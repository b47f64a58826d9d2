"""The built single file in Open WebUI's hands, and as a program on a stock Open WebUI."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrator_core import __version__
from tests.support import load_functions
from tests.support.containers import CONTAINERS
from tests.support.environments import CURRENT, OLDER, Deployment, deployment
from tests.support.program import BUTTONS
from tests.support.sample import SAMPLE, truth

pytestmark = pytest.mark.openwebui

HIDDEN = ("bson", "passlib", "pymongo", "rich")
"""Packages that a stock Open WebUI does not promise."""

HIDING = f"""
import sys


class Hider:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HIDDEN!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Hider())
"""


@pytest.fixture(scope="module", params=[CURRENT, *OLDER])
def loaded(
    request: pytest.FixtureRequest, built_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What this version's loader makes of the files."""
    target = deployment(request.param, tmp_path_factory.mktemp("loading"))
    finished = subprocess.run(
        [
            str(target.python),
            load_functions.__file__,
            str(built_program),
            str(built_program.with_name(f"{BUTTONS}.py")),
            str(built_program.with_suffix(".json")),
        ],
        env=_alone(target)
        | {"ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS": "false", "ENABLE_DB_MIGRATIONS": "false"},
        cwd=target.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    record: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return record


def test_open_webui_loads_both_functions(loaded: dict[str, Any]) -> None:
    first, edited, again, back = loaded["program"]
    assert {(seen["class"], seen["kind"]) for seen in loaded["program"]} == {("Pipe", "pipe")}
    assert (loaded["buttons"]["class"], loaded["buttons"]["kind"]) == ("Action", "action")
    for seen in (first, loaded["buttons"]):
        assert seen["frontmatter"]["version"] == __version__
        assert seen["frontmatter"]["author"] == "librechat-migrate developers"

    # An edited file takes effect at once, and every version has all its modules.
    assert [seen["version"].split()[0] for seen in loaded["program"]] == [
        "one", "two", "three", "one",
    ]  # fmt: skip
    assert len({first["modules"], edited["modules"], again["modules"], back["modules"]}) == 1
    assert first["modules"] > 100
    assert back["packages"] == sorted({again["package"], back["package"]})

    # What people import is packed, and is the same.
    packed = loaded["packed"]
    assert (packed["class"], packed["modules"]) == ("Pipe", first["modules"])
    assert (packed["version"], packed["frontmatter"]) == (__version__, first["frontmatter"])


def test_loading_the_function_leaves_the_rest_for_later(loaded: dict[str, Any]) -> None:
    """It happens on the event loop of everybody's server."""
    walked = ("migrator_core.convert", "migrator_core.librechat", "migrator_core.openwebui")
    for loaded_first in (loaded["program"][0], loaded["packed"]):
        at_load = [name.partition(".")[2] for name in loaded_first["at_load"]]
        assert [name for name in at_load if name.startswith(walked)] == []


class StockProgram:
    """Calls the file with an interpreter that lacks packages."""

    def __init__(self, target: Deployment, program: Path, hiding: Path) -> None:
        self._target = target
        self._program = program
        self._hiding = hiding

    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run it with these words."""
        return self._python(str(self._program), *map(str, words))

    def on_a_terminal(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """The same, with a terminal as standard error."""
        master, slave = os.openpty()
        try:
            return self._python(str(self._program), *map(str, words), stderr=slave)
        finally:
            os.close(master)
            os.close(slave)

    def has(self, package: str) -> bool:
        """Whether the interpreter finds a package."""
        return self._python("-c", f"import {package}").returncode == 0

    def _python(
        self, *words: str, stderr: int = subprocess.STDOUT
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._target.python), *words],
            env=_alone(self._target) | {"PYTHONPATH": str(self._hiding)},
            cwd=self._target.home,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            check=False,
        )


@pytest.fixture
def stock(empty: Deployment, built_program: Path, tmp_path: Path) -> StockProgram:
    """The program on an Open WebUI that has nothing but what it promises."""
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(HIDING)
    return StockProgram(empty, built_program, hiding)


def test_a_stock_open_webui_is_enough_for_a_mongoexport(
    stock: StockProgram, tmp_path: Path
) -> None:
    assert not any(stock.has(package) for package in (*HIDDEN, "migrator_core"))
    report = tmp_path / "report"
    finished = stock("run", "--backup", SAMPLE, "--report-dir", report)
    assert finished.returncode == 0, finished.stdout
    counts = json.loads((report / "report.json").read_text("utf-8"))["collections"]
    for collection in ("users", "conversations", "messages", "files", "agents", "promptgroups"):
        expected = truth()["counts"][collection]
        assert {key: counts[collection][key] for key in expected} == expected, collection

    listed = stock("runs", "--json")
    assert json.loads(listed.stdout)["state"] == "finished"
    again = tmp_path / "report-again"
    assert stock("report", "--report-dir", again).returncode == 0
    assert (again / "report.html").is_file()


def test_without_rich_a_terminal_gets_plain_lines(stock: StockProgram, tmp_path: Path) -> None:
    finished = stock.on_a_terminal("run", "--dry-run", "--backup", SAMPLE, "--report-dir", tmp_path)
    assert finished.returncode == 0, finished.stdout
    assert "phase: conversations\n" in finished.stdout


def test_a_mongodump_says_what_is_missing(stock: StockProgram, tmp_path: Path) -> None:
    backup = CONTAINERS["mongodump"](tmp_path / "backup")
    finished = stock("run", "--backup", backup, "--report-dir", tmp_path / "report")
    assert finished.returncode == 10, finished.stdout
    assert "pip install pymongo" in finished.stdout
    assert "Traceback" not in finished.stdout


def test_the_program_offers_what_it_has(stock: StockProgram) -> None:
    words = stock("--help")
    assert words.returncode == 0
    for verb in ("run", "runs", "report"):
        assert f"\n    {verb} " in words.stdout
    assert "demo" not in words.stdout
    assert stock("--version").stdout == f"librechat-migrate {__version__}\n"
    assert stock("demo").returncode == 2


def _alone(target: Deployment) -> dict[str, str]:
    """The deployment's environment, in which the packages of the tool are not to be found."""
    return {name: value for name, value in target.variables.items() if name != "PYTHONPATH"}
