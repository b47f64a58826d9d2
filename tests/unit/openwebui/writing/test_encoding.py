"""What a driver is given, and what is refused before any database sees it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import make_url
from sqlalchemy.engine.interfaces import Dialect

from migrator_core.encoded import EncodedRow
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.writing.encoding import encode
from migrator_core.openwebui.writing.prepared import entry_of, entry_of_brought, prepare
from migrator_core.openwebui.writing.statements import Inserts
from migrator_core.outcome import Reason, State
from migrator_core.rows import ChatRow, Grant, Row
from tests.support.rows import chat, file, group, item, key, model, prompt, user
from tests.unit.openwebui.stand_in import schema

SCHEMA = schema()
SQLITE: Dialect = make_url("sqlite+aiosqlite://").get_dialect()()
POSTGRESQL: Dialect = make_url("postgresql+psycopg://").get_dialect()()
CONTEXT = MappingContext(
    now=1_800_000_000,
    earliest_account=1_760_000_000,
    creator="admin",
    default_group=None,
    group_share="members",
)
BEA = key("bea")
SURROGATE, NUL = "half an emoji \ud83d", "zero \x00 byte"


def encoded(row: Row) -> dict[str, EncodedRow]:
    return {one.table: one for one in encode(row, CONTEXT, SCHEMA)}


def test_json_is_text_by_now_and_nothing_is_escaped() -> None:
    values = encoded(user("bea", info={"city": "Zürich"}, username=None))["user"].values
    assert values["info"] == '{"city":"Zürich"}'
    assert "username" not in values  # the column's own default applies
    assert values["email"] == "bea@people.example"


def test_what_this_open_webui_has_not_is_left_out() -> None:
    known = {name: found for name, found in SCHEMA.columns.items() if name != "model_history"}
    older = replace(SCHEMA, columns=known)
    rows = encode(model("one", BEA), CONTEXT, older)
    assert {one.table for one in rows} == {"model"}
    assert "version_id" not in rows[0].values


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (user("x", name=SURROGATE), "character pair"),
        (user("x", info={"a": [SURROGATE]}), "character pair"),
        (user("x", name=NUL), "NUL"),
        (user("x", info={"a": {NUL: 1}}), "NUL"),
        (user("x", username="u" * 51), "'username' is longer than 50"),
        (user("x", created_at=2**63), "'created_at' is too large"),
        (user("x", info={"n": float("inf")}), "no JSON"),
        (user("x", info={"n": {1, 2}}), "no JSON"),
        (user("x", name=["no", "text"]), "is a list"),
        (user("x", id="i" * 501), "'id' is longer than 500"),
        (model("x", BEA), "its own base model"),
    ],
)
def test_what_no_database_takes_is_refused_without_its_content(row: Row, why: str) -> None:
    if why == "its own base model":
        row = replace(model("x", BEA), base_model_id="agent-x")
    with pytest.raises(RejectedError) as told:
        encode(row, CONTEXT, SCHEMA)
    assert why in str(told.value)
    assert "emoji" not in str(told.value)


def test_a_text_that_only_looks_like_nul_is_kept() -> None:
    info = {"path": r"C:\u0000"}
    assert json.loads(str(encoded(user("x", info=info))["user"].values["info"])) == info


def said(text: object) -> ChatRow:
    messages = {"q": {"id": "q", "role": "user", "parentId": None, "content": "x", "output": text}}
    return chat("Trip", BEA, chat={"history": {"currentId": "q", "messages": messages}})


@pytest.mark.parametrize(
    "text", ["Zürich 🚀", r"C:\u0000", 'quo"te\n', "\x7f\u2028", 0.1, 2**63, -1]
)
def test_the_faster_encoder_of_chats_writes_the_same_json(text: object) -> None:
    row = said([text])
    values = encoded(row)["chat"].values
    assert values["chat"] == json.dumps(row.chat, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("text", "why"),
    [(SURROGATE, "character pair"), (NUL, "NUL"), ({1, 2}, "no JSON")],
)
def test_what_no_database_takes_is_refused_in_chats_too(text: object, why: str) -> None:
    with pytest.raises(RejectedError, match=why):
        encode(said([text]), CONTEXT, SCHEMA)


def test_content_that_is_nested_too_deeply_is_refused() -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(RejectedError, match="nested too deeply"):
        encode(user("x", info=deep), CONTEXT, SCHEMA)


def test_statements_are_few_and_in_the_order_of_foreign_keys() -> None:
    rows: list[Row] = [
        chat("Trip", BEA),
        prompt("hi", BEA, Grant("user", "*", "read")),
        user("bea"),
    ]
    rows += [group("Team", BEA), user("carl"), user("dora", username=None)]
    many = [one for row in rows for one in encode(row, CONTEXT, SCHEMA)]
    inserts = Inserts(SCHEMA, SQLITE).grouped(many)
    sent = [(one.table.name, len(values)) for one, values in inserts]
    assert list(dict.fromkeys(name for name, _ in sent)) == [
        "user", "auth", "group", "group_member", "tag", "chat", "chat_message",
        "prompt", "prompt_history", "access_grant",
    ]  # fmt: skip
    assert [name for name, _ in sent].count("user") == 2  # one statement for each set of columns
    assert dict(sent)["auth"] == 3
    assert sum(count for name, count in sent if name == "user") == 3


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL])
def test_rows_that_may_be_there_give_way(dialect: Dialect) -> None:
    rows = encode(chat("Trip", BEA), CONTEXT, SCHEMA)
    sent = {
        one.table.name: one.text or str(one.statement.compile(dialect=dialect))
        for one, _ in Inserts(SCHEMA, dialect).grouped(rows)
    }
    assert {name for name, text in sent.items() if "ON CONFLICT DO NOTHING" in text} == {"tag"}


def test_drivers_are_sent_rows_without_a_detour() -> None:
    rows = encode(chat("Trip", BEA), CONTEXT, SCHEMA)
    inserts = [insert for insert, _ in Inserts(SCHEMA, SQLITE).grouped(rows)]
    assert all(insert.text.startswith("INSERT INTO ") for insert in inserts)
    copied = [insert for insert, _ in Inserts(SCHEMA, POSTGRESQL).grouped(rows) if insert.copies]
    assert {insert.table.name for insert in copied} == {"chat", "chat_message"}
    assert all(insert.text.startswith("COPY ") for insert in copied)


def test_a_row_that_conversion_should_not_have_made_fails_with_its_reason() -> None:
    broken = chat("x", BEA, chat={"history": {"messages": {"q": {"content": "secret words"}}}})
    one = prepare(item(broken), CONTEXT, SCHEMA)
    assert (one.written.state, one.written.reason) == (State.FAILED, Reason.INTERNAL_ERROR)
    assert "secret" not in (one.written.detail or "")
    assert not one.rows
    refused = prepare(item(user("x", name=NUL)), CONTEXT, SCHEMA)
    assert refused.written.reason is Reason.REJECTED_BY_DATABASE


def test_a_file_is_mapped_once_its_bytes_are_somewhere() -> None:
    notes = file("notes.txt", BEA)
    assert prepare(item(notes), CONTEXT, SCHEMA).written.state is State.FAILED
    one = prepare(item(notes), replace(CONTEXT, path="/uploads/notes"), SCHEMA)
    assert one.written.state is State.MIGRATED
    assert one.rows[0].values["path"] == "/uploads/notes"


def test_the_ledger_is_told_what_a_row_is_and_what_it_brought() -> None:
    one = prepare(item(chat("Trip", BEA)), CONTEXT, SCHEMA)
    entry = entry_of(one.written)
    assert (entry["target_kind"], entry["target_id"]) == ("chat", key("Trip"))
    assert (entry["state"], entry["fingerprint"]) == ("migrated", f"print of {key('Trip')}")
    failed = entry_of(replace(one.written, state=State.FAILED))
    assert failed["fingerprint"] is None
    brought = entry_of_brought(one.written.item, "tag", f"{BEA}/red_thread")
    assert (brought["state"], brought["target_id"]) == ("brought", f"{BEA}/red_thread")
    assert brought["source_id"] == entry["source_id"]


def test_links_to_providers_have_the_spaces_that_open_webui_looks_for() -> None:
    linked = replace(user("bea"), oauth={"oidc": {"sub": "ä"}})
    assert encoded(linked)["user"].values["oauth"] == '{"oidc": {"sub": "\\u00e4"}}'
