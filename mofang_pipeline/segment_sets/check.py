"""Whether definitions make sense together: ids, organisations, names, conditions, circles, sharing.

Pure. A set that fails here is refused when it is saved, and left out of a night when the tree has moved on since.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.segment_sets.algebra import names_in, parse_members
from mofang_pipeline.segment_sets.model import Definition

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
Sets = Mapping[str, Definition]


def node_ids(rulebook: Rulebook) -> frozenset[str]:
    """Nodes of the main tree and of every branch's splits."""
    local = (node.id for branch in rulebook.branches.values() for node in branch.splits)
    return frozenset((*(node.id for node in rulebook.tree.nodes), *local))


def sets_named(definition: Definition, nodes: frozenset[str]) -> tuple[str, ...]:
    """The sets that the definition is made of. Refused where `members` cannot be read."""
    if definition.members is None:
        return ()
    return tuple(name for name in names_in(parse_members(definition.members)) if name not in nodes)


def require_sound(definition: Definition, others: Sets, rulebook: Rulebook) -> None:
    """Refused naming the set and the first thing wrong with it, beside the other sets as they are."""
    nodes = node_ids(rulebook)
    try:
        _check_form(definition, rulebook, nodes)
        _check_names(definition, others, rulebook, nodes)
        _check_circle(definition, others, nodes)
    except (Refused, ExpressionError) as error:
        raise Refused(
            f"set {definition.set_id}: {error.en}", f"客群集 {definition.set_id}：{error.zh}"
        ) from None


def _check_form(definition: Definition, rulebook: Rulebook, nodes: frozenset[str]) -> None:
    if not _ID.fullmatch(definition.set_id) or definition.set_id in ("or", "and", "not"):
        raise Refused(
            "an id is a small letter, then small letters, digits and _, 40 at most",
            "编号须以小写字母开头，只含小写字母、数字和下划线，最长 40 位",
        )
    if definition.set_id in nodes:
        raise Refused("a node of the tree has this id; rename the set", "与树节点同名，请改名")
    for code in definition.organisations:
        if code not in rulebook.organisations:
            raise Refused(f"organisation {code} is not in organisations.csv", f"机构 {code} 不存在，请更正")
    if definition.where is not None:
        parse_condition(definition.where, rulebook.tree.parameter_types)
    for name in _segments_of(definition):
        if name not in nodes:
            raise Refused(f"flow: there is no node {name}; correct it", f"flow 中没有节点 {name}，请更正")


def _segments_of(definition: Definition) -> tuple[str, ...]:
    return (definition.flow.from_segment, definition.flow.to_segment) if definition.flow else ()


def _check_names(definition: Definition, others: Sets, rulebook: Rulebook, nodes: frozenset[str]) -> None:
    for name in sets_named(definition, nodes):
        if name == definition.set_id:
            raise Refused("members names the set itself; remove it", "members 引用了自己，请删除")
        other = others.get(name)
        if other is None:
            raise Refused(
                f"members: {name} is neither a node nor a set; correct it",
                f"members 中 {name} 既不是节点也不是客群集，请更正",
            )
        if not is_visible(rulebook, definition.owner_org, other):
            raise Refused(
                f"members: {name} belongs to {other.owner_org} and is not shared with {definition.owner_org}",
                f"members 中 {name} 属于 {other.owner_org}，未共享给 {definition.owner_org}",
            )


def is_visible(rulebook: Rulebook, org_code: str, each: Definition) -> bool:
    """An organisation sees its own sets, those of the ones below it, and what is shared with its line, up or down."""
    above = rulebook.lineage(org_code)
    return org_code in rulebook.lineage(each.owner_org) or any(
        code in above or org_code in rulebook.lineage(code) for code in each.share_with
    )


def _check_circle(definition: Definition, others: Sets, nodes: frozenset[str]) -> None:
    together = {**others, definition.set_id: definition}
    for path in _paths(definition.set_id, together, nodes, ()):
        if path[-1] == definition.set_id:
            shown = " -> ".join(path)
            raise Refused(
                f"members goes round in a circle: {shown}; remove one link",
                f"客群集互相循环引用：{shown}，请去掉其一",
            )


def _paths(
    start: str, sets: Sets, nodes: frozenset[str], before: tuple[str, ...], seen: set[str] | None = None
) -> Iterator[tuple[str, ...]]:
    """Paths of references from `start`, each set followed once: a diamond is fine and not walked twice."""
    seen = set() if seen is None else seen
    path = (*before, start)
    for name in sets_named(sets[start], nodes):
        yield (*path, name)
        if name in sets and name not in seen:
            seen.add(name)
            yield from _paths(name, sets, nodes, path, seen)


def in_order(wanted: Iterable[str], sets: Sets, nodes: frozenset[str]) -> list[str]:
    """The wanted sets and all that they are made of, each after those it names. Circles were refused at saving."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in ordered:
            for part in sets_named(sets[name], nodes):
                visit(part)
            ordered[name] = None

    for name in wanted:
        visit(name)
    return list(ordered)


def sound(sets: Sets, rulebook: Rulebook) -> tuple[dict[str, Definition], dict[str, str]]:
    """The sets that can be computed, and why the others cannot (both languages in one line)."""
    kept, problems = dict(sets), dict[str, str]()
    while True:
        found = {name: reason for name, each in kept.items() if (reason := _reason(each, kept, rulebook))}
        if not found:
            return kept, problems
        problems |= found
        kept = {name: each for name, each in kept.items() if name not in found}


def _reason(definition: Definition, others: Sets, rulebook: Rulebook) -> str | None:
    try:
        require_sound(definition, others, rulebook)
    except Refused as refused:
        return str(refused)
    return None
