"""Near the edge against the segments' own time: both on the same made-up wide table, in plain DuckDB.

python -m benchmarks.near_edge --customers 1000000
"""

import argparse
import time
from collections.abc import Callable
from random import Random

import duckdb
import pyarrow as pa

from benchmarks.planted import DAY, crowd
from mofang_pipeline.edges import edge_query
from mofang_pipeline.home import Home
from mofang_pipeline.replay import everywhere
from mofang_pipeline.rulebook import ancestor_rows, parameter_rows, read_rulebook, require_valid, segment_case
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.inline import parameter_relation

CROWD, RUNS = 5_000, 3
TYPES = {"int": pa.int64(), "money": pa.int64(), "date": pa.date32(), "text": pa.string(), "bool": pa.bool_()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    rulebook = require_valid(read_rulebook(Home().rulebook))
    with duckdb.connect() as connection:
        _fill(connection, customers)
        parameters = parameter_relation(parameter_rows(rulebook, DAY, DAY))
        segments = f"""
            create or replace table segments as
            select w.customer_key, w.province, w.city, {segment_case(rulebook)} as segment
            from mart.customer_wide as w
            inner join {parameters} as p on coalesce(w.city, w.province) = p.org_code
        """
        provinces = list(rulebook.tier1_codes)
        edges = f"create or replace table edges as {edge_query(everywhere(rulebook), DAY, provinces)}"
        alone, near = (_best(lambda query=query: connection.execute(query)) for query in (segments, edges))
        rows = connection.execute("select count(*) from edges").fetchone()
        found = connection.execute(
            "select customers from edges where org_code = '000000' and node_id = 'root' and to_leaf = '(any)'"
        ).fetchone()
    print(f"{customers:,} customers: segments {alone:.2f} s, edges {near:.2f} s, ratio {near / alone:.2f}")
    print(f"{rows and rows[0]:,} rows; {found and found[0]:,} customers near an edge")


def _fill(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    """mart.customer_wide of a small crowd many times over, spread over the branches and cities."""
    rulebook = read_rulebook(Home().rulebook)
    schema = pa.schema([(name, TYPES[kind]) for name, kind in COLUMNS.items()])
    connection.execute("create schema mart")
    connection.execute("create schema int")
    connection.register("crowd", pa.Table.from_pylist(crowd(Random(1), CROWD), schema=schema))
    places = [(org.parent_code, code) for code, org in rulebook.organisations.items() if org.level == "tier2"]
    connection.register(
        "place", pa.table({"province": [p for p, _ in places], "city": [c for _, c in places]})
    )
    connection.execute(
        f"""
        create table mart.customer_wide as
        with place as (select row_number() over () - 1 as number, * from place)
        select crowd.* replace (place.province as province, place.city as city),
            row_number() over () as customer_key
        from crowd
        cross join range({customers // CROWD}) as copy
        inner join place on place.number = hash(copy.range, crowd.tenure_days) % {len(places)}
        """
    )
    ancestors = [("t", row["leaf"], row["node_id"]) for row in ancestor_rows(rulebook)]
    connection.execute("create table int.tree_ancestor (tree varchar, leaf varchar, node_id varchar)")
    connection.executemany("insert into int.tree_ancestor values (?, ?, ?)", ancestors)
    connection.execute("create table int.tree_of_day as select 't' as tree, cast(? as date) as day", [DAY])
    levels = [(org.org_code, org.level) for org in rulebook.organisations.values()]
    connection.execute("create table mart.organisation (org_code varchar, level varchar)")
    connection.executemany("insert into mart.organisation values (?, ?)", levels)


def _best(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(RUNS):
        started = time.monotonic()
        work()
        seconds.append(time.monotonic() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
