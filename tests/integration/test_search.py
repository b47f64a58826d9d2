"""Finding migrated conversations again, with the search of the sidebar."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Migrated
from tests.support.environments import OLDER
from tests.support.openwebui import Person
from tests.support.sample import by_key, truth


def _owner(migrated: Migrated, key: str) -> tuple[Person, str]:
    """Whose account holds a conversation, and its title."""
    chat = by_key("conversations")[key]
    return migrated.people[truth()["users"][chat["user"]]["account"]], chat["title"]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        pytest.param("office-move", "archived:true meter readings", id="archived"),
        pytest.param("fair", "most hotels", id="answer with tool calls"),
        pytest.param("contract", "sawmill have to give", id="question"),
        pytest.param("dusk", "bluish daylight", id="answer with reasoning"),
        pytest.param("two-models", "evening below", id="second of two models"),
        pytest.param("spring-plan", "date you can keep", id="branch that is not shown"),
        pytest.param("lunch", "CANTEEN", id="other case, merged account"),
        pytest.param("names", "木漏れ日", id="Japanese answer"),
        pytest.param("names", "短い日本語の名前", id="Japanese question"),
        pytest.param("welcome", "просимо", id="Cyrillic"),
        pytest.param("welcome", "صالة العرض", id="Arabic"),
    ],
)
def test_text_is_found(migrated: Migrated, key: str, text: str) -> None:
    person, title = _owner(migrated, key)
    assert person.search(text) == [title]


@pytest.mark.parametrize(
    ("key", "text", "others"),
    [
        ("reorder", "tag:sql", set()),
        ("reorder", "tag:warehouse", {"stand-up", "orphans"}),
        ("spring-plan", "tag:Q2_planning", set()),
        ("spring-plan", "tag:launch", {"warranty", "poster"}),
        ("names", "tag:名前", set()),
        ("onboarding", "tag:onboarding checklist", set()),
    ],
)
def test_tags_are_found(migrated: Migrated, key: str, text: str, others: set[str]) -> None:
    person, title = _owner(migrated, key)
    if migrated.version in OLDER[1:]:
        text = text.partition(" ")[0]
    titles = {by_key("conversations")[other]["title"] for other in others}
    assert set(person.search(text)) == {title, *titles}


def test_nobody_finds_what_belongs_to_others(migrated: Migrated) -> None:
    holder, title = _owner(migrated, "fair")
    for person in (migrated.admin, *migrated.people.values()):
        if person is not holder:
            assert title not in person.search("lighting fair")
        assert person.search("zzzz-not-there") == []
