"""Rows against the contract: converts every column and names the first problem of each row.

Also refuses files whole whose required column holds nothing usable, or whose control totals do not match.
What needs other tables, such as unknown accounts, is in identity.py.
"""

from dataclasses import dataclass
from functools import cache

from mofang_pipeline.landing.contract import Column, Table
from mofang_pipeline.landing.convert import converted, given, is_convertible
from mofang_pipeline.landing.probe import FileRefusedError, check_control
from mofang_pipeline.landing.read import Raw
from mofang_pipeline.landing.work import FILE_NO, POSITION, Work

EARLIEST = "1990-01-01"
KINDS = {
    "string": "text",
    "integer": "a whole number",
    "date": "a date YYYY-MM-DD",
    "timestamp": "a time YYYY-MM-DD HH:MM:SS",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class Problem:
    """Why a row is refused. `condition` is SQL over converted columns; None where another step finds it."""

    column: str | None
    reason: str
    condition: str | None = None


RAGGED = Problem(None, "the row has not as many values as the header: correct it and send it again")
UNKNOWN_CUSTOMER = Problem(
    "customer_id", "no such customer up to this dt: send the customer first, then this row"
)
UNKNOWN_ACCOUNT = Problem(
    "account_id", "no such account up to this dt: send the account first, then this row"
)


@cache
def problems(table: Table) -> tuple[Problem, ...]:
    """All problems that a row of `table` can have; a row's `problem` is the place in this tuple."""
    found = [problem for column in table.columns for problem in _problems_of(table, column)]
    return (*found, RAGGED, UNKNOWN_CUSTOMER, UNKNOWN_ACCOUNT)


def code(table: Table, problem: Problem) -> int:
    return problems(table).index(problem)


def _problems_of(table: Table, column: Column) -> list[Problem]:
    name = column.name
    found = []
    if column.required:
        found.append(Problem(name, "is empty: a value is required", f"not {name}_given"))
    if column.type != "string":
        found.append(
            Problem(name, f"is not {KINDS[column.type]}: correct it", f"{name}_given and {name} is null")
        )
    if column.allowed:
        values = ", ".join(f"'{value}'" for value in column.allowed)
        found.append(Problem(name, f"is not one of {', '.join(column.allowed)}", f"{name} not in ({values})"))
    if column.bounds:
        low, high = column.bounds
        found.append(
            Problem(name, f"is not from {low} to {high} fen", f"{name} not between {low} and {high}")
        )
    if name == table.occurs:
        found += _time_problems(name)
    return found + _organisation_problems(table, name)


def _time_problems(name: str) -> list[Problem]:
    return [
        Problem(name, "is more than a day after the file's dt: correct it", f"cast({name} as date) > dt + 1"),
        Problem(name, "is before 1990: correct it", f"{name} < date '{EARLIEST}'"),
    ]


def _organisation_problems(table: Table, name: str) -> list[Problem]:
    if table.name == "customer" and name == "province_code":
        reason = "is not a tier1 organisation: correct it, or add the branch and send the file again"
        return [Problem(name, reason, "province_code not in (select code from landing_province)")]
    if table.name == "customer" and name == "city_code":
        reason = (
            "is not a tier2 organisation of the row's province: correct it, "
            "or add the branch and send the file again"
        )
        unknown = "province_code || '/' || city_code not in (select code from landing_city)"
        return [
            Problem(name, reason, f"city_code is not null and {unknown}")
        ]  # NULL not in (no rows) is true
    return []


def check(work: Work) -> None:
    """Fills `work.checked` from the raw relations; files refused whole leave no rows there."""
    work.run(f"create or replace temp table {work.checked} ({_checked_columns(work.table)})")
    for raw in work.raws:
        work.run(check_statement(work.table, raw, work.checked), days=list(work.days))
    for file_no, row in work.ragged:
        work.run(
            f"""insert into {work.checked} (position, dt, problem)
            select {POSITION}, $dt, $problem from (select $file_no as file_no, $row as "row")""",
            file_no=file_no, row=row, dt=work.days[file_no], problem=code(work.table, RAGGED),
        )  # fmt: skip
    _refuse_unusable(work)
    _refuse_wrong_totals(work)
    if work.refused:
        work.run(f"delete from {work.checked} where list_contains($gone, {FILE_NO})", gone=list(work.refused))


def _stored(column: Column) -> tuple[str, str, str]:
    """(expression over converted columns, name, type) under which a column goes on from here."""
    value = column.name
    if column.default is not None:
        value = f"case when {value}_given then {value} else {column.default} end"
    match column.stored:
        case "hashed":
            return f"cast(md5({value}) as uuid)", column.landed, "uuid"
        case "customer" | "account":
            return value, column.name, "varchar"
    return value, column.landed, column.landed_type


def _checked_columns(table: Table) -> str:
    columns = [f"{name} {type_}" for _, name, type_ in map(_stored, table.stored_columns)]
    event = ["event_day date"] if table.is_event else []
    return ", ".join(["position bigint", "dt date", *columns, *event, "problem smallint"])


def check_statement(table: Table, raw: Raw, target: str) -> str:
    """SQL that converts and judges every row of `raw`; binds $days (dt by file number) and $timezone."""
    values = ",\n            ".join(
        f"{converted(column, raw.types.get(column.name))} as {column.name}, "
        f"{given(column, raw.types.get(column.name))} as {column.name}_given"
        for column in table.columns
    )
    cases = " ".join(
        f"when {problem.condition} then {place}"
        for place, problem in enumerate(problems(table))
        if problem.condition
    )
    stored = ", ".join(f"{value} as {name}" for value, name, _ in map(_stored, table.stored_columns))
    event = f"cast({table.occurs} as date) as event_day," if table.is_event else ""
    return f"""
        insert into {target} by name
        with convert as (
            select {POSITION} as position, $days[file_no + 1] as dt,
            {values}
            from {raw.relation}
        )
        select position, dt, {stored}, {event} cast(case {cases} end as smallint) as problem
        from convert"""


def _refuse_unusable(work: Work) -> None:
    """A required column of which no value can be converted says that the column is wrong, not its rows."""
    suspects = _suspects(work)
    for raw in work.raws:
        for column in work.table.columns:
            sql_type = raw.types.get(column.name)
            if column.required and sql_type and suspects:
                at_least = 2 if is_convertible(column, sql_type) else 1
                _refuse_where_all_fail(work, raw, column, suspects, at_least)


def _refuse_where_all_fail(work: Work, raw: Raw, column: Column, suspects: list[int], at_least: int) -> None:
    sql_type = raw.types[column.name]
    failing = work.run(
        f"""select file_no from {raw.relation} where list_contains($suspects, file_no) group by file_no
        having count(*) filter (where {given(column, sql_type)}) >= $at_least
            and count({converted(column, sql_type)}) = 0""",
        suspects=suspects,
        at_least=at_least,
    ).fetchall()
    for (file_no,) in failing:
        reason = f"holds no usable value in {column.name}: it must be {KINDS[column.type]}"
        work.refused.setdefault(file_no, FileRefusedError(reason, column=column.name))


def _suspects(work: Work) -> list[int]:
    rows = work.run(f"select distinct {FILE_NO} from {work.checked} where problem is not null").fetchall()
    return [row[0] for row in rows]


def _refuse_wrong_totals(work: Work) -> None:
    promised = {number: probe.control for number, probe in work.probes.items() if probe.control}
    if not promised:
        return
    found = work.run(
        f"select {FILE_NO}, count(*), coalesce(sum(amount_fen), 0) from {work.checked} group by all"
    ).fetchall()
    totals = {file_no: (rows, amount) for file_no, rows, amount in found}
    for file_no, control in promised.items():
        rows, amount = totals.get(file_no, (0, 0))
        try:
            if control and file_no not in work.refused:
                check_control(control, rows=rows, amount_fen=int(amount))
        except FileRefusedError as error:
            work.refused[file_no] = error
