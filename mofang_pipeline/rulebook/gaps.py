"""A customer whom no child takes, where the `otherwise` at the end of a node's children is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from mofang_pipeline.rulebook import search
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.model import Node, Parameter, Problem, Tree, by_parent
from mofang_pipeline.rulebook.shadowed import told
from mofang_pipeline.rulebook.situations import Situation, ways
from mofang_pipeline.rulebook.values import ValueProblem, engine_value


def with_examples(
    problems: Sequence[Problem], parameters: Mapping[str, Parameter], nodes: tuple[Node, ...]
) -> list[Problem]:
    """The problems of a tree of which nothing is wrong but missing `otherwise`, each with such a customer."""
    open_ended = {f"node {parent}": each[-1] for parent, each in by_parent(nodes).items() if each[-1].when}
    if [problem.subject for problem in problems] != list(open_ended):
        return list(problems)
    return [_with_example(each, _left_over(parameters, nodes, open_ended[each.subject])) for each in problems]


def _with_example(problem: Problem, customer: str | None) -> Problem:
    if customer is None:
        return problem
    en = f"{problem.en}; for example {customer} is in none of its children"
    return replace(problem, en=en, zh=f"{problem.zh}；例如 {customer} 不属于任何下级")


def _left_over(parameters: Mapping[str, Parameter], nodes: tuple[Node, ...], last: Node) -> str | None:
    """With head office's defaults, in words; None where there is none, or the conditions cannot be read."""
    try:
        values = {name: engine_value(each.type, each.default) for name, each in parameters.items()}
        tree = Tree("", parameters, (), nodes)
        way = next(way for way in ways(tree, Situation(("",), date.min, values)) if way.node.id == last.id)
    except (ExpressionError, ValueProblem):
        return None
    steps = [*way.steps[:-1], replace(way.steps[-1], holds=False)]
    row = search.anyone(steps)
    return None if row is None else told(row, steps)
