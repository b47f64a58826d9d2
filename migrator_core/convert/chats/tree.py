"""From parent links as stored to a forest that Open WebUI can show, by LibreChat's own rules.

LibreChat (``buildTree``, ``packages/data-provider``, 0.7 to 0.8) reads a conversation's rows
sorted by ``createdAt``, hangs each under its parent, makes a row whose parent does not exist or is
the row itself a root, and cuts a cycle at its first row. Siblings stand in the order they were
read, and after a reload the last sibling is shown at every level. No database stores which branch
a person looked at.

Everything here is iterative: a chain of messages may be longer than Python's recursion limit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from migrator_core.record import record

Flaw: TypeAlias = Literal["orphan", "self", "cycle"]


@record
class Node:
    """One message as the tree sees it.

    ``id`` is unique among the nodes; ``parent`` is None for a root and may name a node that does
    not exist; ``created_at`` is in any unit, as long as all nodes use the same.
    """

    id: str
    parent: str | None
    created_at: int | None


@dataclass(frozen=True, slots=True)
class RepairedTree:
    """A forest: every node is reachable from a root, and there are no cycles.

    ``order`` is the order of reading, ``children`` lists every node's children in that order
    (an entry for every node), ``flaws`` says which nodes could not keep their stored parent, and
    ``current`` is the leaf LibreChat shows after a reload.
    """

    order: tuple[str, ...]
    parents: Mapping[str, str | None]
    children: Mapping[str, tuple[str, ...]]
    roots: tuple[str, ...]
    flaws: Mapping[str, Flaw]
    current: str


def order_and_repair(nodes: Sequence[Node]) -> RepairedTree:
    """Build the forest of ``nodes``, which are given in the order of the source.

    Raises:
        ValueError: there are no nodes, or two share an id.
    """
    by_id = {node.id: node for node in nodes}
    if not nodes or len(by_id) != len(nodes):
        raise ValueError("a tree needs at least one node, and unique ids")
    order = _read_order(nodes, by_id)
    parents, flaws = _usable_parents(nodes, by_id)
    for node_id in _first_of_each_cycle(order, parents):
        parents[node_id] = None
        flaws[node_id] = "cycle"
    children: dict[str, list[str]] = {node_id: [] for node_id in order}
    roots: list[str] = []
    for node_id in order:
        parent = parents[node_id]
        (roots if parent is None else children[parent]).append(node_id)
    return RepairedTree(
        order=tuple(order),
        parents=parents,
        children={node_id: tuple(below) for node_id, below in children.items()},
        roots=tuple(roots),
        flaws=flaws,
        current=_last_leaf(roots[-1], children),
    )


def ancestors_first(tree: RepairedTree) -> list[str]:
    """All ids, every parent before its children."""
    pending = list(reversed(tree.roots))
    result = []
    while pending:
        node_id = pending.pop()
        result.append(node_id)
        pending.extend(reversed(tree.children[node_id]))
    return result


def _read_order(nodes: Sequence[Node], by_id: Mapping[str, Node]) -> list[str]:
    """Ids by date; equal dates keep the order of the source (Mongo's sort, in practice)."""
    times = _times(nodes, by_id)
    return [node.id for node in sorted(nodes, key=lambda node: times[node.id])]


def _times(nodes: Sequence[Node], by_id: Mapping[str, Node]) -> dict[str, float]:
    """A date for every node; an undated one stands where its nearest dated ancestor stands.

    Imports of some LibreChat versions have no dates at all: those come first, in source order.
    """
    times: dict[str, float] = {
        node.id: node.created_at for node in nodes if node.created_at is not None
    }
    for node in nodes:
        path: dict[str, None] = {}
        step: Node | None = node
        while step is not None and step.id not in times and step.id not in path:
            path[step.id] = None
            step = by_id.get(step.parent) if step.parent is not None else None
        time = times.get(step.id, -math.inf) if step is not None else -math.inf
        times.update(dict.fromkeys(path, time))
    return times


def _usable_parents(
    nodes: Sequence[Node], by_id: Mapping[str, Node]
) -> tuple[dict[str, str | None], dict[str, Flaw]]:
    parents: dict[str, str | None] = {}
    flaws: dict[str, Flaw] = {}
    for node in nodes:
        parents[node.id] = node.parent
        if node.parent == node.id:
            flaws[node.id] = "self"
        elif node.parent is not None and node.parent not in by_id:
            flaws[node.id] = "orphan"
        if node.id in flaws:
            parents[node.id] = None
    return parents, flaws


def _first_of_each_cycle(order: Sequence[str], parents: Mapping[str, str | None]) -> list[str]:
    """The member of each cycle that is read first. Each node is walked over once."""
    place = {node_id: index for index, node_id in enumerate(order)}
    done: set[str] = set()
    found = []
    for start in order:
        path: dict[str, None] = {}
        step: str | None = start
        while step is not None and step not in done and step not in path:
            path[step] = None
            step = parents[step]
        if step is not None and step in path:
            walked = list(path)
            cycle = walked[walked.index(step) :]
            found.append(min(cycle, key=place.__getitem__))
        done.update(path)
    return found


def _last_leaf(root: str, children: Mapping[str, Sequence[str]]) -> str:
    leaf = root
    while below := children[leaf]:
        leaf = below[-1]
    return leaf
