"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator_core.cli.arguments import build_parser
from migrator_core.cli.exits import ExitStatus
from migrator_core.convert.content.part_types import PART_TYPES
from migrator_core.explanations import EXPLANATIONS
from migrator_core.outcome import Reason, WarningCode
from migrator_core.runs.phases import PHASES
from migrator_core.settings import Settings, extra
from migrator_core.undoing import Kept
from migrator_core.verification import MEANINGS, Difference

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPORT = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def table_rows(text: str, first_cell: str) -> list[list[str]]:
    """The body of the Markdown table whose first heading is ``first_cell``."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first_cell} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def test_the_settings_table_is_the_settings() -> None:
    expected = []
    for field in Settings.model_fields.values():
        default = {None: "empty", "": "empty", (): "empty", False: "`false`"}.get(
            field.default, f"`{field.default}`"
        )
        if field.default_factory is not None:
            default = "empty"
        names = extra(field)
        flag = f"`{names['flag']}`" if "flag" in names else "none"
        expected.append([f"`{names['env']}`", flag, default, str(field.description)])
    assert table_rows(README, "environment") == expected


def test_every_code_of_a_report_is_explained() -> None:
    for heading, codes in (("reason", list(Reason)), ("warning", list(WarningCode))):
        rows = {row[0].strip("`"): row[1] for row in table_rows(REPORT, heading)}
        assert rows == {code.value: EXPLANATIONS[code] for code in codes}
    rows = {row[0].strip("`"): row[1] for row in table_rows(REPORT, "difference")}
    assert rows == {difference.value: MEANINGS[difference] for difference in Difference}


def test_the_table_of_phases_is_their_list() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [[cell.replace("`", "") for cell in row] for row in table_rows(architecture, "phase")]
    assert rows == [
        [
            phase.name,
            ", ".join(sorted(phase.collections)) or "none",
            ", ".join(need.__name__ for need in phase.needs) or "none",
            phase.leaves.__name__ if phase.leaves else "none",
        ]
        for phase in PHASES
    ]


@pytest.mark.parametrize(
    "document", ["architecture.md", "benchmarks.md", "twenty-questions.md", "../CONTRIBUTING.md"]
)
def test_named_places_exist(document: str) -> None:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    places = re.findall(
        r"`((?:migrator_core|owui_function|charts|scripts|tests|docs)/[\w./-]+)`", text
    )
    places += re.findall(r" (tests/[\w./-]+\.py)", text)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_modules_named_in_short_exist() -> None:
    """``librechat/documents/base.py`` is somewhere below a package."""
    folders = ("migrator_core", "owui_function", "tests", "scripts")
    modules = [path.as_posix() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)`", text)
    assert len(named) > 20
    assert [name for name in named if not any(path.endswith(f"/{name}") for path in modules)] == []


def test_the_tests_that_keep_the_promises_exist() -> None:
    safety = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", safety)
    assert len(named) > 30
    assert [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"def {name}\(", (ROOT / file).read_text(encoding="utf-8"))
    ] == []


def test_exit_statuses_are_listed() -> None:
    assert [int(row[0]) for row in table_rows(README, "status")] == sorted(ExitStatus)


def test_every_verb_is_shown_once_with_an_example() -> None:
    rows = table_rows(README, "verb")
    verbs = re.findall(r"\n {4}([a-z-]+)\b", build_parser().format_help())
    assert [row[0].strip("`") for row in rows] == verbs
    assert all(row[2].startswith(f"`librechat-migrate {row[0].strip('`')}") for row in rows)


def test_every_page_is_in_the_table_of_documents() -> None:
    linked = set(
        re.findall(r"\]\(docs/([\w-]+\.md)\)", "".join(map(str, table_rows(README, "page"))))
    )
    assert linked == {path.name for path in (ROOT / "docs").glob("*.md")}


def test_every_reason_to_keep_something_is_explained() -> None:
    undo = (ROOT / "docs" / "undo.md").read_text(encoding="utf-8")
    assert [row[0].strip("`") for row in table_rows(undo, "reason")] == list(Kept)


def quoted_messages() -> list[str]:
    """The pieces of messages that the troubleshooting table quotes."""
    pieces = []
    for row in table_rows(README, "message"):
        for quoted in re.findall(r"`([^`]+)`", row[0]):
            pieces += [piece.strip() for piece in re.split("…|\\bN\\b", quoted) if piece.strip()]
    return pieces


@pytest.mark.parametrize("piece", quoted_messages())
def test_a_quoted_message_is_one_the_tool_prints(piece: str) -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "migrator_core").rglob("*.py")
    )
    # Long messages are written as adjacent literals; join them as Python does.
    joined = re.sub(r'"\s*\n\s*f?"', "", code)
    assert piece in joined


def test_links_between_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_what_a_document_makes_is_a_target(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:`|\n)make ([a-z-]+)", document.read_text(encoding="utf-8"))
    assert set(named) <= set(re.findall(r"\n([a-z-]+):", makefile))


def test_every_type_of_part_is_described() -> None:
    messages = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
    named = [re.findall("`([a-z_]+)`", row[0]) for row in table_rows(messages, "part")]
    assert {name for names in named for name in names} == set(PART_TYPES)
