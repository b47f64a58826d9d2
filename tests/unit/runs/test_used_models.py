"""Who uses which model, noted on disk."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from migrator_core.runs.scratch import Scratch
from migrator_core.runs.used_models import Use


def test_chats_with_an_agent_count_for_what_it_is_built_on(tmp_path: Path) -> None:
    with closing(Scratch(tmp_path)) as scratch:
        used = scratch.used_models()
        used.add_chat("gpt", "ada", answered=True)
        used.add_chat("agent-a", "ben", answered=True)
        used.add_chat("agent-a", "ada", answered=False)
        used.add_chat("agent-gone", "ben", answered=True)
        used.add_agent("agent-a", "cleo", "gpt")
        used.add_agent("agent-b", "cleo", "odd\ud83d\x00")
        assert used.most_used(2) == [Use("gpt", 3, 1), Use("agent-gone", 1, 0)]
        assert list(used.people("gpt")) == ["ada", "ben", "cleo"]
        assert list(used.people("odd\ud83d\x00")) == ["cleo"]
        assert list(used.people("agent-a")) == []
        assert list(used.answered("gpt")) == ["ada", "ben"]
        assert list(used.answered("odd\ud83d\x00")) == []
        assert used.count() == 3


def test_what_stands_in_for_another_model_has_answered_nobody(tmp_path: Path) -> None:
    with closing(Scratch(tmp_path)) as scratch:
        used = scratch.used_models()
        used.add_chat("gpt", "ada", answered=False)
        used.add_chat("agent-a", "ben", answered=True)
        used.add_agent("agent-a", "ben", "gpt", stands_in=True)
        assert list(used.people("gpt")) == ["ada", "ben"]
        assert list(used.answered("gpt")) == []


def test_many_people_are_given_page_by_page(tmp_path: Path) -> None:
    with closing(Scratch(tmp_path)) as scratch:
        used = scratch.used_models()
        accounts = [f"{number:05}" for number in range(2500)]
        for account in accounts:
            used.add_chat("gpt", account, answered=True)
        assert list(used.people("gpt")) == accounts
