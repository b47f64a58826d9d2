"""Plain rows, compared column by column: what most kinds need, and nothing of chats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator_core.openwebui.mapping.library import is_earlier_version
from migrator_core.openwebui.verifying.facts import Facts, Gap, Values, by_touch, same
from migrator_core.verification import Difference

TRACED: dict[str, tuple[str, ...]] = {
    "group": ("name", "description", "meta"),
    "tag": ("name",),
    "folder": ("name", "data", "meta"),
    "file": ("filename",),  # the rest of it: files.py
    "shared_chat": ("title", "chat"),
    "prompt": ("name", "command", "content", "tags", "meta", "is_active"),
    "knowledge": ("name", "description", "meta"),
    "model": ("name", "base_model_id", "params", "meta", "is_active"),
    "skill": ("name", "description", "content", "data", "meta", "is_active"),
    "memory": ("type", "path", "content", "meta"),
}
"""Columns by table. Who changes one in Open WebUI leaves a later ``updated_at``."""

OWNERS = ("user_id", "chat_id")
"""Columns that nobody can change in Open WebUI."""


def compare_columns(table: str, expected: Values, actual: Values, facts: Facts) -> Iterator[Gap]:
    """The differences of one main row."""
    touched = facts.touched(expected, actual)
    if table != "group":  # a group belongs to whoever is the first administrator
        for column in OWNERS:
            if column in expected and not same(expected[column], actual.get(column)):
                yield Gap(Difference.DIFFERS, column)
    for column in TRACED[table]:
        if column in expected and not _same(table, column, expected[column], actual.get(column)):
            yield Gap(by_touch(touched), column)


def compare_versions(
    table: str, expected: Values, actual: Sequence[Values], *, touched: bool
) -> Iterator[Gap]:
    """The history: what was migrated is one of its entries.

    Entries can be added and deleted in Open WebUI, never changed. Deleting one leaves no trace, but
    the current one cannot be deleted.
    """
    if any(_says(version, expected) for version in actual):
        return
    if is_earlier_version(expected) and all(row.get("id") != expected["id"] for row in actual):
        yield Gap(Difference.REMOVED_IN_OPEN_WEBUI, f"{table}: {expected['commit_message']}")
        return
    ours = any(version.get("id") == expected["id"] for version in actual)
    lost = Difference.DIFFERS if ours else Difference.MISSING
    yield Gap(
        Difference.CHANGED_IN_OPEN_WEBUI if touched and not ours else lost,
        f"{table}: the migrated version",
    )


def _says(version: Values, expected: Values) -> bool:
    """Whether an entry holds the expected contents; who may read it is compared elsewhere."""
    wanted, snapshot = expected["snapshot"], version.get("snapshot")
    if is_earlier_version(expected) and isinstance(snapshot, dict):
        return version.get("id") == expected["id"] and _lasts(wanted) == _lasts(snapshot)
    return isinstance(snapshot, dict) and all(
        _same("prompt" if "command" in wanted else "model", name, value, snapshot.get(name))
        for name, value in wanted.items()
        if name != "access_grants"
    )


def _lasts(snapshot: Values) -> dict[str, object]:
    """What of an earlier version stays as it was written.

    The rest (base model, knowledge, picture) follows the agent as it is now, and no later run
    writes it into a version that is there.
    """
    params, meta = snapshot.get("params"), snapshot.get("meta")
    kept = {"name": snapshot.get("name")}
    if isinstance(params, dict):
        kept["params"] = {name: params[name] for name in params.keys() - {"function_calling"}}
    if isinstance(meta, dict):
        kept["description"] = meta.get("description")
    return kept


def _same(table: str, column: str, expected: object, actual: object) -> bool:
    """Of where a prompt came from only which one it was counts: the rest is of its first version.

    LibreChat counts how often a prompt was used, and names its version; no later run writes that.
    """
    if table == "prompt" and column == "meta":
        return same(_origin(expected), _origin(actual))
    return same(expected, actual)


def _origin(meta: object) -> object:
    ours = meta.get("librechat") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or not isinstance(ours, dict):
        return meta
    return {**meta, "librechat": ours.get("id")}
