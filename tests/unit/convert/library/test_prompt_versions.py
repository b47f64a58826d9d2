from __future__ import annotations

from typing import Any

from migrator_core.convert.library.prompt_versions import version_message, with_history, with_text
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.prompt import Prompt
from migrator_core.rows import PromptRow, PromptVersion
from tests.unit.convert import documents as d

ROW = PromptRow("p", "say", "owner", "Say", "now", (), {}, 1_600_000_000, 1_600_000_000)


def _version(number: int, **changes: Any) -> Prompt:
    own = {"_id": f"{number:024x}", "createdAt": (1_700_000_000 + number) * 1000}
    return parse(Prompt, d.PROMPT | own | changes)


def test_a_history_has_the_other_versions_with_author_and_date() -> None:
    first, used, draft = _version(1), _version(2), _version(3, author=d.BOB, prompt="{{a b}}")
    row = with_history(ROW, [draft, used, first], used, {d.ALICE: "alice"}, d.STARTED)
    assert (row.written_by, row.written_at) == ("alice", 1_700_000_002)
    assert row.others == (
        PromptVersion("Summarise {{text}}", "alice", version_message(first), 1_700_000_001),
        # Its author has no account, and its variable gets a name that Open WebUI accepts.
        PromptVersion(row.others[1].content, "owner", version_message(draft), 1_700_000_003),
    )
    assert row.others[1].content.startswith("{{a_b")
    assert version_message(first) == "Version 000000000000000000000001 in LibreChat"


def test_a_version_without_a_date_has_that_of_its_id_or_of_the_prompt() -> None:
    used = _version(1)
    undated = [_version(2, createdAt=None), _version(3, createdAt=None, _id="65000000" + "0" * 16)]
    row = with_history(ROW, [used, *undated], used, {}, d.STARTED)
    assert {one.created_at for one in row.others} == {ROW.created_at, 0x65000000}


def test_each_version_with_a_text_counts_once() -> None:
    used, again, empty = _version(1), _version(1, prompt="other"), _version(2, prompt=" ")
    kept = with_text([again, used, _version(3, prompt="\x00"), empty], used)
    assert kept[used.id] is used
    assert set(kept) == {used.id, empty.id}
