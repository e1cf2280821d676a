"""S(x, p): the segments of one day's data under the rules of another, as a query.

`Rules` says which rulebook holds in which province; the rules of a day are its rulebooks resolved for that day. Who
compares two days evaluates the earlier rules only for the provinces whose rules differ: the others' segments are known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import duckdb

from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, parameter_rows, resolved, segment_case
from mofang_pipeline.rulebook.inline import literal, parameter_relation
from mofang_pipeline.rulebook.version import rule_versions

Rules = Mapping[str, Rulebook]  # province -> the rulebook that holds there
NOBODY = "select cast(null as bigint) as customer_key, cast(null as varchar) as segment where false"


def everywhere(rulebook: Rulebook) -> Rules:
    """The same rulebook in every province."""
    return {org.org_code: rulebook for org in rulebook.organisations.values() if org.level == "tier1"}


def segments_under(rules: Rules, day: date, provinces: Iterable[str], *, data_day: date) -> str:
    """A query of (customer_key, segment): `data_day`'s customers of `provinces` under the rules of `day`.

    A customer of an organisation that these rules do not know yet has those of the level above.
    """
    queries = [
        _under(rulebook, day, members, data_day) for rulebook, members in _by_rulebook(rules, provinces)
    ]
    return "\nunion all\n".join(queries) or NOBODY


def _under(rulebook: Rulebook, day: date, provinces: list[str], data_day: date) -> str:
    rows = [
        row for row in parameter_rows(rulebook, day, day) if _province(rulebook, row["org_code"]) in provinces
    ]
    listed = ", ".join(map(literal, provinces))
    return f"""
    select w.customer_key, {segment_case(rulebook)} as segment
    from mart.customer_wide as w
    inner join {parameter_relation(rows)} as p on coalesce(w.city, w.province) = p.org_code
    where w.day = {literal(data_day)} and w.province in ({listed})
    """


def _by_rulebook(rules: Rules, provinces: Iterable[str]) -> list[tuple[Rulebook, list[str]]]:
    """Each different rulebook once, with the provinces where it holds."""
    groups: dict[int, tuple[Rulebook, list[str]]] = {}
    for province in sorted(provinces):
        groups.setdefault(id(rules[province]), (rules[province], []))[1].append(province)
    return list(groups.values())


def _province(rulebook: Rulebook, org_code: str) -> str:
    lineage = rulebook.lineage(org_code)
    return lineage[max(len(lineage) - 2, 0)]


def knowing(earlier: Rulebook, later: Rulebook) -> Rulebook:
    """`earlier` with the organisations that only `later` has: they had the values of the level above."""
    return replace(earlier, organisations={**later.organisations, **earlier.organisations})


def changed_provinces(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, earlier: Rules
) -> list[str]:
    """Provinces whose customers were segmented by other rules on `first` than on `last`.

    Refuses if `earlier` are not the rules with which `first` was computed there.
    """
    versions = connection.execute(CHANGED.format(first=literal(first), last=literal(last))).fetchall()
    for province, version in versions:
        rulebook = earlier.get(province)
        known = rulebook and rule_versions(rulebook, resolved(rulebook, first)).get(province)
        if known != version:
            raise Refused(
                f"{first} was computed for {province} with rules {version} that are no longer at hand; "
                f"run --from {first} --to {first} again",
                f"{province} 在 {first} 所用的规则 {version} 已不可得，请重新计算该日",
            )
    return [province for province, _ in versions]


CHANGED = """
with version as (
    select distinct day, province, rule_version from mart.segment_membership where day in ({first}, {last})
)

select before.province, min(before.rule_version)
from version as before
inner join version as after on before.province = after.province
where before.day = {first} and after.day = {last}
group by before.province
having min(before.rule_version) <> min(after.rule_version)
order by before.province
"""
