"""Reads what reconciliation found on a day: sums, breaks with what was decided just now, matches to confirm.

Nothing is written here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline.control.log import Entry
from mofang_pipeline.reconciliation.decisions import KEY, Choice, Decision, decisions

Row = dict[str, Any]
BREAK_COLUMNS = (
    "campaign", "class", "item_kind", "item_id", "grant_id", "statement_id", "entry_id", "institution_code",
    "grant_fen", "statement_fen", "ledger_fen", "difference_fen", "since", "age_days",
)  # fmt: skip
SUM_COLUMNS = (
    "campaign", "class", "items", "grant_rows", "grant_fen", "statement_rows", "statement_fen", "ledger_rows",
    "ledger_fen",
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """A day, one campaign or all, among those that the reader may see: None for all, the unknown one too."""

    day: date
    campaign: str | None = None
    visible: Sequence[str] | None = None

    def has(self, campaign: str) -> bool:
        return self.campaign in (None, campaign) and (self.visible is None or campaign in self.visible)

    @property
    def bound(self) -> Row:
        return {
            "day": self.day,
            "any_campaign": self.campaign is None,
            "campaign": self.campaign or "",
            "all_campaigns": self.visible is None,
            "campaigns": sorted(self.visible or ()),
        }


def latest_day(connection: duckdb.DuckDBPyConnection) -> date | None:
    row = connection.execute("select max(day) from int.computed_day where kind = 'reconciled'").fetchone()
    return row[0] if row else None


def sums(connection: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """Every class of every campaign, in the order of precedence."""
    return _rows(
        connection,
        f"""
        select {", ".join(SUM_COLUMNS)} from mart.campaign_reconciliation
        where {_IN_SCOPE} order by campaign, place
        """,
        scope.bound,
    )


def breaks(
    connection: duckdb.DuckDBPyConnection,
    said: Iterable[Entry],
    scope: Scope,
    classes: Sequence[str] = (),
) -> list[Row]:
    """The breaks of a day, the oldest and dearest first, with owner, resolution and note as they are by now."""
    found = _rows(
        connection,
        f"""
        select {", ".join(BREAK_COLUMNS)} from int.campaign_break
        where {_IN_SCOPE} and ($any_class or list_contains($classes, class))
        order by age_days desc, abs(difference_fen) desc, campaign, class, item_kind, item_id
        """,
        {**scope.bound, "any_class": not classes, "classes": list(classes)},
    )
    decided = {each.key: each for each in decisions(said) if _holds(each, scope.day)}
    return [each | _said(decided.get(tuple(each[name] for name in KEY))) for each in found]


def ages(connection: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """Breaks and fen by class and age: up to 3 days, a week, 30 days, more."""
    return _rows(
        connection,
        f"""
        select
            class,
            case when age_days <= 3 then 3 when age_days <= 7 then 7 when age_days <= 30 then 30 else 31 end as up_to,
            count(*) as items,
            cast(sum(abs(difference_fen)) as bigint) as difference_fen
        from int.campaign_break where {_IN_SCOPE} group by 1, 2 order by 1, 2
        """,
        scope.bound,
    )


def suggestions(connection: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """Matches that may be confirmed: one row each, with the ids on both sides."""
    return _rows(
        connection,
        f"""
        select
            campaign, match_id, shape,
            list(reward_id order by reward_id) filter (side = 'grant') as grants,
            list(reward_id order by reward_id) filter (side = 'statement') as statements,
            coalesce(list(reward_id order by reward_id) filter (side = 'ledger'), []) as entries,
            cast(sum(amount_fen) filter (side = 'grant') as bigint) as amount_fen
        from mart.match_suggestion where {_IN_SCOPE} group by campaign, match_id, shape order by campaign, match_id
        """,
        scope.bound,
    )


_IN_SCOPE = """
    day = $day and ($any_campaign or campaign = $campaign)
    and ($all_campaigns or list_contains($campaigns, campaign))"""


def _holds(decision: Decision, day: date) -> bool:
    return decision.valid_from <= day and (decision.valid_to is None or day < decision.valid_to)


def _said(decision: Decision | None) -> Row:
    choice = decision.choice if decision else Choice()
    return {**vars(choice), "decided_by": decision.decided_by if decision else None}


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: Row) -> list[Row]:
    result = connection.execute(query, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
