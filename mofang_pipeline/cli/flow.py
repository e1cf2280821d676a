"""`mofang flow`: who moved from which segment to which between two days."""

from datetime import date

import duckdb

from mofang_pipeline.cli.arguments import Basis
from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Rows
from mofang_pipeline.cli.reading import (
    Organisation,
    organisation,
    published_lake,
    query,
    require_computed,
    rows,
)
from mofang_pipeline.home import Home

FLOW = """
    select from_node as from_segment, to_node as to_segment, customers
    from serving.flow
    where org_code = $org and from_day = $first and to_day = $last and level = $level
    order by from_segment, to_segment
"""
DEEPEST = "select max(level) from serving.flow_level where is_offered"
# The organisation and everything below it: their customers are the ones that the flow counts.
RULE_CHANGES = """
    with recursive below as (
        select org_code from mart.organisation where org_code = $org
        union all
        select child.org_code
        from mart.organisation as child
        inner join below on child.parent_code = below.org_code
    )
    select count(*)
    from below
    left join mart.rule_version_day as before on below.org_code = before.org_code and before.day = $first
    left join mart.rule_version_day as after on below.org_code = after.org_code and after.day = $last
    where before.rule_version is distinct from after.rule_version
"""


def flow(home: Home, first: date, last: date, org: str | None, level: int | None, basis: Basis) -> Rows:
    with published_lake(home) as connection:
        place = organisation(connection, org)
        require_computed(connection, place, first, last)
        if basis is Basis.same_rules:
            _require_same_rules(connection, place, first, last)
        deepest = int(connection.execute(DEEPEST).fetchone()[0])  # type: ignore[index]
        chosen = deepest if level is None else min(level, deepest)
        return rows(connection, FLOW, org=place.code, first=first, last=last, level=chosen)


def _require_same_rules(
    connection: duckdb.DuckDBPyConnection, org: Organisation, first: date, last: date
) -> None:
    """Where no parameter changed between the two days, the flow under the same rules is the actual one."""
    changed = query(connection, RULE_CHANGES, org=org.code, first=first, last=last).fetchone()
    if changed != (0,):
        raise CommandError(
            f"rules changed between {first} and {last}; --basis same-rules cannot be computed for that yet"
        )
