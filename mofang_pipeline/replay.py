"""S(x, p): the segments of one day's data under the rules of another, as a query.

`Rules` says which rulebook holds in which province; the rules of a day are its rulebooks resolved for that day. Who
compares two days evaluates the earlier rules only for the provinces whose rules differ: the others' segments are known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, parameter_rows, resolved, segment_case
from mofang_pipeline.rulebook.inline import literal, parameter_relation
from mofang_pipeline.rulebook.version import rule_versions

Rules = Mapping[str, Rulebook]  # province -> the rulebook that holds there
NOBODY = "select cast(null as bigint) as customer_key, cast(null as varchar) as segment where false"


def everywhere(rulebook: Rulebook) -> Rules:
    """The same rulebook in every province."""
    return dict.fromkeys(rulebook.tier1_codes, rulebook)


def segments_under(rules: Rules, day: date, provinces: Iterable[str], *, data_day: date) -> str:
    """A query of (customer_key, segment): `data_day`'s customers of `provinces` under the rules of `day`.

    A customer of an organisation that these rules do not know yet has those of the level above.
    """
    queries = [
        _under(rulebook, day, members, data_day) for rulebook, members in by_rulebook(rules, provinces)
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


def parameters_of(rules: Rules, day: date) -> list[dict[str, Any]]:
    """`parameter_rows` of `day`, each province's and its cities' from the rulebook that holds there."""
    rows = [
        row
        for rulebook, provinces in by_rulebook(rules, rules)
        for row in parameter_rows(rulebook, day, day)
        if _province(rulebook, row["org_code"]) in provinces
    ]
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]


def by_rulebook(rules: Rules, provinces: Iterable[str]) -> list[tuple[Rulebook, list[str]]]:
    """Each different rulebook once, with the provinces where it holds."""
    groups: dict[int, tuple[Rulebook, list[str]]] = {}
    for province in sorted(provinces):
        groups.setdefault(id(rules[province]), (rules[province], []))[1].append(province)
    return list(groups.values())


def _province(rulebook: Rulebook, org_code: str) -> str:
    lineage = rulebook.lineage(org_code)
    return lineage[max(len(lineage) - 2, 0)]


def completed(earlier: Rules, later: Rules) -> Rules:
    """`earlier` with the organisations that only `later` knows: they had the values of the level above."""
    made: dict[tuple[int, int], Rulebook] = {}
    some = next(iter(earlier.values()))
    for province, after in later.items():
        before = earlier.get(province, some)
        made.setdefault((id(before), id(after)), _knowing(before, after))
    return {province: made[id(earlier.get(province, some)), id(after)] for province, after in later.items()}


def _knowing(earlier: Rulebook, later: Rulebook) -> Rulebook:
    if set(later.organisations) <= set(earlier.organisations):
        return earlier
    return replace(earlier, organisations={**later.organisations, **earlier.organisations})


def changed_provinces(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, earlier: Rules
) -> list[str]:
    """Provinces whose customers were segmented by other rules on `first` than on `last`, or only on `last`.

    Refuses if `earlier` are not the rules with which `first` was computed there.
    """
    versions = connection.execute(CHANGED.format(first=literal(first), last=literal(last))).fetchall()
    for province, version in versions:
        rulebook = earlier.get(province)
        known = rulebook and rule_versions(rulebook, resolved(rulebook, first)).get(province)
        if known != version and version is not None:
            raise Refused(
                f"{first} was computed for {province} with rules {version} that are no longer at hand; "
                f"compute it again: mofang run --from {first} --to {first}",
                f"{province} 在 {first} 所用的规则 {version} 已不可得，请重新计算该日",
            )
    return [province for province, _ in versions if province in earlier]


CHANGED = """
with version as (
    select day, province, min(rule_version) as rule_version
    from mart.segment_membership where day in ({first}, {last})
    group by day, province
)

select after.province, before.rule_version
from version as after
left join version as before on after.province = before.province and before.day = {first}
where after.day = {last} and after.rule_version is distinct from before.rule_version
order by after.province
"""
