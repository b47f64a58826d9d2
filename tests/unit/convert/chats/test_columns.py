"""Answers of several models to one question stand side by side, and nothing they said is lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.chats.columns import MOST_AGENTS, split_columns
from migrator_core.convert.chats.references import find_references
from migrator_core.convert.chats.said import read_message
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
    row = answer("a", "q", text="", content=list(parts), **fields)
    return [
        [str(each.payload) for each in column.said.parts]
        for column in split_columns(read_message(row))
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
    said = read_message(answer("a", "q", content=parts))
    (column,) = split_columns(said)
    assert column.said is said
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
    _, column = split_columns(read_message(row), {"agent_A": "Analyst", "agent_B": "Baker"})
    assert column.said.message.sender == "Baker"
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
    calls = [call("one", PRIMARY), call("two", ADDED)]
    row = answer("a", "q", content=calls, attachments=attachments)
    own = [column.said.message.attachments for column in split_columns(read_message(row))]
    assert own == [[attachments[0], *attachments[2:]], [attachments[1]]]


@pytest.mark.parametrize("anchor", ["\ue202turn0search0", "\\ue202turn0search0"])
def test_a_column_that_cites_has_all_results_to_count_by(anchor: str) -> None:
    search = {"type": "file_search", "toolCallId": "one"}
    first = {"type": "tool_call", "tool_call": {"id": "one"}, "agentId": PRIMARY, "groupId": 1}
    parts = [first, part(f"So {anchor}", ADDED, 1)]
    split = split_columns(read_message(answer("a", "q", content=parts, attachments=[search])))
    assert [column.said.message.attachments for column in split] == [[search], [search]]


def test_no_answer_has_columns_without_end() -> None:
    parts = [part(f"p{number}", f"agent_{number}", 1) for number in range(MOST_AGENTS + 3)]
    first, *others = columns(*parts)
    assert first == ["p0", *(f"p{number}" for number in range(MOST_AGENTS, MOST_AGENTS + 3))]
    assert others == [[f"p{number}"] for number in range(1, MOST_AGENTS)]


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
