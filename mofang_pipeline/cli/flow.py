"""`mofang flow`: who moved from which segment to which between two days."""

from datetime import date

from mofang_pipeline.cli.arguments import Basis
from mofang_pipeline.cli.output import Rows
from mofang_pipeline.cli.reading import (
    fetched_rows,
    organisation,
    published_lake,
    require_computed,
    rows,
    rules_of_day,
)
from mofang_pipeline.home import Home

FLOW = """
    select from_node as from_segment, to_node as to_segment, customers
    from serving.flow
    where org_code = $org and from_day = $first and to_day = $last and level = $level
    order by from_segment, to_segment
"""
DEEPEST = "select max(level) from serving.flow_level where is_offered"


def flow(
    home: Home, first: date, last: date, org: str | None, level: int | None, basis: Basis, causes: bool
) -> Rows:
    with published_lake(home) as connection:
        place = organisation(connection, org)
        require_computed(connection, place, first, last)
        deepest = int(connection.execute(DEEPEST).fetchone()[0])  # type: ignore[index]
        chosen = deepest if level is None else min(level, deepest)
        if basis is Basis.actual and not causes:
            return rows(connection, FLOW, org=place.code, first=first, last=last, level=chosen)
        from mofang_pipeline import flows

        window = flows.Window(
            place.code, place.level, first, last, rules_of_day(home, first), rules_of_day(home, last)
        )
        if basis is Basis.same_rules:
            return fetched_rows(flows.same_rules(connection, window, chosen))
        return fetched_rows(flows.by_cause(connection, window, chosen))
