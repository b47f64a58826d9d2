from __future__ import annotations

import pytest

from migrator_core.librechat.collection_file_names import (
    FileName,
    is_hidden_collection,
    is_ignored_file,
    is_litter,
    is_litter_folder,
    is_set_aside,
    parse_name,
)

EXACT = {
    "users.json": "users",
    "Users.JSON": "users",
    "users.bson.gz": "users",
    "users.ndjson": "users",
    "LibreChat.users.json": "users",
    "my-db.conversations.json": "conversations",
    "conversation%73.bson": "conversations",
    "agent_checkpoint_writes.json": "agent_checkpoint_writes",
    "LibreChat.agenttriggerdeliveries.json": "agenttriggerdeliveries",
    "fs.files.bson": "fs.files",
    "messages_old.json": "messages_old",
    "deleted_messages.json": "deleted_messages",
    "agents_messages.json": "agents_messages",
    "package.json": "package",
}
COPIED = {
    "users_20260301_120000.json": "users",
    "2026-03-01T12-00-00Z-users.json": "users",
    "01-Mar-2026 users.json": "users",
    "users.2026-03-01.json": "users",
    "messages (1).json": "messages",
    "messages(12).bson": "messages",
    "users.json (1)": "users",
    "users.json.1": "users",
    "Copy of users.json": "users",
    "users copy.json": "users",
    "users - Kopie (2).json": "users",
    "LibreChat-users.json": "users",
    "librechat_prod_messages.json": "messages",
    "users_export.json": "users",
    "prompt_groups.json": "promptgroups",
    "access-roles.json": "accessroles",
}
LIKELY = {
    "acme_users.json": "users",
    "users-berlin.json": "users",
    "acme-chat-messages.json": "messages",
}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (EXACT, FileName("", exact=True)),
        (COPIED, FileName("", copied=True)),
        (LIKELY, FileName("", likely=True)),
    ],
)
def test_names_tell_the_collection(names: dict[str, str], expected: FileName) -> None:
    for name, collection in names.items():
        told = parse_name(name)
        assert told.collection == collection, name
        kind = (told.exact, told.copied, told.likely)
        assert kind == (expected.exact, expected.copied, expected.likely), name


@pytest.mark.parametrize(
    "name",
    [
        "users.metadata.json", "users.metadata.json.gz", "prelude.json", "oplog.bson",
        "system.users.bson", "$admin.system.users.bson", "%24admin.system.roles.bson",
    ],
)  # fmt: skip
def test_what_a_dump_has_beside_its_collections_is_ignored(name: str) -> None:
    assert is_ignored_file(name)


@pytest.mark.parametrize(
    "name",
    [
        "._users.metadata.json", ".DS_Store", ".users.json.swp", "users.json~", "Thumbs.db",
        "desktop.ini", "~$users.xlsx", "#users.json#", ".users.json.Xy1z2A",
    ],
)  # fmt: skip
def test_litter_is_told_by_its_name(name: str) -> None:
    assert is_litter(name)
    assert not is_litter(name.strip("._~#$") + "x")
    assert not is_hidden_collection(name)


def test_of_some_hidden_files_the_name_does_not_tell_enough() -> None:
    assert not is_litter("._users.json"), "its content tells"
    assert is_hidden_collection(".messages.bson.gz")
    assert not any(map(is_hidden_collection, ("._users.json", ".eslintrc.json", "users.json")))


def test_folders_of_the_system_are_told_by_their_name() -> None:
    for name in ("__MACOSX", ".snapshot", "@eaDir", "$RECYCLE.BIN", ".AppleDouble", "#recycle"):
        assert is_litter_folder(name)
    assert not is_litter_folder("LibreChat")


def test_what_was_set_aside_is_told_by_its_name() -> None:
    for name in ("users.json.bak", "messages.bson.crdownload", "b.tar.gz.part", "users.json.old"):
        assert is_set_aside(name)
    assert not is_set_aside("users.json")
