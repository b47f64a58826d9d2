"""One item, compared: the one place that knows which kind is compared how. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from migrator_core.openwebui.verifying.access import compare_grants
from migrator_core.openwebui.verifying.accounts import compare_account, compare_group
from migrator_core.openwebui.verifying.chats import compare_chat, compare_shared_chat
from migrator_core.openwebui.verifying.columns import compare_columns, compare_versions
from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows
from migrator_core.openwebui.verifying.files import compare_file
from migrator_core.openwebui.verifying.knowledge import compare_knowledge
from migrator_core.verification import Difference

GRANTS = "access_grant"
_HISTORIES = ("prompt_history", "model_history", "skill_history")

_Comparer = Callable[[Rows, Rows, Rows, Facts], Iterator[Gap]]


def compare(kind: str, expected: Rows, ours: Rows, others: Rows, facts: Facts) -> list[Gap]:
    """The differences between what conversion gives and what Open WebUI holds.

    Args:
        kind: the kind of item.
        expected: the rows as conversion gives them.
        ours: the rows that are there and have ids of ours; the main row is among them.
        others: the rows that somebody added to the item.
        facts: what else is known.
    """
    gaps = list(_COMPARERS[kind](expected, ours, others, facts))
    main, present = expected[kind][0], ours[kind][0]
    touched = facts.touched(main, present)
    for table in _HISTORIES:
        for version in expected.get(table, ()):
            history = (*(ours.get(table) or ()), *(others.get(table) or ()))
            gaps += compare_versions(table, version, history, touched=touched)
    actual = (*(ours.get(GRANTS) or ()), *(others.get(GRANTS) or ()))
    gaps += compare_grants(expected.get(GRANTS, ()), actual, facts, touched=touched)
    return gaps


def _plain(kind: str) -> _Comparer:
    def compare_plain(expected: Rows, ours: Rows, _others: Rows, facts: Facts) -> Iterator[Gap]:
        return compare_columns(kind, expected[kind][0], ours[kind][0], facts)

    return compare_plain


_COMPARERS: Mapping[str, _Comparer] = {
    "user": lambda expected, ours, _others, facts: compare_account(expected, ours, facts),
    "group": compare_group,
    "knowledge": compare_knowledge,
    "chat": lambda expected, ours, others, facts: compare_chat(
        expected, _together(ours, others), facts
    ),
    "shared_chat": lambda expected, ours, _others, facts: compare_shared_chat(
        expected, ours, facts
    ),
    GRANTS: lambda _expected, _ours, _others, _facts: iter(()),  # compared as permissions are
    "file": lambda expected, ours, _others, facts: compare_file(expected, ours, facts),
    **{kind: _plain(kind) for kind in ("tag", "folder", "prompt", "model", "skill", "memory")},
}


def _together(ours: Rows, others: Rows) -> Rows:
    return {
        table: [*chain(ours.get(table, ()), others.get(table, ()))]
        for table in ours.keys() | others.keys()
    }


_PEOPLE = (Difference.CHANGED_IN_OPEN_WEBUI, Difference.REMOVED_IN_OPEN_WEBUI)
_BY_BACKUP = (Difference.MISSING, Difference.DIFFERS)


def with_backup(gaps: Sequence[Gap], *, touched: bool) -> list[Gap]:
    """The differences of an item of which the backup gives another row now than was written.

    What was never written cannot be damaged; nor did people change it, where nothing shows that
    they changed anything (``touched``).
    """
    newer = _BY_BACKUP if touched else (*_BY_BACKUP, *_PEOPLE)
    return [Gap(Difference.OUTDATED, gap.what) if gap.difference in newer else gap for gap in gaps]


def by_difference(gaps: Sequence[Gap]) -> dict[Difference, list[str]]:
    """What differs, by kind; what people did comes last."""
    sorted_gaps = sorted(gaps, key=lambda gap: gap.difference in _PEOPLE)
    found: dict[Difference, list[str]] = {}
    for gap in sorted_gaps:
        found.setdefault(gap.difference, []).append(gap.what)
    return found
