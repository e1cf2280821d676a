"""The overview: an organisation's customers by what they do, then and now, and the organisations below it, ranked."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from mofang_pipeline.portal.asked import Answer, Asked, remembered
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.portal.small import HiddenCells, hidden_cells

# Customers of the whole (root), of all bound ones, and of each family of segments that bound customers are in: each the
# number of the highest nodes that hold them alone, so that small segments below hide nothing more than the tree does.
COUNTS = """
    with seen as (
        select org_code from mart.organisation where org_code = $org or parent_code = $org
    ),

    node as (
        select
            profile.day, profile.org_code, profile.node_id, profile.parent_id, profile.customers,
            coalesce(label.family, 'O') as family,
            coalesce(regexp_matches(trim(label.code), '^[C-G][0-9]*(–[C-G])?$'), false) as is_bound
        from mart.segment_profile_daily as profile
        inner join seen on profile.org_code = seen.org_code
        left join serving.rule_version as version
            on profile.day = version.day and profile.org_code = version.org_code
        left join serving.node_label as label
            on profile.org_code = label.org_code and version.rule_version = label.rule_version
            and profile.node_id = label.node_id
        where profile.day in (select unnest($days))
    ),

    placed as (
        select node.*, parent.family as parent_family, parent.is_bound as parent_is_bound
        from node
        left join node as parent
            on node.day = parent.day and node.org_code = parent.org_code and node.parent_id = parent.node_id
    )

    select day, org_code, node_id, customers, 'root' as part
    from placed
    where parent_id is null
    union all
    select day, org_code, node_id, customers, 'bound' as part
    from placed
    where is_bound and not coalesce(parent_is_bound, false)
    union all
    select day, org_code, node_id, customers, family as part
    from placed
    where family in ('C', 'D', 'E', 'F', 'G') and family is distinct from parent_family
"""
BELOW = """
    select org.org_code, org.level, org.name_zh, org.name_en
    from mart.organisation as org
    where org.org_code = $org or org.parent_code = $org
    order by org.org_code
"""
SPARK_DAYS = 14
BACK = (1, 7, 30)
FAMILIES = {"unpaid": "C", "active": "D", "sliding": "E", "asleep": "F", "lost": "G"}

Figures = dict[str, int | float | None]
NOTHING: Figures = {}


def overview(asked: Asked) -> Answer:
    """Figures of the organisation and of each below it: on the day, 1, 7 and 30 days before, and the days between."""
    org, day = asked.org(), asked.day()
    back = {number: day - timedelta(days=number) for number in BACK}
    spark = [day - timedelta(days=number) for number in reversed(range(SPARK_DAYS))]
    days = sorted({*spark, *back.values()})
    counted = _counted(asked.rows(COUNTS, org=org, days=days), hidden_cells(asked, days))
    told = [
        {**place, **_told(counted[place["org_code"]], day, back, spark)}
        for place in asked.rows(BELOW, org=org)
    ]
    return {
        "org": org,
        "day": day,
        "compared": {str(number): before for number, before in back.items()},
        "whole": next(each for each in told if each["org_code"] == org),
        "below": [each for each in told if each["org_code"] != org],
    }


def _counted(rows: Iterable[Row], hidden: HiddenCells) -> dict[str, dict[str, Figures]]:
    """Organisation -> ISO day -> figures; a figure of which a part is not shown is None."""
    parts: dict[tuple[str, str], dict[str, list[int | None]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        is_hidden = (row["org_code"], row["node_id"]) in hidden.get(row["day"], ())
        parts[row["org_code"], row["day"]][row["part"]].append(None if is_hidden else row["customers"])
    counted: dict[str, dict[str, Figures]] = defaultdict(dict)
    for (org, day), found in parts.items():
        counted[org][day] = _figures({part: _sum(values) for part, values in found.items()})
    return counted


def _figures(sums: dict[str, int | None]) -> Figures:
    """Counts, and two shares: bound of all customers, active of those who are bound."""
    customers = sums.get("root", 0)
    families = {name: sums.get(family, 0) for name, family in FAMILIES.items()}
    bound = sums.get("bound", 0)
    return {
        "customers": customers,
        "bound": bound,
        **families,
        "bound_share": _share(bound, customers),
        "active_share": _share(families["active"], bound),
    }


def _sum(values: Iterable[int | None]) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _told(counted: dict[str, Figures], day: date, back: dict[int, date], spark: list[date]) -> Row:
    """The day's figures, those of the days compared with, and by figure the line over the last days."""
    return {
        "now": counted.get(day.isoformat(), NOTHING),
        "before": {str(number): counted.get(before.isoformat(), NOTHING) for number, before in back.items()},
        "line": [[each, counted[each.isoformat()]] for each in spark if each.isoformat() in counted],
    }


WAYS = [remembered("/figures", overview)]
