"""An administrator migrates inside Open WebUI, in every supported version and database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from tests.integration.function.conftest import TARGETS, Story
from tests.support.function import BUTTONS, MODEL, PIPE
from tests.support.openwebui import Person, signed_in
from tests.support.sample import people, truth

pytestmark = pytest.mark.parametrize("story", TARGETS, indirect=True)

NUMBERS = re.compile(
    r"[Mm]igrated? ([\d,]+), already there ([\d,]+), skipped ([\d,]+), failed ([\d,]+) of ([\d,]+)"
)
QUESTION = re.compile(
    r"will be migrated: ([\d,]+)\.\*\* Already there: ([\d,]+), left out: ([\d,]+), "
    r"failing: ([\d,]+)\."
)

IMAGES = {b"\x89PNG", b"\xff\xd8\xff\xe0", b"RIFF", b"GIF8"}
"""How image files begin."""


def _numbers(text: str) -> tuple[int, ...]:
    found = NUMBERS.search(text) or QUESTION.search(text)
    assert found, text
    return tuple(int(number.replace(",", "")) for number in found.groups())[:4]


class _Cells(HTMLParser):
    """The rows of a card's tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_both_functions_are_there_with_pip_switched_off(story: Story) -> None:
    listed = story.site.admin.get("/functions/")
    assert {f["id"]: (f["type"], f["is_active"]) for f in listed} == {
        PIPE: ("pipe", True),
        BUTTONS: ("action", True),
    }


def test_only_an_administrator_sees_the_model_and_its_three_buttons(story: Story) -> None:
    assert story.buttons[MODEL] == [f"{BUTTONS}.{name}" for name in ("preview", "run", "report")]
    assert [name for name, buttons in story.buttons.items() if buttons] == [MODEL]
    assert story.for_ordinary == {}
    row = story.site.admin.get("/models/model", id=MODEL)
    assert row["access_grants"] == []


def test_a_missing_backup_is_told_with_the_place_to_put_it(story: Story) -> None:
    assert "Something is in the way" in story.nothing
    assert f"There is no {story.site.backup}" in story.nothing
    assert "Ready to preview" in story.checked
    assert "this one is used" in story.checked


def test_nothing_is_written_before_a_yes_to_the_numbers(story: Story) -> None:
    assert story.untouched == story.before
    assert (story.runs_before, story.runs_unconfirmed) == (0, 0)
    # A yes to a question that nobody asked is answered with the question.
    for text in (story.yes_too_early, story.asked, story.question.text):
        assert "Say **Yes, migrate now**" in text
        for promise in range(1, 6):
            assert f"\n{promise}. " in text
    assert story.question.statuses[-1] == "Waiting for your confirmation"


def test_the_previews_numbers_are_the_migrations(story: Story) -> None:
    texts = (story.asked, story.previewed.text, story.question.text, story.migrated.text)
    assert len({_numbers(text) for text in texts}) == 1
    shown = _Cells(story.previewed.card).rows, _Cells(story.migrated.card).rows
    assert shown[0][1:] == shown[1][1:]
    counts = story.runs[0]["counts"]
    counts = json.loads(counts) if isinstance(counts, str) else counts
    for collection, expected in truth()["counts"].items():
        if expected["found"]:
            assert {key: counts[collection].get(key) for key in expected} == expected, collection


def test_the_run_is_in_the_ledger_and_in_the_message(story: Story) -> None:
    assert [run["state"] for run in story.runs] == ["finished"]
    answer = story.migrated
    assert answer.statuses[-1] == "Migration finished"
    assert "Migration finished: everything is accounted for" in answer.card
    assert "data-running" not in answer.card.partition("<script>")[0]
    assert set(answer.files) == {"text/html", "application/json"}


def test_the_migration_verifies_clean_and_leaves_the_ledger_alone(story: Story) -> None:
    assert "Say **Verify**" in story.migrated.text
    assert "Comparison with the backup finished" in story.verified
    assert re.search(r"items compared, [1-9]\d* files read back, no differences", story.verified)
    assert [run["state"] for run in story.runs_again] == ["finished", "finished"]


def test_a_second_run_migrates_nothing_again(story: Story) -> None:
    assert _numbers(story.again)[0] == 0
    assert [run["state"] for run in story.runs_again] == ["finished", "finished"]


def test_the_reports_are_the_administrators_alone(story: Story) -> None:
    run, site = story.runs[0]["id"], story.site
    (folder,) = (
        path.parent
        for path in (site.deployment.data / "librechat-migration").glob("*-run-*/report.json")
        if json.loads(path.read_text("utf-8"))["run"]["id"] == run
    )
    kept = {"text/html": "report.html", "application/json": "report.json"}
    migrated = people()[0]
    with signed_in(site.server.url, migrated["email"], migrated["password"]) as person:
        for kind, file_id in story.migrated.files.items():
            assert site.admin.file(file_id) == (folder / kept[kind]).read_bytes()
            for somebody in (site.ordinary, person):
                assert _refused(somebody, file_id)


def _refused(person: Person, file_id: str) -> bool:
    return person.http.get(f"/api/v1/files/{file_id}/content").status_code in {401, 403, 404}


def test_a_migrated_person_signs_in_and_sees_a_chat_with_its_image(story: Story) -> None:
    for entry in people():
        with signed_in(story.site.server.url, entry["email"], entry["password"]) as person:
            for image in _images(person):
                assert person.file(image)[:4] in IMAGES
                return
    pytest.fail("the sample has a chat with an image")


def _images(person: Person) -> Iterator[str]:
    for chat in person.chats():
        for message in chat["chat"]["history"]["messages"].values():
            for file in message.get("files") or []:
                if str(file.get("content_type")).startswith("image/"):
                    yield file["id"]


def test_an_ordinary_user_is_refused_everywhere(story: Story) -> None:
    site = story.site
    runs, reports = site.runs(), site.reports()
    answers: list[httpx.Response] = [site.ask("run", site.ordinary)]
    answers += [
        site.click(button, story.migrated, site.ordinary) for button in ("preview", "run", "report")
    ]
    own = site.ordinary.http.post("/api/v1/chats/new", json={"chat": {"title": "mine"}}).json()
    answers.append(
        site.ordinary.http.post(
            f"/api/chat/actions/{BUTTONS}.run",
            json={"model": MODEL, "chat_id": own["id"], "id": "m", "session_id": "s"},
        )
    )
    assert [answer.is_client_error for answer in answers] == [True] * len(answers)
    assert (site.runs(), site.reports()) == (runs, reports)
