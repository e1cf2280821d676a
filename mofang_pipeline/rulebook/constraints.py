"""Whether every organisation's values meet the tree's constraints in every period."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from mofang_pipeline.rulebook.evaluate import evaluate
from mofang_pipeline.rulebook.expression import parse_constraint
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.model import Problem, Rulebook, RulebookError
from mofang_pipeline.rulebook.resolve import Values, change_days, resolved
from mofang_pipeline.rulebook.terms import Expr


def constraint_problems(rulebook: Rulebook) -> Iterator[Problem]:
    """Constraints that cannot be read, and those that some values break.

    Values that do not fit their types are reported elsewhere (check.py) and cannot be compared here.
    """
    parsed, errors = _parsed_constraints(rulebook)
    yield from errors
    with suppress(RulebookError):
        yield from list(_broken_problems(rulebook, parsed))


def _parsed_constraints(rulebook: Rulebook) -> tuple[dict[str, Expr], list[Problem]]:
    parsed: dict[str, Expr] = {}
    problems = []
    for text in rulebook.tree.constraints:
        try:
            parsed[text] = parse_constraint(text, rulebook.tree.parameter_types)
        except ExpressionError as error:
            problems.append(Problem("tree.yaml", f"constraint {text!r}", error.en, error.zh))
    return parsed, problems


def _broken_problems(rulebook: Rulebook, constraints: dict[str, Expr]) -> Iterator[Problem]:
    """Each constraint on each organisation's values in each period; reported where the values are set, and
    once.
    """
    setters = [
        rulebook.head_office.org_code,
        *(code for code, branch in rulebook.branches.items() if branch.values),
    ]
    reported: set[tuple[str, str]] = set()
    for day in (date.min, *change_days(rulebook)):
        values = resolved(rulebook, day)
        for org_code in dict.fromkeys(setters):
            for text in _broken(constraints, values[org_code]):
                if (org_code, text) not in reported:
                    reported.add((org_code, text))
                    yield _broken_constraint(rulebook, org_code, text, day)


def _broken(constraints: dict[str, Expr], values: Values) -> list[str]:
    numbers = {name: each.value for name, each in values.items()}
    return [text for text, condition in constraints.items() if evaluate(condition, {}, numbers) is not True]


def _broken_constraint(rulebook: Rulebook, org_code: str, text: str, day: date) -> Problem:
    file = rulebook.branch(org_code).file if org_code in rulebook.branches else "tree.yaml"
    since = "" if day == date.min else f" from {day}"
    return Problem(
        file,
        f"organisation {org_code}",
        f"breaks the constraint {text}{since}; change one of the values",
        f"不满足约束 {text}{since.replace(' from', ' 自')}，请修改其中的值",
    )
