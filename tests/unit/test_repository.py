"""What GitHub, contributors and their editors read, and no program of ours does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.environments import CURRENT, OLDER
from tests.support.go_tools import go_tool

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATES = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(TEMPLATES.glob("[0-9]-*.yml"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def loaded(path: Path) -> dict[str, Any]:
    """A YAML file's mapping."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def name_of(path: Path) -> str:
    return path.stem


def test_actionlint_finds_nothing_in_the_workflows() -> None:
    done = subprocess.run(
        [go_tool("actionlint"), *WORKFLOWS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_an_action_is_named_by_its_commit(path: Path) -> None:
    """A tag of somebody else's can be moved to other code; the comment is what dependabot reads."""
    for uses in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"\./\S+|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v[\d.]+", uses), uses


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_only_a_job_that_runs_nothing_of_ours_may_write(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        checks_out = any(
            "actions/checkout" in step.get("uses", "") for step in job.get("steps", ())
        )
        assert not (checks_out and "permissions" in job)


def step_of(workflow: str, name: str) -> str:
    """The script of a step."""
    jobs = loaded(ROOT / ".github" / "workflows" / workflow)["jobs"].values()
    (script,) = [
        step["run"] for job in jobs for step in job.get("steps", ()) if step.get("name") == name
    ]
    return str(script)


def test_the_notes_of_a_release_are_its_part_of_the_change_log(tmp_path: Path) -> None:
    changes = (
        "# Changelog\n\n## [Unreleased]\n\n- next\n\n## [1.10.0] - 2026-01-02\n\n### Added\n\n"
    )
    (tmp_path / "CHANGELOG.md").write_text(changes + "- this\n\n## [1.1.0] - 2026-01-01\n\n- old\n")
    script = step_of("release.yml", "The version's part of the change log")
    command = ["bash", "-e", "-c", script]
    environment = {**os.environ, "GITHUB_REF_NAME": "v1.10.0"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "notes.md").read_text().split() == ["###", "Added", "-", "this"]
    environment["GITHUB_REF_NAME"] = "v1.9.0"
    assert subprocess.run(command, cwd=tmp_path, env=environment, check=False).returncode


# https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests
# (syntax for issue forms, and common validation errors when creating them)
ATTRIBUTES = {
    "markdown": ({"value"}, set()),
    "textarea": ({"label"}, {"description", "placeholder", "value", "render"}),
    "input": ({"label"}, {"description", "placeholder", "value"}),
    "dropdown": ({"label", "options"}, {"description", "multiple", "default"}),
    "checkboxes": ({"label", "options"}, {"description"}),
}


@pytest.mark.parametrize("path", FORMS, ids=name_of)
def test_github_accepts_an_issue_form(path: Path) -> None:
    form = loaded(path)
    assert {"name", "description", "body"} <= form.keys()
    assert form.keys() <= {"name", "description", "body", "title", "labels", "assignees"}
    fields = [element for element in form["body"] if element["type"] != "markdown"]
    for names in ([one["id"] for one in fields], [one["attributes"]["label"] for one in fields]):
        assert len(names) == len(set(names)) > 0
    for element in form["body"]:
        needed, allowed = ATTRIBUTES[element["type"]]
        attributes = element["attributes"]
        assert needed <= attributes.keys() <= needed | allowed
        assert element.keys() <= {"type", "id", "attributes", "validations"}
        assert re.fullmatch(r"[\w-]+", element.get("id", "x"), re.ASCII)
        assert element.get("validations", {"required": True}) == {"required": True}
        assert all(isinstance(attributes[key], str) for key in attributes.keys() - {"options"})
        options = attributes.get("options", [])
        assert len(options) == len(set(options))
        assert all(isinstance(one, str) and one.lower() != "none" for one in options)


@pytest.mark.parametrize("path", FORMS, ids=name_of)
def test_links_of_an_issue_form_lead_somewhere(path: Path) -> None:
    for target, anchor in re.findall(
        r"\]\(\.\./blob/main/([^)#]+)#?([^)]*)\)", path.read_text(encoding="utf-8")
    ):
        text = (ROOT / target).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        anchors = [re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings]
        assert not anchor or anchor in anchors


@pytest.mark.parametrize("path", FORMS[:2], ids=name_of)
def test_the_command_of_a_form_takes_addresses_out_of_a_report(path: Path) -> None:
    (script,) = re.findall(r"sed -E '([^']+)' report\.json", path.read_text(encoding="utf-8"))
    detail = 'ada@example.org has no password; so has\n<müller+x@sub.example.de> or "b@c.org"'
    item = {"detail": detail}
    report = json.dumps({"items": [item]}, ensure_ascii=False)
    done = subprocess.run(
        ["sed", "-E", script], input=report, capture_output=True, text=True, check=True
    )
    (left,) = json.loads(done.stdout)["items"]
    assert left["detail"] == 'ADDRESS has no password; so ADDRESS or "ADDRESS"'


def test_the_chooser_leads_to_the_forms_and_to_the_neighbours() -> None:
    config = loaded(TEMPLATES / "config.yml")
    assert config.keys() == {"blank_issues_enabled", "contact_links"}
    for link in config["contact_links"]:
        assert link.keys() == {"name", "url", "about"}
        assert link["url"].startswith("https://")


def test_a_commit_is_checked_as_make_check_does_it() -> None:
    (repo,) = loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    (hook,) = repo["hooks"]
    assert (repo["repo"], hook["language"], hook["entry"]) == ("local", "system", "make check")


def test_the_change_log_is_one() -> None:
    """Keep a Changelog 1.1.0: newest first, dates as ISO 8601 has them, six kinds of changes."""
    first, *released = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    assert first == "[Unreleased]"
    found = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", one) for one in released]
    versions = [tuple(int(part) for part in one.groups()[:3]) for one in found if one]
    assert len(versions) == len(released)
    assert versions == sorted(set(versions), reverse=True)
    assert all(date.fromisoformat(one[4]) for one in found if one)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= kinds


def test_the_version_is_the_same_wherever_it_is_said() -> None:
    chart = loaded(ROOT / "charts" / "open-webui-stack" / "Chart.yaml")["version"]
    assert chart == PROJECT["project"]["version"]
    released = re.findall(r"^## \[(\d.+?)\]", CHANGELOG, re.MULTILINE)
    assert not released or released[0] == chart


def test_the_versions_of_open_webui_are_the_same_wherever_they_are_said() -> None:
    def found(pattern: str, path: str) -> list[str]:
        return re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"))

    older = sorted(OLDER)
    assert found(r"OLDER := (.+)", "Makefile") == [" ".join(older)]
    pins = (ROOT / "requirements").glob("open-webui-*.in")
    assert sorted(path.stem.removeprefix("open-webui-") for path in pins) == older
    assert found(r"\nopen-webui==(.+)", "requirements/dev.in") == [CURRENT]
    assert found(r"ARG OPEN_WEBUI_TAG=v(.+)", "Dockerfile") == [CURRENT]
    compose = found(r"OPEN_WEBUI_TAG:-v([\d.]+)", "docker-compose.test.yml")
    assert set(compose) == {CURRENT}
    tested = f"tested with {', '.join(older)} and {CURRENT}"
    assert tested in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
