"""The tree as one organisation sees it: the main tree, with its local splits hung below main leaves.

No conditions and no SQL here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mofang_pipeline.rulebook.model import Node, Rulebook


@dataclass(frozen=True)
class Place:
    """A node in an organisation's tree. `owner` is the organisation whose split it comes from, None in the
    main tree.
    """

    node: Node
    depth: int
    is_leaf: bool
    hq_leaf: str | None
    owner: str | None


Children = dict[str, list[tuple[Node, str]]]


def splits_seen_by(rulebook: Rulebook, org_code: str) -> Children:
    """Main leaf -> the local leaves that `org_code` sees below it, each with the organisation that owns it.

    A tier2's own split wins over its tier1's. A tier1 that splits a leaf also sees what its cities made of
    that leaf, so that a node's customers stay the sum of its children's. Head office sees the main tree
    alone.
    """
    level = rulebook.organisations[org_code].level
    if level == "hq":
        return {}
    seen: Children = {}
    for code in reversed(rulebook.lineage(org_code)):
        for leaf, nodes in rulebook.branch(code).split_groups.items():
            seen[leaf] = [(node, code) for node in nodes]
    for city in rulebook.subordinates[org_code]:
        for leaf, nodes in rulebook.branch(city).split_groups.items():
            if leaf in seen:
                seen[leaf].extend((node, city) for node in nodes)
    return seen


def places(rulebook: Rulebook, org_code: str) -> list[Place]:
    """Every node that the organisation sees, parents before children, in the order of trying."""
    local = splits_seen_by(rulebook, org_code)
    return list(_below(rulebook, rulebook.tree.root, 0, local))


def _below(rulebook: Rulebook, node: Node, depth: int, local: Children) -> Iterator[Place]:
    children = rulebook.tree.children.get(node.id, ())
    hq_leaf = None if children else node.id
    splits = local.get(node.id, [])
    yield Place(node, depth, not children and not splits, hq_leaf, None)
    for child in children:
        yield from _below(rulebook, child, depth + 1, local)
    for split, owner in splits:
        yield Place(split, depth + 1, True, node.id, owner)


def leaf_paths(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """Every leaf that a customer can be in, main or local -> node ids from the root down to the leaf."""
    parents = {node.id: node.parent for node in rulebook.tree.nodes}
    parents |= {node.id: node.parent for branch in rulebook.branches.values() for node in branch.splits}
    leaves = [id_ for id_ in parents if id_ not in rulebook.tree.children]
    return {leaf: _path(leaf, parents) for leaf in leaves}


def _path(leaf: str, parents: dict[str, str | None]) -> tuple[str, ...]:
    path: list[str] = []
    at: str | None = leaf
    while at is not None:
        path.append(at)
        at = parents[at]
    return tuple(reversed(path))
