"""What outlives a reload, and whose question a yes answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from migrator_core.settings import Settings
from owui_function.jobs.job import Job
from owui_function.state import Question, State, state_of


def test_the_state_is_made_once() -> None:
    app = SimpleNamespace()
    assert state_of(app) is state_of(app)
    assert list(vars(app)) == ["librechat_migration"]


def test_each_person_has_a_question_of_their_own_in_each_chat() -> None:
    state = State()
    question = Question("/backup", "preview-1")
    state.chat("one", "chat").question = question
    assert state.chat("one", "chat").question == question
    for person, chat in (("two", "chat"), ("one", "other"), ("one", ""), ("two", "")):
        assert state.chat(person, chat).question is None


def test_chats_are_forgotten_when_there_are_too_many() -> None:
    state = State()
    state.chat("one", "first").question = Question("/backup", "preview-1")
    for number in range(10_000):
        state.chat("one", f"chat-{number}")
        if number < 5_000:
            assert state.chat("one", "first").question is not None, "one that is used stays"
    assert len(state.chats) < 1_000
    assert state.chat("one", "first").question is None


@dataclass
class EarlierJobs:
    """What version 0.1.0 left in ``app.state``."""

    current: Any = None
    asked_about: str = "/backup"
    asked: str = "key"
    suggestions: tuple[str, ...] = ("Run",)
    attached: set[tuple[str, str]] = field(default_factory=set)

    def start(self, *_args: object, **_more: object) -> None:
        raise AssertionError("the code of the version before must not begin anything")


def test_the_job_of_an_earlier_version_is_taken_over_and_its_questions_are_not(
    tmp_path: Path,
) -> None:
    job = Job(Settings(backup_dir=tmp_path / "nowhere"))
    app = SimpleNamespace(librechat_migration=EarlierJobs(job, attached={("m", "f")}))
    state = state_of(app)
    assert app.librechat_migration is state
    assert state.running is job
    assert state.attached == {("m", "f")}
    assert state.watchers == set()
    assert state.chat("", "").question is None
    assert state.start(job.settings, tmp_path, preview=True) is job


def test_one_job_at_a_time(tmp_path: Path) -> None:
    state, settings = State(), Settings(backup_dir=tmp_path / "nowhere")
    first = state.start(settings, tmp_path, preview=True)
    assert first._ended.wait(60)  # there is no backup
    assert str(settings.backup_dir) in first.problem
    assert state.running is None
    assert state.start(settings, tmp_path, preview=True) is not first
