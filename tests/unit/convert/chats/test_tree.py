"""The forest that comes out of parent links of any kind."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.chats.tree import Node, RepairedTree, ancestors_first, order_and_repair


def _parents(tree: RepairedTree) -> dict[str, str | None]:
    return dict(tree.parents)


@pytest.mark.parametrize(
    ("links", "parents", "flaws", "current"),
    [
        ("a b>a c>b", {"a": None, "b": "a", "c": "b"}, {}, "c"),
        ("a b>a c>gone d>c", {"a": None, "b": "a", "c": None, "d": "c"}, {"c": "orphan"}, "d"),
        ("a>a b>a", {"a": None, "b": "a"}, {"a": "self"}, "b"),
        ("a>b b>a c>b", {"a": None, "b": "a", "c": "b"}, {"a": "cycle"}, "c"),
        ("t>b b>c c>b", {"t": "b", "b": None, "c": "b"}, {"b": "cycle"}, "c"),
        ("b>c c>a a>b x y>x", {"b": None, "c": "a", "a": "b", "x": None, "y": "x"},
         {"b": "cycle"}, "y"),
        ("child>late late", {"child": "late", "late": None}, {}, "child"),
    ],
)  # fmt: skip
def test_keeps_what_links_say_and_cuts_what_no_tree_can_hold(
    links: str, parents: dict[str, str | None], flaws: dict[str, str], current: str
) -> None:
    nodes = []
    for place, link in enumerate(links.split()):
        own, _, parent = link.partition(">")
        nodes.append(Node(own, parent or None, place))
    tree = order_and_repair(nodes)
    assert _parents(tree) == parents
    assert tree.flaws == flaws
    assert tree.current == current


def test_shows_the_last_sibling_even_if_another_branch_was_continued_later() -> None:
    tree = order_and_repair(
        [
            Node("question", None, 1),
            Node("first answer", "question", 2),
            Node("second answer", "question", 3),
            Node("continued", "first answer", 9),
        ]
    )
    assert tree.children["question"] == ("first answer", "second answer")
    assert tree.current == "second answer"


def test_dates_order_siblings_and_undated_ones_stand_with_their_parent() -> None:
    tree = order_and_repair(
        [
            Node("undated root", None, None),
            Node("late", "root", 50),
            Node("root", None, 10),
            Node("undated", "root", None),
            Node("early", "root", 20),
            Node("below", "undated", None),
        ]
    )
    assert tree.roots == ("undated root", "root")
    assert tree.children["root"] == ("undated", "early", "late")
    assert tree.order == ("undated root", "root", "undated", "below", "early", "late")


def test_equal_dates_keep_the_order_of_the_source() -> None:
    names = [f"m{number}" for number in range(13)]
    tree = order_and_repair([Node("q", None, 5), *(Node(name, "q", 5) for name in names)])
    assert tree.children["q"] == tuple(names)
    assert tree.current == "m12"


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("dated", [False, True])
def test_chains_longer_than_the_recursion_limit(backwards: bool, dated: bool) -> None:
    length = sys.getrecursionlimit() * 5
    nodes = [
        Node(f"m{place}", f"m{place - 1}" if place else None, place if dated else None)
        for place in range(length)
    ]
    tree = order_and_repair(nodes[::-1] if backwards else nodes)
    assert tree.current == f"m{length - 1}"
    assert ancestors_first(tree) == [f"m{place}" for place in range(length)]


def test_a_circle_of_thousands_is_cut_once() -> None:
    length = sys.getrecursionlimit() * 5
    tree = order_and_repair([Node(f"m{n}", f"m{(n + 1) % length}", 7) for n in range(length)])
    assert tree.flaws == {"m0": "cycle"}
    assert tree.current == "m1"


@pytest.mark.parametrize("nodes", [[], [Node("a", None, 1), Node("a", None, 2)]])
def test_refuses_what_is_no_set_of_messages(nodes: list[Node]) -> None:
    with pytest.raises(ValueError, match="unique ids"):
        order_and_repair(nodes)


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """Any parent for any node: missing, itself, in circles; dates with ties and gaps."""
    count = draw(st.integers(1, 12))
    parents = st.none() | st.just("gone") | st.integers(0, count - 1).map("m{}".format)
    dates = st.none() | st.integers(0, 4)
    return [Node(f"m{n}", draw(parents), draw(dates)) for n in range(count)]


@given(graphs())
def test_agrees_with_the_rules_applied_one_by_one(nodes: list[Node]) -> None:
    order, parents = _by_the_book(nodes)
    tree = order_and_repair(nodes)
    assert list(tree.order) == order
    assert tree.parents == parents
    for node in order:
        assert list(tree.children[node]) == [other for other in order if parents[other] == node]
    assert list(tree.roots) == [node for node in order if parents[node] is None]
    stored = {node.id: node.parent for node in nodes}
    assert set(tree.flaws) == {node for node in order if parents[node] != stored[node]}
    leaf = tree.roots[-1]
    while below := [node for node in order if parents[node] == leaf]:
        leaf = below[-1]
    assert tree.current == leaf
    walked = ancestors_first(tree)
    assert sorted(walked) == sorted(order)
    for node in order:
        parent = parents[node]
        assert parent is None or walked.index(parent) < walked.index(node)


def _by_the_book(nodes: list[Node]) -> tuple[list[str], dict[str, str | None]]:
    """The same rules, slow and plain."""
    by_id = {node.id: node for node in nodes}

    def date(node: Node) -> float:
        for _ in nodes:
            if node.created_at is not None:
                return node.created_at
            if node.parent not in by_id:
                break
            node = by_id[str(node.parent)]
        return node.created_at if node.created_at is not None else -1

    order = [node.id for node in sorted(nodes, key=date)]
    parents: dict[str, str | None] = {
        node.id: node.parent if node.parent in by_id and node.parent != node.id else None
        for node in nodes
    }
    for start in order:
        step = parents[start]
        for _ in order:
            if step == start:
                parents[start] = None
                break
            step = parents[step] if step is not None else None
    return order, parents
