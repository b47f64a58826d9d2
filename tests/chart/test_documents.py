"""What the documents show renders, and what they quote is said."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from migrator_core.outcome import Reason
from tests.support.go_tools import go_tool
from tests.support.helm import ROOT, SOURCES, VALUES, environment, template

pytestmark = pytest.mark.chart

GUIDE = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")


def blocks() -> list[str]:
    """The guide's YAML blocks, in order."""
    return re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def values_blocks() -> list[str]:
    return [block for block in blocks() if "apiVersion:" not in block]


@pytest.mark.parametrize("block", values_blocks(), ids=lambda block: block.splitlines()[0][2:])
def test_values_of_the_guide_render(block: str) -> None:
    values = yaml.safe_load(block)
    rendered = template(values=values)
    jobs = [one["metadata"]["name"] for one in rendered.of("Job")]
    assert ("demo-migration" in jobs) is values["migration"]["enabled"]


def test_the_documented_steps_are_a_preview_a_run_and_an_end() -> None:
    steps = [block for block in blocks() if block.startswith("# migration-values.yaml")]
    assert [yaml.safe_load(step)["migration"]["enabled"] for step in steps] == [True, True, False]
    claim = yaml.safe_load(blocks()[0].split("\n---\n")[0])["metadata"]["name"]
    for step, dry_run in zip(steps[:2], ("true", "false"), strict=True):
        pod = template(values=yaml.safe_load(step)).pod
        variables = environment(pod["containers"][0])
        assert variables["DRY_RUN"] == dry_run
        assert variables["BACKUP_DIR"] == "/backup/librechat-backup"
        backup = next(volume for volume in pod["volumes"] if volume["name"] == "backup")
        assert backup["persistentVolumeClaim"]["claimName"] == claim


def test_manifests_of_the_guide_are_valid() -> None:
    found: list[dict[str, Any]] = []
    for block in blocks():
        if "apiVersion:" in block:
            found += yaml.safe_load_all(block)
    assert [one["kind"] for one in found] == ["PersistentVolumeClaim", "Pod"]
    for manifest in found:
        kubernetes_validate.validate(manifest, "1.33.0", strict=True)


def test_the_copying_pod_writes_as_the_job_reads() -> None:
    pod = yaml.safe_load(blocks()[0].split("\n---\n")[1])["spec"]["securityContext"]
    job = template(VALUES / "documented-run.yaml").pod["securityContext"]
    for name in ("runAsUser", "runAsGroup", "fsGroup"):
        assert pod[name] == job[name]


def quoted() -> list[str]:
    """What the troubleshooting table says that the programs say."""
    table = GUIDE.split("What the program says:")[1].split("\n\nUsers")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")][1:]
    pieces = [
        piece
        for row in rows
        for text in re.findall(r"`([^`]+)`", row)
        for piece in re.split("…", text)
    ]
    theirs = {"password authentication failed", "wait"}  # PostgreSQL's words, and a name
    return [piece.strip() for piece in pieces if piece.strip() not in {*theirs, "", "Job"}]


@pytest.mark.parametrize("piece", quoted())
def test_a_quoted_message_is_one_that_is_printed(piece: str) -> None:
    sources = [*(ROOT / "migrator_core").rglob("*.py"), *(SOURCES / "files").glob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert piece in re.sub(r'"\s*\n\s*f?"', "", code)


def test_reasons_that_are_named_exist() -> None:
    for reason in ("no-password", "no-email", "missing-in-backup", "remote-storage"):
        assert f"`{reason}`" in GUIDE
        assert reason in {each.value for each in Reason}


def value_rows(text: str) -> dict[str, tuple[str, str]]:
    rows = {}
    for line in text.split("## Values", 1)[1].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and cells[0] != "Key":
            rows[cells[0]] = (cells[2], cells[3])
    return rows


def test_every_value_is_described_in_the_readme() -> None:
    rows = value_rows((SOURCES / "README.md").read_text(encoding="utf-8"))
    described = 0
    comment = ""
    for line in (SOURCES / "values.yaml").read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("# -- "):
            comment = line.lstrip()[5:]
            continue
        if comment:
            key = line.strip().split(":")[0]
            assert any(
                name.rpartition(".")[2] == key and text == comment
                for name, (_, text) in rows.items()
            ), key
            described += 1
        comment = ""
    assert described == len(rows)
    assert all(text for _, text in rows.values())


def test_the_readme_is_what_helm_docs_makes(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SOURCES, tmp_path / "open-webui-stack"))
    (copy / "README.md").unlink()
    subprocess.run(
        [go_tool("helm-docs"), "--chart-search-root", str(tmp_path), "--sort-values-order", "file"],
        check=True,
        capture_output=True,
    )
    made = (copy / "README.md").read_text(encoding="utf-8")
    assert made == (SOURCES / "README.md").read_text(encoding="utf-8"), (
        "run `helm-docs --chart-search-root charts --sort-values-order file`"
    )
