"""Why customers moved along a link: at the fork of both paths, which predicates flipped, from which value to which,
against which threshold, ranked by customers. Any two days; only small results come back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from mofang_pipeline import published
from mofang_pipeline.flows import PLACE, Window
from mofang_pipeline.refusals import Refused
from mofang_pipeline.replay import Rules, changed_provinces, completed, parameters_of, segments_under
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.compile import last_shared, term_sql
from mofang_pipeline.rulebook.inline import literal, parameter_relation
from mofang_pipeline.rulebook.predicates import (
    Fork,
    Predicate,
    fork,
    leaves_below,
    parameters_in,
    path_to,
    predicates,
)
from mofang_pipeline.rulebook.terms import NUMERIC, Expr

THRESHOLDS_SHOWN = 5


@dataclass(frozen=True)
class Reason:
    """A predicate of a child of the fork that flipped: true, false or NULL (None) before and after.

    Values are the column's quartiles in the engine's units (money in fen), or for other columns the most common value.
    Of the customers, some crossed the threshold, some the threshold crossed, for some both.
    """

    split_node: str
    node_id: str
    predicate: str
    before: bool | None
    after: bool | None
    customers: int
    customer_moved: int
    rule_changed: int
    both: int
    values_before: tuple[Any, ...]
    values_after: tuple[Any, ...]
    threshold_before: str
    threshold_after: str


@dataclass(frozen=True)
class _Question:
    """A predicate as asked on the first and on the last day; None where that day's rules do not ask it."""

    node_id: str
    predicate: Predicate
    conditions: tuple[Expr | None, Expr | None]
    is_asked: tuple[bool, bool]


def reasons(
    connection: duckdb.DuckDBPyConnection,
    window: Window,
    from_node: str,
    to_node: str,
    *,
    same_rules: bool = False,
) -> list[Reason]:
    """The reasons for moving from a node (a leaf or an inner one) to another, the most frequent first. Raises Refused.

    Under `same_rules` the last day's data is taken under the first day's rules. Where provinces have different trees,
    the conditions are those of the organisation's own, for head office of its first province.
    """
    earlier = completed(window.earlier, window.later)
    later = earlier if same_rules else window.later
    books = (_book(earlier, window), _book(later, window))
    questions = list(_questions(*books, from_node, to_node))
    split = _split(*books, from_node, to_node)
    query = _query(connection, window, earlier, later, books, questions, from_node, to_node, same_rules)
    return [
        _reason(split, questions[row[0]], books, row[1:])
        for row in (connection.execute(query).fetchall() if questions else [])
    ]


def _book(rules: Rules, window: Window) -> Rulebook:
    for rulebook in rules.values():
        if window.org_level == "hq":
            return rulebook
        if window.org_code in rulebook.organisations:
            province = rulebook.lineage(window.org_code)[-2]
            return rules.get(province, rulebook)
    raise Refused(f"there is no organisation {window.org_code}", f"没有机构 {window.org_code}")


def _split(before: Rulebook, after: Rulebook, from_node: str, to_node: str) -> str:
    paths = path_to(before, from_node), path_to(after, to_node)
    for path, node in zip(paths, (from_node, to_node), strict=True):
        if not path:
            raise Refused(
                f"there is no segment {node} in the tree; (new), (moved in) and the like ask no question",
                f"树中没有客群 {node}；新开户、转入等没有对应的判断条件",
            )
    split = last_shared(*paths)
    if split in (from_node, to_node):
        raise Refused(
            f"{from_node} and {to_node} lie on one path; name two segments that exclude each other",
            f"{from_node} 与 {to_node} 在同一路径上，请选择互斥的两个客群",
        )
    return split


def _questions(before: Rulebook, after: Rulebook, from_node: str, to_node: str) -> Iterator[_Question]:
    """What is asked at the fork, by either day's rules: equal predicates of a child are one question."""
    split = _split(before, after, from_node, to_node)
    forks = [fork(book, from_node, to_node, split) or Fork(split, ()) for book in (before, after)]
    asked = [dict(each.conditions) for each in forks]
    for child in dict.fromkeys([*asked[0], *asked[1]]):
        conditions = (asked[0].get(child), asked[1].get(child))
        tests = [list(predicates(condition)) if condition else [] for condition in conditions]
        for test in dict.fromkeys(tests[0] + tests[1]):
            yield _Question(child, test, conditions, (test in tests[0], test in tests[1]))


def _query(
    connection: duckdb.DuckDBPyConnection,
    window: Window,
    earlier: Rules,
    later: Rules,
    books: tuple[Rulebook, Rulebook],
    questions: Sequence[_Question],
    from_node: str,
    to_node: str,
    same_rules: bool,
) -> str:
    changed = changed_provinces(connection, window.first, window.last, earlier) if same_rules else []
    place = PLACE[window.org_level]
    scope = "true" if window.org_level == "hq" else f"{{side}}.{place} = {literal(window.org_code)}"
    first_values = parameter_relation(parameters_of(earlier, window.first))
    last_values = first_values if same_rules else parameter_relation(parameters_of(later, window.last))
    parts = {
        "earlier": segments_under(earlier, window.first, changed, data_day=window.last),
        "from_leaves": ", ".join(map(literal, leaves_below(books[0], from_node))),
        "to_leaves": ", ".join(map(literal, leaves_below(books[1], to_node))),
        "to_segment": "coalesce(earlier.segment, after.segment)" if same_rules else "after.segment",
        "from_scope": scope.format(side="before"),
        "to_scope": scope.format(side="after"),
        "first": literal(window.first),
        "last": literal(window.last),
        "questions": ", ".join(_asked(place, each) for place, each in enumerate(questions)),
        "first_parameters": first_values,
        "masked_parameters": first_values,
        "last_parameters": last_values,
    }
    query = published.statement("link_reasons")
    for name, text in parts.items():
        query = query.replace(f"{{{name}}}", text)
    return query


def _asked(place: int, question: _Question) -> str:
    """The question as one struct: its truth three times, its values and thresholds before and after."""
    test, measured = question.predicate.test, question.predicate.measured
    was, became = question.is_asked
    decided = [
        f"coalesce({_sql(condition, *tables) if condition else 'false'}, false)"
        for condition, tables in zip(question.conditions, (("w0", "p0"), ("w1", "p1")), strict=True)
    ]
    number = measured.type in NUMERIC
    values = [_sql(measured, *tables) for tables in (("w0", "p0"), ("w1", "p1"))]
    return f"""{{
        'place': {place},
        'is_decided_otherwise': {decided[0]} <> {decided[1]},
        'was': {_sql(test, "w0", "p0") if was else "cast(null as boolean)"},
        'masked': {_sql(test, "w1", "pm") if was else "cast(null as boolean)"},
        'became': {_sql(test, "w1", "p1") if became else "cast(null as boolean)"},
        'number_before': {f"cast({values[0]} as double)" if number else "cast(null as double)"},
        'number_after': {f"cast({values[1]} as double)" if number else "cast(null as double)"},
        'text_before': {"cast(null as varchar)" if number else f"cast({values[0]} as varchar)"},
        'text_after': {"cast(null as varchar)" if number else f"cast({values[1]} as varchar)"},
        'threshold_before': {_thresholds(question.predicate, "w0", "p0") if was else "''"},
        'threshold_after': {_thresholds(question.predicate, "w1", "p1") if became else "''"}
    }}"""


def _thresholds(predicate: Predicate, wide: str, parameters: str) -> str:
    """What is compared with, as text; `30 and 90` for between."""
    written = [f"cast({_sql(term, wide, parameters)} as varchar)" for term in predicate.thresholds]
    return f"concat_ws(' and ', {', '.join(written)})" if written else "''"


def _sql(term: Expr, wide: str, parameters: str) -> str:
    return f"({term_sql(term, wide=wide, parameters=parameters)})"


def _reason(split: str, question: _Question, books: tuple[Rulebook, Rulebook], row: Sequence[Any]) -> Reason:
    (
        was,
        became,
        customers,
        moved,
        changed,
        both,
        numbers0,
        numbers1,
        text0,
        text1,
        thresholds0,
        thresholds1,
    ) = row
    number = question.predicate.measured.type in NUMERIC
    book = next(book for book in books if parameters_in(question.predicate.test) <= set(book.tree.parameters))
    return Reason(
        split_node=split,
        node_id=question.node_id,
        predicate=question.predicate.worded(book),
        before=was,
        after=became,
        customers=customers,
        customer_moved=moved,
        rule_changed=changed,
        both=both,
        values_before=_values(numbers0) if number else (text0,),
        values_after=_values(numbers1) if number else (text1,),
        threshold_before=_listed(thresholds0),
        threshold_after=_listed(thresholds1),
    )


def _values(quartiles: Sequence[float] | None) -> tuple[int | float | None, ...]:
    return tuple(int(each) if each == int(each) else each for each in quartiles or ())


def _listed(thresholds: Sequence[str]) -> str:
    """A threshold, or several where organisations differ."""
    shown = sorted((each for each in thresholds if each), key=lambda text: (len(text), text))
    more = f" | and {len(shown) - THRESHOLDS_SHOWN} more" if len(shown) > THRESHOLDS_SHOWN else ""
    return " | ".join(shown[:THRESHOLDS_SHOWN]) + more
