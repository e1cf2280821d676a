"""Whether nodes form a tree and organisations a hierarchy: ids, parents, order of siblings, cycles, depth.

Conditions are not looked at here (check.py).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from mofang_pipeline.rulebook.model import LEVELS, Node, Organisation, Problem, by_parent

MAX_TREE_DEPTH = 20
_NODE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,39}")
_ORG_CODE = re.compile(r"[A-Za-z0-9]{1,20}")


def tree_problems(nodes: Sequence[Node], file: str) -> list[Problem]:
    """What keeps the nodes from being one tree whose children end with `otherwise`."""
    problems = [*id_problems(nodes, file), *_root_problems(nodes, file)]
    known = {node.id for node in nodes}
    for node in nodes:
        if node.parent is not None and node.parent not in known:
            problems.append(
                Problem(
                    file,
                    f"node {node.id}",
                    f"parent {node.parent!r} does not exist; correct it",
                    f"上级 {node.parent!r} 不存在，请更正",
                )
            )
    return problems + sibling_problems(nodes, file) + ([] if problems else _reach_problems(nodes, file))


def id_problems(nodes: Iterable[Node], file: str) -> list[Problem]:
    """Ids that are not ids, or that two nodes share."""
    problems = []
    for node_id, times in Counter(node.id for node in nodes).items():
        if not _NODE_ID.fullmatch(node_id):
            problems.append(
                Problem(
                    file,
                    f"node {node_id}",
                    "an id is a letter, then letters, digits, _ . -",
                    "编号须以字母开头，只含字母、数字、_ . -",
                )
            )
        if times > 1:
            problems.append(
                Problem(
                    file,
                    f"node {node_id}",
                    f"is given {times} times; rename the others",
                    f"出现 {times} 次，请改名",
                )
            )
    return problems


def sibling_problems(nodes: Iterable[Node], file: str) -> list[Problem]:
    """Every group of children has exactly one `otherwise`, at its end."""
    problems = []
    for parent, children in by_parent(nodes).items():
        for child in children[:-1]:
            if child.when is None:
                problems.append(
                    Problem(
                        file,
                        f"node {child.id}",
                        "`otherwise` must be the last child; move it",
                        "“otherwise” 必须是最后一个，请移到末尾",
                    )
                )
        if children[-1].when is not None:
            problems.append(
                Problem(
                    file,
                    f"node {parent}",
                    f"its last child {children[-1].id} is not `otherwise: true`; add one",
                    f"最后一个下级 {children[-1].id} 不是 otherwise: true，请补上",
                )
            )
    return problems


def _root_problems(nodes: Iterable[Node], file: str) -> list[Problem]:
    roots = [node.id for node in nodes if node.parent is None]
    if len(roots) == 1:
        return []
    found = ", ".join(roots) or "none"
    return [
        Problem(
            file,
            "nodes",
            f"needs exactly one node without parent, has {found}",
            f"应恰有一个没有上级的节点，现为 {found}",
        )
    ]


def _reach_problems(nodes: Iterable[Node], file: str) -> list[Problem]:
    """Parents all exist and there is one root, so what it does not reach goes round in a circle."""
    children = by_parent(nodes)
    level = [node for node in nodes if node.parent is None]
    reached: set[str] = set()
    for _ in range(MAX_TREE_DEPTH + 1):
        reached.update(node.id for node in level)
        level = [child for node in level for child in children.get(node.id, ())]
    if level:
        en, zh = (
            f"deeper than {MAX_TREE_DEPTH} levels; flatten the tree",
            f"超过 {MAX_TREE_DEPTH} 层，请减少层级",
        )
        return [Problem(file, f"node {level[0].id}", en, zh)]
    return [
        Problem(
            file,
            f"node {node.id}",
            "its parents form a circle; correct `parent`",
            "上级互相循环，请更正 parent",
        )
        for node in nodes
        if node.id not in reached
    ]


def organisation_problems(organisations: Sequence[Organisation], file: str) -> list[Problem]:
    """Duplicates, missing or misplaced parents, and anything but one head office."""
    problems = []
    times = Counter(org.org_code for org in organisations)
    for code, count in times.items():
        if count > 1:
            problems.append(
                Problem(
                    file,
                    f"organisation {code}",
                    f"is given {count} times; keep one",
                    f"出现 {count} 次，请保留一个",
                )
            )
        if not _ORG_CODE.fullmatch(code):
            problems.append(
                Problem(
                    file,
                    f"organisation {code}",
                    "a code is 1-20 letters or digits",
                    "编号须为 1-20 位字母或数字",
                )
            )
    heads = [org.org_code for org in organisations if org.level == "hq"]
    if len(heads) != 1:
        found = ", ".join(heads) or "none"
        problems.append(
            Problem(
                file,
                "level hq",
                f"needs exactly one head office, has {found}",
                f"应恰有一个总行，现为 {found}",
            )
        )
    levels = {org.org_code: org.level for org in organisations}
    return problems + [_parent_problem(org, file) for org in organisations if not _parent_fits(org, levels)]


def _parent_fits(org: Organisation, levels: dict[str, str]) -> bool:
    if org.level == "hq":
        return org.parent_code is None
    return levels.get(org.parent_code or "") == LEVELS[LEVELS.index(org.level) - 1]


def _parent_problem(org: Organisation, file: str) -> Problem:
    above = "no" if org.level == "hq" else f"an existing {LEVELS[LEVELS.index(org.level) - 1]}"
    return Problem(
        file,
        f"organisation {org.org_code}",
        f"a {org.level} needs {above} parent, has {org.parent_code!r}",
        f"{org.level} 的上级编号 {org.parent_code!r} 不存在或级别不对，请更正",
    )
