"""Answers of several models to one question stand side by side, and nothing they said is lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.chats.parallel import Answer, arrange, split_columns
from migrator_core.convert.chats.references import find_references
from tests.support.chat_checks import answer, convert, history, message

PRIMARY, ADDED = "openAI__gpt-4o___GPT-4o", "anthropic__claude-sonnet-4___Claude____1"


def part(text: str, agent: Any = None, group: Any = None, **more: Any) -> dict[str, Any]:
    marks = {"agentId": agent, "groupId": group}
    return {
        "type": "text",
        "text": text,
        **{k: v for k, v in marks.items() if v is not None},
        **more,
    }


def columns(*parts: object, **fields: Any) -> list[list[str]]:
    """The texts of each column."""
    split = split_columns(answer("a", "q", text="", content=list(parts), **fields))
    return [
        [each["text"] for each in column.message.content]  # type: ignore[attr-defined]
        for column in split
    ]


def test_one_message_of_two_models_becomes_two_columns() -> None:
    chat = convert(
        message("q", addedConvo=True),
        answer(
            "a",
            "q",
            at=5,
            text="",
            sender="GPT-4o",
            endpoint="openAI",
            content=[part("Stoker.", PRIMARY, 1), part("Bram Stoker, 1897.", ADDED, 1)],
            addedConvo=True,
        ),
        message("q2", "a", at=9, text="Thanks"),
        endpoint="openAI",
        model="gpt-4o",
    )
    found = history(chat)
    assert found["q"]["models"] == ["gpt-4o", "claude-sonnet-4"]
    assert found["q"]["childrenIds"] == ["a_1", "a"]
    first, second = found["a"], found["a_1"]
    assert (first["content"], first["modelIdx"], first["model"]) == ("Stoker.", 0, "gpt-4o")
    assert first["childrenIds"] == ["q2"]
    assert second == {
        "id": "a_1", "parentId": "q", "childrenIds": [], "role": "assistant",
        "content": "Bram Stoker, 1897.", "timestamp": first["timestamp"],
        "model": "claude-sonnet-4", "modelName": "Claude", "modelIdx": 1, "done": True,
    }  # fmt: skip
    assert found["q2"]["models"] == ["gpt-4o"]
    assert chat.row.current_message_id == "q2"
    assert chat.message_ids == ("q", "a", "q2")


def test_the_branch_that_is_opened_goes_on_below_the_first_column() -> None:
    """Open WebUI walks down the last children; a column that nobody continued must not be last."""
    chat = convert(
        message("q"),
        answer("a", "q", at=1, content=[part("x", PRIMARY, 1), part("y", ADDED, 1)]),
        message("q2", "a", at=2),
    )
    found, step = history(chat), "q"
    while found[step]["childrenIds"]:
        step = found[step]["childrenIds"][-1]
    assert step == chat.row.current_message_id == "q2"


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [None, "text", 5, {}],
        [part("a"), part("b")],
        [part("a", PRIMARY, 1), part("b", PRIMARY, 1)],
        [part("a", PRIMARY), part("b", ADDED)],
        [part("a", None, 1), part("b", ADDED, 1)],
        [part("a", PRIMARY, 1), part("b", ADDED, 2)],
        [part("a", PRIMARY, 1), {"type": "agent_update", "agentId": ADDED, "groupId": 1}],
        [part("a", PRIMARY, 1), {"type": "", "agentId": ADDED, "groupId": 1}],
        [part("a", 5, 1), part("b", [], 1)],
        [part("a", PRIMARY, [1]), part("b", ADDED, {})],
    ],
)
def test_what_is_no_comparison_stays_one_answer(parts: list[object]) -> None:
    (column,) = split_columns(answer("a", "q", content=parts))
    assert column.message.content == parts
    assert column.agent_id is None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # The added model may have answered first.
        ([part("b", ADDED, 1), part("a", PRIMARY, 1)], [["a"], ["b"]]),
        # Several rounds of both.
        ([part("a1", PRIMARY, 1), part("b1", ADDED, 1), part("b2", ADDED, 2),
          part("a2", PRIMARY, 2)], [["a1", "a2"], ["b1", "b2"]]),
        # What belongs to neither, before, between and after.
        ([part("0"), part("a", PRIMARY, 1), part("?", None, 1), part("b", ADDED, 1), part("9")],
         [["0", "a", "?", "9"], ["b"]]),
        # A graph of agents: one leads in, two work side by side, one sums up.
        ([part("in", "agent_A"), part("b", "agent_B", 1), part("c", "agent_C", 1),
          part("out", "agent_D", 2)], [["in", "b", "out"], ["c"]]),
        # Three agents.
        ([part(x, f"agent_{x}", 7) for x in "ABC"], [["A"], ["B"], ["C"]]),
    ],
)  # fmt: skip
def test_every_part_stands_in_its_column_in_order(
    parts: list[object], expected: list[list[str]]
) -> None:
    assert columns(*parts) == expected


def test_columns_are_named_after_their_models() -> None:
    parts = [part("a", "agent_Abc", 1), part("b", "agent_Xyz____1", 1)]
    chat = convert(
        message("q"), answer("a", "q", model="agent_Abc", content=parts), endpoint="agents"
    )
    assert history(chat)["q"]["models"] == ["agent-Abc", "agent-Xyz"]
    unlabelled = [part("a", "groq__llama3__8b", 1), part("b", "groq__qwen____1", 1)]
    chat = convert(message("q"), answer("a", "q", model="llama3:8b", content=unlabelled))
    assert history(chat)["q"]["models"] == ["llama3:8b", "qwen"]
    assert history(chat)["a_1"]["modelName"] == "qwen"


def test_a_saved_agent_is_called_by_its_name() -> None:
    parts = [part("a", "agent_A", 1), part("b", "agent_B____1", 1)]
    row = answer("a", "q", model="agent_A", content=parts)
    _, column = split_columns(row, {"agent_A": "Analyst", "agent_B": "Baker"})
    assert column.message.sender == "Baker"
    assert find_references([row], "u").agents >= {"agent_A", "agent_B"}


def test_the_old_copy_of_all_the_text_stands_in_for_no_column() -> None:
    call = {"id": "c", "name": "x", "args": "{}", "output": "1"}
    silent = {"type": "tool_call", "tool_call": call, "agentId": PRIMARY, "groupId": 1}
    chat = convert(
        message("q"),
        answer("a", "q", text="Said by the other one.",
               content=[silent, part("Said by the other one.", ADDED, 1)]),
    )  # fmt: skip
    assert "Said by" not in history(chat)["a"]["content"]
    assert history(chat)["a_1"]["content"] == "Said by the other one."


def test_tool_results_go_with_their_calls() -> None:
    def call(name: str, agent: str) -> dict[str, Any]:
        return {"type": "tool_call", "tool_call": {"id": name}, "agentId": agent, "groupId": 1}

    attachments = [
        {"filename": "a.png", "toolCallId": "one"},
        {"filename": "b.png", "toolCallId": "two"},
        {"type": "web_search", "toolCallId": "one"},
        {"filename": "nobody.png"},
        "odd",
    ]
    own = [
        column.message.attachments
        for column in split_columns(
            answer("a", "q", content=[call("one", PRIMARY), call("two", ADDED)],
                   attachments=attachments)
        )
    ]  # fmt: skip
    assert own == [[attachments[0], *attachments[2:]], [attachments[1]]]


@pytest.mark.parametrize("anchor", ["\ue202turn0search0", "\\ue202turn0search0"])
def test_a_column_that_cites_has_all_results_to_count_by(anchor: str) -> None:
    search = {"type": "file_search", "toolCallId": "one"}
    first = {"type": "tool_call", "tool_call": {"id": "one"}, "agentId": PRIMARY, "groupId": 1}
    split = split_columns(
        answer("a", "q", content=[first, part(f"So {anchor}", ADDED, 1)], attachments=[search])
    )
    assert [column.message.attachments for column in split] == [[search], [search]]


@pytest.mark.parametrize("first_at", [1, 3])
def test_the_pairs_of_old_versions_are_columns(first_at: int) -> None:
    chat = convert(
        message("q"),
        answer("x", "q", at=first_at, text="One", model="gpt-4"),
        answer("y_", "q", at=2, text="Two", model="claude-2", endpoint="anthropic"),
        message("q2", "x", at=9),
    )
    found = history(chat)
    assert found["q"]["models"] == ["gpt-4", "claude-2"]
    assert (found["x"]["modelIdx"], found["y_"]["modelIdx"]) == (0, 1)
    assert set(found) == {"q", "x", "y_", "q2"}


def test_a_second_try_of_the_same_model_is_no_comparison() -> None:
    chat = convert(message("q"), answer("x", "q", at=1), answer("x_", "q", at=2))
    assert history(chat)["q"]["models"] == ["gpt-4o"]
    assert {each["modelIdx"] for each in history(chat).values() if "model" in each} == {0}


@pytest.mark.parametrize(
    ("answers", "models", "places"),
    [
        ([], ["default"], {}),
        ([[("a", "x")]], ["x"], {"a": 0}),
        ([[("a", "x")], [("b", "y")]], ["y"], {"a": 0, "b": 0}),
        # Asked again, one way or the other.
        ([[("a", "x"), ("a_1", "y")], [("b", "x"), ("b_1", "y")]], ["x", "y"],
         {"a": 0, "a_1": 1, "b": 0, "b_1": 1}),
        ([[("a", "x"), ("a_1", "y")], [("b", "x"), ("b_1", "z")]], ["x", "z"],
         {"a": 0, "a_1": 1, "b": 0, "b_1": 1}),
        ([[("a", "x"), ("a_1", "y")], [("b", "y")], [("c", "other")]], ["x", "y"],
         {"a": 0, "a_1": 1, "b": 1, "c": 0}),
        # The same model twice is still two columns.
        ([[("a", "x"), ("a_1", "x")]], ["x", "x"], {"a": 0, "a_1": 1}),
        ([[("a", "x")], [("_", "y")]], ["y"], {"a": 0, "_": 0}),
        ([[("a", "x")], [("b", "x")], [("c_", "y")], [("d_", "y")]], ["x", "y"],
         {"a": 0, "b": 0, "c_": 1, "d_": 1}),
    ],
)  # fmt: skip
def test_where_answers_stand(
    answers: list[list[tuple[str, str]]], models: list[str], places: dict[str, int]
) -> None:
    arrangement = arrange([Answer(tuple(each)) for each in answers], "default")
    assert list(arrangement.models) == models
    assert arrangement.places == places


def test_a_made_up_question_asks_both_models() -> None:
    chat = convert(answer("a", content=[part("x", PRIMARY, 1), part("y", ADDED, 1)]))
    question = next(each for each in history(chat).values() if each["role"] == "user")
    assert question["models"] == ["gpt-4o", "claude-sonnet-4"]
    assert question["childrenIds"] == ["a_1", "a"]


AGENTS = st.sampled_from([PRIMARY, ADDED, "agent_A", "agent_B____2", "", None, 7])
GROUPS: st.SearchStrategy[object] = st.sampled_from([1, 2, "1", None, [], True])
KINDS = st.sampled_from(["text", "text", "think", "agent_update", "", None, "odd"])


@given(st.lists(st.lists(st.tuples(AGENTS, GROUPS, KINDS), max_size=8), min_size=1, max_size=4))
def test_whatever_the_marks_every_word_is_there_once(marks: list[list[tuple[Any, ...]]]) -> None:
    rows = [message("q")]
    words = Counter[str]()
    for number, parts in enumerate(marks):
        content = []
        for place, (agent, group, kind) in enumerate(parts):
            word = f"word{number}x{place}."
            content.append(
                {"type": kind or "text", kind or "text": word, "agentId": agent, "groupId": group}
            )
            words[word] += 1 if kind in {"text", None} else 0
        rows.append(answer(f"a{number}", "q", at=number, text="", content=content))
    found = history(convert(*rows))
    said = Counter[str]()
    for each in found.values():
        said.update(word for word in words if word in each["content"].split())
    assert {word: count for word, count in said.items() if words[word]} == {
        word: 1 for word, count in words.items() if count
    }
    own = {"q", *(f"a{number}" for number in range(len(marks)))}
    assert own <= found.keys()
    assert all(extra.rpartition("_")[0] in own for extra in found.keys() - own)
