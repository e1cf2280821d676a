"""A made-up bank of two days in plain DuckDB: its rules before and after, its customers, and its tables filled by the
pipeline's own functions.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import strategies as st

from mofang_pipeline import replay, segments, transitions
from mofang_pipeline.rulebook import Rulebook, ancestor_rows, read_rulebook
from mofang_pipeline.rulebook.columns import COLUMNS
from tests.rulebook.rulebook_cases import COLUMN_TYPES, SMALL, customer, write

D0, D1 = date(2026, 3, 30), date(2026, 3, 31)
PLACES = [("P1", None), ("P1", "C1"), ("P1", "C2"), ("P2", None), ("P3", None), ("P3", "C3")]
PARAMETERS = ("window", "limit", "rich")
TABLES = """
create table lake.mart.segment_membership
    (day date, province varchar, city varchar, customer_key bigint, segment varchar, hq_segment varchar,
     rule_version varchar);
create table lake.mart.segment_transition_daily
    (day date, province varchar, city varchar, from_segment varchar, to_segment varchar, cause varchar,
     customers bigint, aum_fen bigint, pay_amt_30d bigint, split_node varchar);
create table lake.int.tree_of_day (day date, tree varchar);
create table lake.int.tree_ancestor (tree varchar, leaf varchar, node_id varchar, depth integer, hq_leaf varchar);
"""
ORGANISATIONS = SMALL["organisations.csv"] + "P3,HQ,tier1,丙省,Province three\nC3,P3,tier2,丙市,City three\n"
SPLITS = {
    "P1": ("RICH", "aum_fen >= 90000"),
    "C1": ("RICH", "age >= 50"),
    "P3": ("NEVER", "age >= 50"),
}


def rulebook(folder: Any, values: dict[str, dict[str, Any]] | None = None, **changes: str) -> Rulebook:
    """The small rulebook with local splits in three organisations, and these values by organisation."""
    files = {"organisations.csv": ORGANISATIONS}
    for org in {*(values or {}), *SPLITS}:
        lines = [f"org: {org}"]
        if own := (values or {}).get(org):
            lines += ["values:", *(f"  {name}: {value}" for name, value in own.items())]
        if org in SPLITS:
            parent, when = SPLITS[org]
            lines += [
                "splits:",
                f'  - {{id: {parent}_{org}_A, parent: {parent}, when: "{when}", zh: 一, en: One}}',
                f"  - {{id: {parent}_{org}_B, parent: {parent}, otherwise: true, zh: 二, en: Two}}",
            ]
        files[f"branches/{org}.yaml"] = "\n".join(lines) + "\n"
    return read_rulebook(write(folder, files | changes))


@st.composite
def person(draw: st.DrawFn) -> dict[str, Any]:
    province, city = draw(st.sampled_from(PLACES))
    return customer(
        province=province,
        city=city,
        days_since_last_paid=draw(st.sampled_from([None, 0, 6, 7, 8, 29, 30, 31, 44, 45, 60, 90])),
        aum_fen=draw(st.sampled_from([None, 0, 49_999, 50_000, 80_000, 90_000, 95_000])),
        age=draw(st.sampled_from([None, 30, 49, 50, 64, 65, 80])),
    )


values = st.fixed_dictionaries(
    {},
    optional={
        "P1": st.fixed_dictionaries({}, optional={"window": st.integers(7, 59), "limit": st.just(70)}),
        "P2": st.fixed_dictionaries({}, optional={"window": st.sampled_from([7, 8, 30, 31, 45])}),
        "C3": st.fixed_dictionaries({}, optional={"window": st.sampled_from([7, 29, 30, 44])}),
    },
)


def bank(
    days: dict[date, Sequence[dict[str, Any]]], rules: dict[date, Rulebook]
) -> duckdb.DuckDBPyConnection:
    """The customers of each day (None: not in the bank), their key is their place in the list, with segments."""
    connection = duckdb.connect()
    connection.execute(
        "attach ':memory:' as lake; create schema lake.mart; create schema lake.int; use lake.mart"
    )
    connection.execute(TABLES)
    rows = [
        row | {"day": day, "customer_key": key}
        for day, people in days.items()
        for key, row in enumerate(people)
        if row is not None
    ]
    schema = pa.schema(
        [("customer_key", pa.int64()), *((name, COLUMN_TYPES[kind]) for name, kind in COLUMNS.items())]
    )
    connection.register("made_up", pa.Table.from_pylist(rows, schema=schema))
    connection.execute("create table lake.mart.customer_wide as select * from made_up")
    for day, book in rules.items():
        tree = str(day)
        ancestors = [(tree, *tuple(row.values())[:4]) for row in ancestor_rows(book)]
        connection.execute("insert into lake.int.tree_of_day values (?, ?)", [day, tree])
        connection.executemany("insert into lake.int.tree_ancestor values (?, ?, ?, ?, ?)", ancestors)
        segments.write_membership(connection, book, day)
    return connection


def write_transitions(connection: duckdb.DuckDBPyConnection, before: Rulebook, after: Rulebook) -> None:
    transitions.write_transitions(connection, D1, replay.everywhere(before), replay.everywhere(after))
