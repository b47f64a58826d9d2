"""What an administrator can run into: other backups, buttons, other people, changed minds."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration.function.conftest import SQLITE, WRITTEN, Story
from tests.integration.test_running_again import FIRST
from tests.support.backups import write
from tests.support.containers import CONTAINERS
from tests.support.function import BUTTONS, MODEL, PIPE, YES, Answer, Site, contents
from tests.support.openwebui import Person, signed_in
from tests.support.sample import SAMPLE, copy_sample

pytestmark = pytest.mark.parametrize("story", [SQLITE], indirect=True)

EVERYBODY = {"principal_type": "user", "principal_id": "*", "permission": "read"}
REFUSED = "Only administrators can migrate. Nothing was done."
ASKS = f"Say **{YES}**"


@dataclass(frozen=True)
class Watched:
    """A site, and what it held when the test began."""

    site: Site
    runs: int
    rows: dict[str, Any]

    def unchanged(self) -> bool:
        """Whether nothing was migrated since."""
        now = contents(self.site.deployment, WRITTEN)
        return len(self.site.runs()) == self.runs and {
            name for name in now if now[name] != self.rows[name]
        } <= {"function"}  # the valves that the test sets


@pytest.fixture
def watched(story: Story) -> Iterator[Watched]:
    """The site after the story; its valves are put back."""
    rows = contents(story.site.deployment, WRITTEN)
    try:
        yield Watched(story.site, len(story.site.runs()), rows)
    finally:
        story.site.set_valves()


def _share(site: Site, *, shared: bool) -> None:
    form = {"id": MODEL, "access_grants": [EVERYBODY] if shared else []}
    site.admin.http.post("/api/v1/models/model/access/update", json=form).raise_for_status()


def test_a_model_that_was_shared_by_mistake_refuses_others_itself(watched: Watched) -> None:
    site, reports = watched.site, watched.site.reports()
    own = site.ordinary.http.post("/api/v1/chats/new", json={"chat": {"title": "mine"}}).json()
    _share(site, shared=True)
    try:
        assert MODEL in site.models(site.ordinary)
        for words in ("check", "preview", "run", YES, "report", "cancel"):
            assert site.say(words, site.ordinary) == REFUSED
        clicked = site.ordinary.http.post(
            f"/api/chat/actions/{BUTTONS}.run",
            json={"model": MODEL, "chat_id": own["id"], "id": "m", "session_id": "s"},
        )
        assert clicked.status_code == 400
        assert REFUSED in clicked.text
        task = site.ordinary.http.post(
            "/api/v1/tasks/title/completions",
            json={"model": MODEL, "messages": [{"role": "user", "content": "run"}]},
        )
        assert REFUSED in task.text
    finally:
        _share(site, shared=False)
    assert site.reports() == reports
    assert len(site.runs()) == watched.runs


def test_a_preset_made_of_the_model_does_not_let_others_in(watched: Watched) -> None:
    site, reports = watched.site, watched.site.reports()
    form = {
        "id": "preset", "base_model_id": MODEL, "name": "Preset", "meta": {}, "params": {},
        "access_grants": [EVERYBODY],
    }  # fmt: skip
    site.admin.http.post("/api/v1/models/create", json=form).raise_for_status()
    try:
        seen = site.models(site.ordinary)
        assert "preset" in seen
        assert MODEL not in seen
        answered = site.ask("preview", site.ordinary, "preset")
        assert answered.is_client_error or REFUSED in answered.text
    finally:
        site.admin.http.post("/api/v1/models/model/delete", json={"id": "preset"})
    assert site.reports() == reports
    assert len(site.runs()) == watched.runs


def test_one_of_several_backups_is_chosen_by_its_name(watched: Watched, tmp_path: Path) -> None:
    site, place = watched.site, tmp_path / "backups"
    shutil.copytree(SAMPLE, place / "first")
    shutil.copytree(SAMPLE, place / "second `<b>|x")
    CONTAINERS["tar-gz"](place / "third")
    site.set_valves(backup_path=str(place))
    checked = site.say("check")
    assert f"{place} holds 3 backups" in checked.replace("\\", "")
    for name in ("`first`", "`third.tar.gz`", "`second '<b>|x`"):
        assert f"    - {name}: " in checked
    assert "Choose one" in site.say("preview")
    assert "Choose one" in site.say("run")
    assert "no backup called" in site.say("preview fourth")
    assert "Preview finished" in site.say("PREVIEW third.tar.gz")
    assert "Preview finished" in site.say("preview `first`")
    asked = site.say("run first")
    assert f"`{place / 'first'}`" in asked
    assert ASKS in asked
    assert watched.unchanged()


def test_a_mongodump_says_what_the_server_lacks(watched: Watched, tmp_path: Path) -> None:
    backup = CONTAINERS["mongodump"](tmp_path / "dump")
    watched.site.set_valves(backup_path=str(backup))
    for words in ("check", "preview", "run"):
        said = watched.site.say(words)
        assert "needs the package pymongo" in said, words
        assert "mongoexport" in said
    assert watched.unchanged()


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_a_wrong_place_says_what_to_do(watched: Watched, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    watched.site.set_valves(backup_path=str(tmp_path / place))
    for words in ("check", "preview", "run", YES):
        said = watched.site.say(words).replace("\\", "")
        assert str(tmp_path / place) in said
        assert "mongodump" in said
    assert watched.unchanged()


def test_a_wrong_valve_is_named_in_the_chat(watched: Watched) -> None:
    watched.site.set_valves(model_map='{"a": 1}')
    said = watched.site.say("preview")
    assert "The valve “Model map”" in said
    assert "JSON object of strings" in said
    assert MODEL in watched.site.models(watched.site.admin)


@pytest.mark.parametrize(
    ("valve", "value", "named"),
    [
        ("backup_path", "/", "the valve “Backup path”"),
        ("backup_path", "/data/\0", "The valve “Backup path”"),
        ("report_path", "r\0", "The valve “Report path”"),
        ("report_path", "r" * 300, "the valve “Report path”"),
        ("existing_accounts", "Ask them", "The valve “Existing accounts”"),
    ],
)
def test_an_odd_valve_is_a_sentence_that_names_it(
    watched: Watched, valve: str, value: str, named: str
) -> None:
    watched.site.set_valves(**{valve: value})
    assert named in watched.site.say("preview").replace("\\", "")
    assert MODEL in watched.site.models(watched.site.admin)
    assert watched.unchanged()


def test_it_is_said_who_decided_about_passwords(watched: Watched) -> None:
    site = watched.site
    site.set_valves()
    for answer in (site.say("check"), site.say("run")):
        assert "have an account here: kept (nobody said otherwise)" in answer
    site.set_valves(existing_accounts="Keep the password in Open WebUI")
    for answer in (site.say("check"), site.say("run")):
        assert "have an account here: kept (the valve says so)" in answer
    assert watched.unchanged()


def test_a_changed_backup_or_valve_needs_its_own_preview(watched: Watched, tmp_path: Path) -> None:
    site, backup = watched.site, copy_sample(tmp_path)
    site.set_valves(backup_path=str(backup))
    reports = site.reports()
    assert ASKS in site.say("run")
    assert len(site.reports() - reports) == 1

    site.set_valves(backup_path=str(backup), temporary_chats="Migrate them, too")
    asked = site.say(YES)
    assert ASKS in asked
    assert "| conversations | 1 |" in asked
    assert len(site.reports() - reports) == 2

    with (backup / "data" / "conversations.json").open("a", encoding="utf-8") as out:
        out.write("\n")
    assert ASKS in site.say(YES)
    assert len(site.reports() - reports) == 3
    assert watched.unchanged()


def test_a_no_leaves_everything_as_it_is(watched: Watched) -> None:
    site = watched.site
    assert ASKS in site.say("run")
    assert "did not understand" in site.say("no, wait")
    assert "Nothing is going on" in site.say("cancel")
    assert "is finished" in site.say("status")
    assert "| **Preview** |" in site.say("help")
    assert watched.unchanged()


def test_what_open_webui_asks_on_its_own_starts_nothing(watched: Watched) -> None:
    site, reports = watched.site, watched.site.reports()
    found = {}
    for task in ("title", "tags", "follow_up"):
        answered = site.admin.http.post(
            f"/api/v1/tasks/{task}/completions",
            json={"model": MODEL, "messages": [{"role": "user", "content": "run"}]},
        ).raise_for_status()
        found[task] = json.loads(answered.json()["choices"][0]["message"]["content"])
    assert found["title"] == {"title": "LibreChat Migration"}
    assert found["tags"] == {"tags": []}
    assert found["follow_up"]["follow_ups"]
    assert site.reports() == reports
    assert watched.unchanged()


@dataclass
class Screen:
    """A browser's connection. It answers confirmations, and remembers all events."""

    session: str
    answer: bool
    events: list[dict[str, Any]] = field(default_factory=list)

    def of(self, kind: str) -> list[Any]:
        """The data of all events of one kind."""
        return [event["data"] for event in self.events if event["type"] == kind]


@asynccontextmanager
async def _screen(site: Site, *, answer: bool) -> AsyncIterator[Screen]:
    with warnings.catch_warnings():  # a library that it imports uses something deprecated
        warnings.simplefilter("ignore")
        # It ships no type information.
        import socketio  # type: ignore[import-untyped] # noqa: PLC0415
    client = socketio.AsyncClient()
    screen = Screen("", answer)

    async def events(envelope: dict[str, Any]) -> bool | None:
        screen.events.append(envelope["data"])
        return screen.answer if envelope["data"]["type"] == "confirmation" else None

    client.on("events", events)
    await client.connect(
        site.server.url, socketio_path="/ws/socket.io", auth={"token": site.admin.token},
        transports=["websocket"],
    )  # fmt: skip
    try:
        await client.call("user-join", {"auth": {"token": site.admin.token}})
        screen.session = str(client.get_sid())
        yield screen
    finally:
        await client.disconnect()


async def _click(site: Site, screen: Screen, button: str, on: Answer) -> Answer:
    clicked = await asyncio.to_thread(site.click, button, on, None, screen.session)
    assert clicked.status_code == 200, clicked.text
    return await asyncio.to_thread(site.message, on.chat, on.id)


@pytest.fixture
def answer(watched: Watched) -> Answer:
    """An answer below which the buttons are pressed."""
    return watched.site.tell("help")


async def test_the_preview_button_shows_the_card(watched: Watched, answer: Answer) -> None:
    async with _screen(watched.site, answer=True) as screen:
        clicked = await _click(watched.site, screen, "preview", answer)
    assert "Preview finished: nothing was written" in clicked.card
    assert clicked.statuses[-1] == "Preview finished"
    assert clicked.text == answer.text
    assert screen.of("embeds")[-1]["embeds"] == [clicked.card]
    assert len(watched.site.runs()) == watched.runs


async def test_the_migrate_button_runs_after_a_yes(
    watched: Watched, answer: Answer, tmp_path: Path
) -> None:
    site, backup = watched.site, copy_sample(tmp_path)
    site.set_valves(backup_path=str(backup), temporary_chats="Migrate them, too")
    async with _screen(site, answer=False) as screen:
        declined = await _click(site, screen, "run", answer)
    (question,) = screen.of("confirmation")
    assert question["title"] == "Migrate now?"
    assert "conversations 1," in question["message"]
    assert "✓ It can be cancelled" in question["message"]
    assert declined.statuses[-1] == "Not migrated: you did not confirm"
    assert len(site.runs()) == watched.runs

    async with _screen(site, answer=True) as screen:
        clicked = await _click(site, screen, "run", answer)
    assert len(screen.of("confirmation")) == 1
    assert "Migration finished" in clicked.card
    assert set(clicked.files) == {"text/html", "application/json"}
    assert len(site.runs()) == watched.runs + 1
    assert site.runs()[0]["state"] == "finished"


def test_a_click_that_nobody_can_confirm_migrates_nothing(watched: Watched, answer: Answer) -> None:
    clicked = watched.site.click("run", answer)
    assert clicked.status_code == 200
    seen = watched.site.message(answer.chat, answer.id)
    assert seen.statuses[-1] == "Not migrated: you did not confirm"
    assert len(watched.site.runs()) == watched.runs


def test_the_report_button_attaches_the_files_once(watched: Watched, answer: Answer) -> None:
    for _ in range(2):
        assert watched.site.click("report", answer).status_code == 200
    files = watched.site.message(answer.chat, answer.id).message["files"]
    assert [file["content_type"] for file in files] == ["text/html", "application/json"]


@pytest.fixture
def second(watched: Watched) -> Iterator[Person]:
    """Another administrator."""
    site, email, password = watched.site, "second@owner.example", "Second-Password-1"
    form = {"name": "Second", "email": email, "password": password, "role": "admin"}
    added = site.admin.http.post("/api/v1/auths/add", json=form).raise_for_status().json()
    with signed_in(site.server.url, email, password) as person:
        yield person
    site.admin.http.delete(f"/api/v1/users/{added['id']}").raise_for_status()


def test_another_administrator_sees_the_result_and_gets_files_of_their_own(
    watched: Watched, story: Story, second: Person
) -> None:
    site = watched.site
    assert f"{site.runs()[0]['id']}` is finished" in site.say("status", second)
    links = re.findall(r"/api/v1/files/([0-9a-f-]+)/content", site.say("report", second))
    assert len(links) == 2
    assert not set(links) & set(story.migrated.files.values())
    for file_id in links:
        assert second.file(file_id)
        assert site.ordinary.http.get(f"/api/v1/files/{file_id}/content").is_client_error


def test_a_yes_answers_the_question_of_this_person_in_this_chat(
    watched: Watched, second: Person, tmp_path: Path
) -> None:
    site = watched.site
    site.set_valves(backup_path=str(copy_sample(tmp_path)))
    asked = site.tell("run")
    assert ASKS in asked.text
    for said in (
        site.say(YES, second),
        site.tell(YES, person=second).text,
        site.tell(YES).text,  # in another chat
        site.say(YES),
    ):
        assert ASKS in said
    here = site.tell("help", person=second)
    for button in ("yes", "confirm"):
        clicked = site.click(button, here, second)
        assert clicked.status_code == 200
        seen = site.message(here.chat, here.id, second)
        assert seen.statuses[-1] == "Not migrated: you did not confirm"
    assert len(site.runs()) == watched.runs

    # The second has seen the question by now, and answers it.
    question = site.tell("run", person=second)
    assert _offered(site, question, second) == [YES, "Report", "Check"]
    assert _offered(site, here, second) == ["Preview", "Check", "Help"]
    assert _offered(site, question, site.admin) == ["Check", "Preview", "Help"]
    assert "Migration finished" in site.tell(YES, question, second).text
    assert len(site.runs()) == watched.runs + 1
    # The first one's numbers do not hold any more.
    assert ASKS in site.tell(YES, asked).text
    assert len(site.runs()) == watched.runs + 1


def test_a_run_is_taken_back_after_a_yes_to_what_would_go(watched: Watched, tmp_path: Path) -> None:
    site = watched.site
    site.set_valves(backup_path=str(write(tmp_path / "small", FIRST)))
    asked = site.tell("run")
    assert "Migration finished" in site.tell("yes", asked).text
    migrated = _without_talk(site)

    undo = site.tell("undo")
    assert "would be removed: 6 chats" in undo.text.replace("\\", "")
    assert "Say **Yes, undo now**" in undo.text
    assert ASKS in site.tell(YES, undo).text  # that is another question
    assert "Say **Yes, undo now**" in site.tell("Yes, undo now", undo).text
    assert _without_talk(site) == migrated
    done = site.tell("yes", undo).text.replace("\\", "")
    assert "Undo finished" in done
    assert "removed: 6 chats" in done
    assert "undo of run" in site.say("status")
    now = _without_talk(site)
    assert {name for name in now if now[name] != watched.rows[name]} <= {"chat", "file"}
    assert {row["id"] for row in now["chat"]} == {
        row["id"] for row in watched.rows["chat"] if _is_migrated(row)
    }
    assert "Say **Yes, undo now**" in site.say("undo")  # the run before that one


def _without_talk(site: Site) -> dict[str, Any]:
    """What there is beside the administrators' talk with the Function, and its valves."""
    found = contents(site.deployment, WRITTEN)
    chats = [row for row in found["chat"] if _is_migrated(row)]
    left_out = {"chat_message", "function"}
    return {name: rows for name, rows in found.items() if name not in left_out} | {"chat": chats}


def _is_migrated(chat: dict[str, Any]) -> bool:
    return "librechat" in (chat["meta"] or {})


def _offered(site: Site, answer: Answer, person: Person) -> list[str]:
    """What Open WebUI gets when it asks what could be said next."""
    body = {"model": MODEL, "chat_id": answer.chat, "messages": [{"role": "user", "content": "x"}]}
    asked = person.http.post("/api/v1/tasks/follow_up/completions", json=body).raise_for_status()
    offered: list[str] = json.loads(asked.json()["choices"][0]["message"]["content"])["follow_ups"]
    return offered


def test_the_buttons_say_when_the_pipe_is_off(watched: Watched, answer: Answer) -> None:
    site = watched.site
    switch = f"/api/v1/functions/id/{PIPE}/toggle"
    site.admin.http.post(switch).raise_for_status()
    try:
        clicked = site.click("preview", answer)
        assert clicked.status_code == 400
    finally:
        site.admin.http.post(switch).raise_for_status()
        site.models(site.admin)
    assert "Switch it on" in clicked.text or "Model not found" in clicked.text
