"""The reports say the same in three forms, and show text from a backup harmlessly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from migrator_core.outcome import Mode, Notice, Outcome, Reason, RunState, State, WarningCode
from migrator_core.report import (
    BackupInfo,
    Report,
    RunInfo,
    Verification,
    headline,
    summary_lines,
    write_reports,
)
from migrator_core.report.grouping import SHOWN
from migrator_core.tally import Tally
from migrator_core.verification import MEANINGS, Difference, Finding, VerificationCounts
from migrator_core.visible import visible_lines

HOSTILE = "<img src=x onerror=alert(1)> | `tick` **bold**\n# heading"


def make_report(outcomes: Sequence[Outcome], notices: Sequence[Notice] = ()) -> Report:
    tally = Tally()
    for outcome in outcomes:
        tally.found(outcome.collection)
        tally.add(outcome)
    return Report(
        RunInfo(
            "run-1", Mode.RUN, 1_700_000_000, 1_700_000_060, "0.1.0", "0.12.4", RunState.FINISHED
        ),
        BackupInfo("/backup", "mongoexport", "abc"),
        tally.to_json(),
        lambda: [outcome for outcome in outcomes if outcome.state is not State.MIGRATED],
        lambda: notices,
    )


def failed(source_id: str, detail: str = "") -> Outcome:
    return Outcome("users", source_id, State.FAILED, None, Reason.INVALID_DOCUMENT, detail)


async def test_json_has_the_shape_of_the_contract(tmp_path: Path) -> None:
    outcomes = [
        Outcome("users", "a", State.MIGRATED, "id-a"),
        Outcome("users", "b", State.SKIPPED, None, Reason.NO_EMAIL),
    ]
    await write_reports(
        make_report(outcomes, [Notice(WarningCode.AVATAR_LOST, "No picture")]), tmp_path
    )
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert set(written) == {"run", "backup", "collections", "items", "warnings"}
    assert written["run"] == {
        "id": "run-1",
        "mode": "run",
        "started_at": "2023-11-14T22:13:20Z",
        "finished_at": "2023-11-14T22:14:20Z",
        "tool_version": "0.1.0",
        "open_webui_version": "0.12.4",
        "state": "finished",
    }
    assert written["backup"] == {"path": "/backup", "kind": "mongoexport", "fingerprint": "abc"}
    assert written["collections"]["users"] == {
        "found": 2,
        "migrated": 1,
        "existing": 0,
        "skipped": {"no-email": 1},
        "failed": {},
    }
    assert written["items"] == [
        {
            "collection": "users",
            "source_id": "b",
            "target_id": None,
            "state": "skipped",
            "reason": "no-email",
            "detail": None,
        }
    ]
    assert written["warnings"] == [{"code": "avatar-lost", "detail": "No picture"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report.html",
        "report.json",
        "report.md",
    ]


async def test_a_run_that_ended_early_tells_what_was_not_done(tmp_path: Path) -> None:
    tally = Tally()
    tally.expect({"users": 3, "conversations": 4, "messages": None})
    tally.found("users", 2)
    tally.add(Outcome("users", "1", State.MIGRATED))
    whole = make_report([Outcome("users", "1", State.MIGRATED)])
    run = replace(whole.run, state=RunState.ABORTED)
    report = replace(whole, run=run, collections=tally.to_json(ended_early=True))
    told = headline(report)
    assert "1 documents are done and 6 are not, besides all messages, not counted yet" in told
    await write_reports(report, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    for text in (page, markdown, "\n".join(summary_lines(report))):
        assert "not done" in text
    assert "| messages | 0 | 0 | 0 | 0 | 0 | ? |" in markdown
    assert len({line.count("|") for line in markdown.splitlines() if line.startswith("|")}) == 1
    killed = headline(replace(report, collections=whole.collections))
    assert "nobody knows how many are not" in killed


async def test_text_from_the_backup_stays_text(tmp_path: Path) -> None:
    report = make_report([failed(HOSTILE, HOSTILE)], [Notice(WarningCode.AVATAR_LOST, HOSTILE)])
    await write_reports(report, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "\n# heading" not in markdown
    assert "**bold**" not in markdown.replace("\\*\\*bold\\*\\*", "").replace(
        "' **bold** # heading`", ""
    )


ACTING = "\x1b[2J\x07\x9b31m exe.\u202egpj\u2028 zero\u200bwidth \x00 \U000e0041 \u0085"


async def test_nothing_acts_or_hides_in_what_people_read(tmp_path: Path) -> None:
    outcome = replace(failed(ACTING, ACTING), collection=f"odd{ACTING}")
    finding = Finding(Difference.MISSING, f"odd{ACTING}", ACTING, ACTING)
    report = replace(
        make_report([outcome], [Notice(WarningCode.AVATAR_LOST, ACTING)]),
        backup=BackupInfo(f"/b{ACTING}", "mongoexport", "abc"),
        verification=Verification(VerificationCounts(), lambda: [finding]),
    )
    await write_reports(report, tmp_path)
    for name in ("report.md", "report.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert visible_lines(text) == text, name
        assert "exe.\\u202egpj" in text.replace("\\\\", "\\"), name
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["items"][0]["source_id"] == ACTING, "programs get the truth"


@pytest.mark.parametrize(
    "text",
    [
        "[click](https://evil.example)",
        "![](https://evil.example/pixel.png)",
        "https://evil.example/x",
        "www.evil.example",
        "<img src=https://evil.example>",
        "<https://evil.example>",
        "a | b | c",
        "`code",
        "\n\n# heading",
        "&lt;b&gt; $x$",
    ],
)
async def test_a_name_is_no_markup_in_markdown(tmp_path: Path, text: str) -> None:
    outcome = replace(failed("id", text), collection=text)
    await write_reports(make_report([outcome], [Notice(WarningCode.AVATAR_LOST, text)]), tmp_path)
    shown = (tmp_path / "report.md").read_text(encoding="utf-8")
    page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(shown)
    plain = " ".join(text.split())
    assert page.count(escape(plain, quote=False)) >= 3, "as it is, where it stands"
    for mark in ("<a ", "<img", "<code>code", "<h1>heading"):
        assert mark not in page
    assert page.count("<tr>") == 2, "one row of the table besides its head"
    assert "://" not in shown.replace("\\://", "")


async def test_a_lone_surrogate_does_not_stop_a_report(tmp_path: Path) -> None:
    await write_reports(make_report([failed("\ud800", "half \udc00 emoji")]), tmp_path)
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["items"]


async def test_people_see_the_first_of_many_and_json_has_all(tmp_path: Path) -> None:
    many = [failed(f"document {number}") for number in range(SHOWN + 7)]
    await write_reports(make_report(many), tmp_path)
    assert len(json.loads((tmp_path / "report.json").read_text())["items"]) == SHOWN + 7
    for name in ("report.html", "report.md"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "and 7 more" in text
        assert f"({SHOWN + 7:,})" in text


def test_the_summary_names_reasons_in_words() -> None:
    lines = summary_lines(make_report([failed("a"), failed("b")]))
    assert any(line.startswith("failed: invalid-document: 2 users.") for line in lines)


async def test_nothing_in_a_report_acts_or_hides(tmp_path: Path) -> None:
    report = make_report(
        [failed("id\x1b[2J", "exe.\u202egpj")], [Notice(WarningCode.AVATAR_LOST, "bell\x07")]
    )
    await write_reports(report, tmp_path)
    for name in ("report.html", "report.md"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert "x1b" in text
        assert "u202e" in text


async def test_nobody_else_on_the_machine_can_read_a_report(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "report"
    await write_reports(make_report([failed("a")]), directory)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}


async def test_a_verification_is_in_all_three(tmp_path: Path) -> None:
    findings = [
        Finding(Difference.DIFFERS, "conversations", "c1", "t1", ("message a: content",)),
        Finding(Difference.CHANGED_IN_OPEN_WEBUI, "users", HOSTILE, "t2", ("name",)),
    ]
    counts = VerificationCounts(files=2, bytes=10)
    counts.compared["conversations"] = counts.equal["conversations"] = 5
    counts.differences.update(finding.difference for finding in findings)
    verification = Verification(counts, lambda: findings)
    report = replace(make_report([]), verification=verification)
    await write_reports(report, tmp_path)
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["verification"]
    assert written == {
        "result": "differences",
        "compared": {"conversations": 5},
        "equal": {"conversations": 5},
        "differences": {"differs": 1, "changed-in-open-webui": 1},
        "files": 2,
        "bytes": 10,
        "findings": [finding.to_json() for finding in findings],
    }
    for name in ("report.html", "report.md"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "conversations: differs" in text
        assert "message a: content" in text
        assert MEANINGS[Difference.CHANGED_IN_OPEN_WEBUI] in text
        assert "<img" not in text.replace("&lt;img", "") or name == "report.md"
    assert report.is_bad
    assert any(line.startswith("differs: 1. ") for line in summary_lines(report))


def test_what_people_did_is_nothing_bad() -> None:
    counts = VerificationCounts()
    counts.differences[Difference.REMOVED_IN_OPEN_WEBUI] = 3
    report = replace(make_report([]), verification=Verification(counts, list))
    assert not report.is_bad
    assert "no differences" in headline(report)
