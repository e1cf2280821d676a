"""Small tables of the rules as text within a query: typed literals, so that a query is complete by itself.

The engine needs nothing registered or stored beforehand, and the text is the same whoever runs it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

Value = str | int | float | date | None
KEYS = ("org_code", "valid_from", "valid_to", "rule_version")


def relation(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """`(select ...)` giving these rows; without rows it gives none. A column may be called by a reserved word."""
    listed = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    if not listed:
        return f"(select {', '.join(f'cast(null as varchar) as {name}' for name in columns)} where false)"
    places = [f"c{place}" for place, _ in enumerate(columns)]
    named = ", ".join(f"{place} as {name}" for place, name in zip(places, columns, strict=True))
    return f"(select {named} from (values {listed}) as listed ({', '.join(places)}))"


def parameter_relation(rows: Sequence[Mapping[str, Any]]) -> str:
    """`parameter_rows` as a subquery. Equal sets of values are written once: most cities have their province's."""
    names = [name for name in rows[0] if name not in KEYS]
    sets: dict[tuple[Any, ...], int] = {}
    places = [
        (*(row[key] for key in KEYS), sets.setdefault(tuple(row[name] for name in names), len(sets)))
        for row in rows
    ]
    place = relation((*KEYS, "value_set"), places)
    held = relation(("value_set", *names), [(number, *numbers) for numbers, number in sets.items()])
    columns = [f"place.{name} as {name}" for name in KEYS] + [f"held.{name} as {name}" for name in names]
    return (
        f"(select {', '.join(columns)} from {place} as place"
        f" inner join {held} as held on place.value_set = held.value_set)"
    )


def literal(value: Value) -> str:
    """A typed literal; text is quoted, and numbers that are no integers are doubles as the compiler's are."""
    if value is None:
        return "null"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if isinstance(value, int) else f"cast({value!r} as double)"
