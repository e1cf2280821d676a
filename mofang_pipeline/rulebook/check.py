"""Whether a well-formed rulebook makes sense, for every organisation and period: all problems, not the first.

Types, bounds, levels, constraints, unknown columns and parameters, splits, identical siblings, names; and what the
solver proves (prove.py): that somebody can reach every leaf.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from mofang_pipeline.rulebook.check_campaigns import campaign_problems
from mofang_pipeline.rulebook.check_names import name_problems
from mofang_pipeline.rulebook.constraints import constraint_problems
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.model import (
    LEVELS,
    Branch,
    Node,
    Override,
    Parameter,
    Problem,
    Rulebook,
    RulebookError,
    Scalar,
    by_parent,
)
from mofang_pipeline.rulebook.prove import proof
from mofang_pipeline.rulebook.terms import Expr, normal
from mofang_pipeline.rulebook.values import ValueProblem, engine_value

Problems = Iterator[Problem]


def check(rulebook: Rulebook) -> list[Problem]:
    """Every problem of the rulebook; an empty list means that it may be used.

    The proof is made once for equal content, so that asking again costs nothing.
    """
    found = [
        *_parameter_problems(rulebook),
        *_branch_problems(rulebook),
        *_node_problems(rulebook, rulebook.tree.nodes, "tree.yaml"),
        *_shared_id_problems(rulebook),
        *name_problems(rulebook),
        *constraint_problems(rulebook),
        *campaign_problems(rulebook),
    ]
    told = {(problem.file, problem.subject) for problem in found}
    return found + [each for each in proof(rulebook).problems if (each.file, each.subject) not in told]


def require_valid(rulebook: Rulebook) -> Rulebook:
    """The same rulebook, or RulebookError with every problem that `check` finds."""
    problems = check(rulebook)
    if problems:
        raise RulebookError(problems)
    return rulebook


def _parameter_problems(rulebook: Rulebook) -> Problems:
    for parameter in rulebook.tree.parameters.values():
        yield from _value_problems(parameter, parameter.default, "tree.yaml")
        for bound in (parameter.minimum, parameter.maximum):
            if bound is not None:
                yield from _type_problems(parameter, bound, "tree.yaml")


def _value_problems(parameter: Parameter, written: Scalar, file: str) -> Problems:
    """Type, then bounds. Bounds that are no numbers are reported once, at the parameter itself."""
    wrong = list(_type_problems(parameter, written, file))
    yield from wrong
    bounds = (parameter.minimum, parameter.maximum)
    if wrong or any(isinstance(bound, (str, bool)) for bound in bounds):
        return
    value = engine_value(parameter.type, written)
    low, high = (None if bound is None else engine_value("number", bound) for bound in bounds)
    scale = 100 if parameter.type == "money" else 1
    if (low is not None and value < low * scale) or (high is not None and value > high * scale):
        ends = ("" if bound is None else str(bound) for bound in bounds)
        shown = f"{'..'.join(ends)} {parameter.unit}".strip()
        yield Problem(
            file,
            f"parameter {parameter.name}",
            f"{written} is outside {shown}; choose a value within",
            f"{written} 超出范围 {shown}，请改为范围内的值",
        )


def _type_problems(parameter: Parameter, written: Scalar, file: str) -> Problems:
    try:
        engine_value(parameter.type, written)
    except ValueProblem as problem:
        yield Problem(file, f"parameter {parameter.name}", problem.en, problem.zh)


def _branch_problems(rulebook: Rulebook) -> Problems:
    for branch in rulebook.branches.values():
        file = branch.file
        for name, overrides in branch.values.items():
            yield from _override_problems(rulebook, branch, name, overrides)
        yield from _split_problems(rulebook, branch)
        yield from _node_problems(rulebook, branch.splits, file)


def _override_problems(
    rulebook: Rulebook, branch: Branch, name: str, overrides: tuple[Override, ...]
) -> Problems:
    parameter = rulebook.tree.parameters.get(name)
    file, subject = branch.file, f"parameter {name}"
    if parameter is None:
        yield Problem(
            file, subject, "is not in tree.yaml; correct the name", "tree.yaml 中没有该参数，请更正名称"
        )
        return
    level = rulebook.organisations[branch.org_code].level
    if LEVELS.index(level) > LEVELS.index(parameter.set_by):
        en = f"may be set down to {parameter.set_by}, not by {branch.org_code} ({level}); remove it"
        yield Problem(
            file,
            subject,
            en,
            f"只能由 {parameter.set_by} 及以上设置，{branch.org_code}（{level}）不可设置，请删除",
        )
    for override in overrides:
        if override.value is not None:
            yield from _value_problems(parameter, override.value, file)


def _split_problems(rulebook: Rulebook, branch: Branch) -> Problems:
    file = branch.file
    if branch.splits and rulebook.organisations[branch.org_code].level == "hq":
        yield Problem(file, "splits", "head office changes the main tree instead", "总行请直接修改主树")
    for parent in branch.split_groups:
        if parent not in rulebook.tree.leaves:
            en = "is not a leaf of the main tree, so it cannot be split; correct `parent`"
            yield Problem(file, f"node {parent}", en, "不是主树的叶子，不能细分，请更正 parent")


def _shared_id_problems(rulebook: Rulebook) -> Problems:
    """Ids are unique over the main tree and all branches, since a customer's segment is just such an id."""
    homes = [("tree.yaml", node.id) for node in rulebook.tree.nodes]
    homes += [(branch.file, node.id) for branch in rulebook.branches.values() for node in branch.splits]
    times = Counter(node_id for _, node_id in homes)
    for file, node_id in homes:
        if times[node_id] > 1 and file != "tree.yaml":
            others = ", ".join(sorted({home for home, each in homes if each == node_id} - {file})) or file
            yield Problem(
                file,
                f"node {node_id}",
                f"the id is also used in {others}; rename it",
                f"编号在 {others} 中已使用，请改名",
            )


def _node_problems(rulebook: Rulebook, nodes: Iterable[Node], file: str) -> Problems:
    """Conditions that cannot be parsed, and siblings that ask the same question."""
    for children in by_parent(nodes).values():
        seen: dict[Expr, str] = {}
        for node in children:
            if node.when is None:
                continue
            try:
                condition = normal(parse_condition(node.when, rulebook.tree.parameter_types))
            except ExpressionError as error:
                yield Problem(file, f"node {node.id}", f"when: {error.en}", f"when：{error.zh}")
                continue
            earlier = seen.setdefault(condition, node.id)
            if earlier != node.id:
                en = f"asks the same as its sibling {earlier}, which takes every customer; change one"
                yield Problem(
                    file, f"node {node.id}", en, f"条件与同级 {earlier} 相同，永远轮不到它，请修改其一"
                )
