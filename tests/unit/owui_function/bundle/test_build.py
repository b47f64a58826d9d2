"""The finished files: what they hold, and that they always come out the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from pathlib import Path

import black
import pytest

from migrator_core import __version__
from owui_function.bundle import Bundle, build
from owui_function.bundle.checks import MAX_BYTES, REWRITTEN
from tests.support.environments import ROOT
from tests.support.program import no_traces


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The files, built here and now."""
    return build()


def test_the_same_sources_give_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "owui_function.bundle", "--out", str(tmp_path / "dist")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"},
        cwd=tmp_path,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    written = {path.name: path.read_bytes() for path in (tmp_path / "dist").iterdir()}
    assert written == {name: text.encode() for name, text in bundle.files().items()}
    assert not {name for name, data in written.items() if str(ROOT).encode() in data}


def test_every_module_can_be_read_in_the_file(bundle: Bundle) -> None:
    lines = set(bundle.program.splitlines())
    for path in sorted((ROOT / "migrator_core").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.endswith(("/__main__.py", "/demo.py", "/new_instance.py", "/install_function.py")):
            assert f"# ==== {name} ====" not in lines
            continue
        assert f"# ==== {name} ====" in lines
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.lstrip().startswith("from "):  # imports become relative
                assert line in lines, name


def test_the_files_go_through_a_proxy_and_the_loader(bundle: Bundle) -> None:
    functions = json.loads(bundle.functions_json)
    assert [function["id"] for function in functions] == [
        "librechat_migration", "librechat_migration_buttons",
    ]  # fmt: skip
    assert [function["content"] for function in functions] == [bundle.function, bundle.action]
    assert len(bundle.functions_json.encode()) < MAX_BYTES
    for name, text in bundle.files().items():
        assert not [words for words in REWRITTEN if words in text], name
    # Whoever opens the Function in Open WebUI's editor must be able to move in it.
    assert max(map(len, bundle.function.splitlines())) < 1000


def test_the_frontmatter_says_what_people_look_for(bundle: Bundle) -> None:
    for function in json.loads(bundle.functions_json):
        first, *lines = function["content"].split("\n")
        assert first == '"""'
        entries = dict(line.split(": ", 1) for line in lines[: lines.index('"""')])
        assert entries == function["meta"]["manifest"]
        assert entries["title"] == function["name"]
        assert entries["version"] == __version__
        assert entries["required_open_webui_version"] == "0.10.0"
        assert entries["license"] == entries["licence"] == "MIT"
        assert entries["icon_url"].startswith("data:image/svg+xml,")
        assert "requirements" not in entries


def test_open_webuis_editor_may_reformat_the_file(bundle: Bundle) -> None:
    for text in (bundle.function, bundle.action):
        formatted = black.format_str(text, mode=black.Mode())  # what its editor calls
        assert formatted.split("\n", 1)[0] == '"""'
        with no_traces():
            before, after = _executed(text), _executed(formatted)
        assert before.get("MODULES") == after.get("MODULES")
        assert before.get("PACKAGE") == after.get("PACKAGE")
        assert ("Pipe" in after, "Action" in after) == ("Pipe" in before, "Action" in before)


def _executed(text: str) -> dict[str, object]:
    module = types.ModuleType("function_of_a_test")
    exec(text, module.__dict__)
    return module.__dict__
