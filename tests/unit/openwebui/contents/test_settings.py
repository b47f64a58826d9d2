"""Settings of an account: each by itself, and what the person set stays."""

from __future__ import annotations

from typing import Any

from migrator_core.openwebui.contents.review import Update
from migrator_core.openwebui.mapping.accounts import user_rows
from migrator_core.openwebui.tables.contents import ACCOUNT
from migrator_core.outcome import State
from tests.support.rows import user
from tests.unit.openwebui.tables.test_registry import CONTEXT


def _rows(ui: dict[str, Any]) -> list[Any]:
    return user_rows(user("bea", settings={"ui": ui} if ui else {}), CONTEXT)


def _review(ours: dict[str, Any], was: dict[str, Any], settings: Any) -> Any:
    rows, before = _rows(ours), _rows(was)
    there: dict[str, list[Any]] = {row.table: [dict(row.values)] for row in before}
    there["user"][0]["settings"] = settings
    return ACCOUNT.review(user("bea"), rows, there, ACCOUNT.digests(before), partial=False)


def _set(review: Any) -> Any:
    return [one.values["settings"] for one in review.changes if isinstance(one, Update)]


def test_what_is_new_comes_beside_what_the_person_set() -> None:
    review = _review({"memory": False}, {}, {"ui": {"theme": "dark"}, "x": 1})
    assert review.verdict()[0].state is State.MIGRATED
    assert _set(review) == [{"ui": {"theme": "dark", "memory": False}, "x": 1}]


def test_what_the_person_set_stays() -> None:
    ours = {"pinnedModels": ["a", "b"]}
    review = _review(ours, {"pinnedModels": ["a"]}, {"ui": {"pinnedModels": ["mine"]}})
    assert review.verdict()[1] == "kept as it is in Open WebUI: setting"
    assert _set(review) == []


def test_settings_of_their_own_are_no_difference() -> None:
    review = _review({}, {}, {"ui": {"memory": True, "models": ["x"]}})
    assert review.verdict()[0].state is State.EXISTING
    assert _set(review) == []


def test_what_librechat_does_not_have_any_more_goes() -> None:
    review = _review({}, {"memory": False}, {"ui": {"memory": False, "theme": "dark"}})
    assert _set(review) == [{"ui": {"theme": "dark"}}]


def test_an_undo_sees_what_the_person_set_besides() -> None:
    def digests(settings: Any) -> Any:
        rows = _rows({"memory": False})
        rows[0].values["settings"] = settings
        return ACCOUNT.digests(rows)

    ours = digests({"ui": {"memory": False}})
    assert digests({"ui": {"memory": False, "theme": "dark"}}) != ours
    assert ours["@rest"] == ACCOUNT.digests(_rows({}))["@rest"]
