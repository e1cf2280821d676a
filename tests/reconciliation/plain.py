"""The classes told plainly, one item after another, as a check on the SQL: no windows, no joins, nothing shared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a campaign lays down, for the days on which it is known."""

    first: date
    last: date
    budget_fen: int | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    arms: Mapping[int, str] = field(default_factory=dict)


def classes(rows: Iterable[Row], plans: Mapping[str, Plan], as_of: date) -> dict[tuple[str, str], str]:
    """(side, id) -> class of every row, under the default terms."""
    grants, statements, ledger = _sides(rows)
    postings = defaultdict(list)
    for entry in ledger.values():
        postings[entry["statement_id"]].append(entry)
    found: dict[tuple[str, str], str] = {}

    def put(name: str, stated: Iterable[Row]) -> None:
        for row in stated:
            found["statement", row["statement_id"]] = name
            found.update({("ledger", entry["entry_id"]): name for entry in postings[row["statement_id"]]})

    beyond = _beyond(grants, plans)
    for grant_id, grant in grants.items():
        mine = [row for row in statements.values() if row["grant_id"] == grant_id]
        rounds, alone, duplicates = _walk(mine)
        put("duplicate", duplicates)
        for each in rounds or [[]]:
            name = (
                _of_plan(grant, each, plans.get(grant["campaign_id"]), grant_id in beyond)
                or _of_amounts(grant, each, postings)
                or _of_time(each, postings, as_of, has_ledger=bool(ledger))
                or ("refunded" if len(each) > 1 else "matched" if each else "unredeemed")
            )
            if alone and each == (rounds or [[]])[0]:
                name = "refund_without_redeem"
                put(name, alone)
            put(name, each)
            found["grant", grant_id] = name  # the last round's
    put("ungranted", [row for row in statements.values() if row["grant_id"] not in grants])
    for entry in ledger.values():
        if entry["statement_id"] not in statements:
            young = (as_of - entry["posted_on"]).days <= 3
            found["ledger", entry["entry_id"]] = "timing" if young else "missing_statement"
    return found


def _sides(rows: Iterable[Row]) -> tuple[dict[str, Row], dict[str, Row], dict[str, Row]]:
    """Grants, statement rows and postings by id."""
    grants: dict[str, Row] = {}
    statements: dict[str, Row] = {}
    ledger: dict[str, Row] = {}
    for row in rows:
        match row["table"]:
            case "reward_grant":
                grants[row["grant_id"]] = row
            case "reward_statement":
                statements[row["statement_id"]] = row
            case _:
                ledger[row["entry_id"]] = row
    return grants, statements, ledger


def _walk(stated: list[Row]) -> tuple[list[list[Row]], list[Row], list[Row]]:
    """Rounds of a redemption and its refunds, refunds before any, redemptions too many."""
    rounds: list[list[Row]] = []
    alone: list[Row] = []
    duplicates: list[Row] = []
    last = None
    for row in sorted(
        stated, key=lambda row: (row["event_at"], row["event"] == "refund", row["statement_id"])
    ):
        if row["event"] == "refund":
            (rounds[-1] if rounds else alone).append(row)
        elif last == "redeem":
            duplicates.append(row)
        else:
            rounds.append([row])
        last = row["event"]
    return rounds, alone, duplicates


def _beyond(grants: Mapping[str, Row], plans: Mapping[str, Plan]) -> set[str]:
    beyond, spent, taken = set(), defaultdict(int), defaultdict(int)
    for grant_id, row in sorted(grants.items(), key=lambda each: (each[1]["granted_at"], each[0])):
        plan = plans.get(row["campaign_id"])
        spent[row["campaign_id"]] += row["amount_fen"]
        key = row["campaign_id"], row["customer_key"], row["reward_code"]
        taken[key] += 1
        if plan is None:
            continue
        over_budget = plan.budget_fen is not None and spent[row["campaign_id"]] > plan.budget_fen
        if over_budget or taken[key] > plan.caps.get(row["reward_code"], len(grants)):
            beyond.add(grant_id)
    return beyond


def _of_plan(grant: Row, stated: list[Row], plan: Plan | None, is_beyond: bool) -> str | None:
    if plan is None:
        return None
    if plan.arms.get(grant["customer_key"]) == "control":
        return "control_leak"
    if plan.arms and grant["customer_key"] not in plan.arms:
        return "not_in_audience"
    if stated and not plan.first <= stated[0]["event_at"].date() <= plan.last:
        return "outside_window"
    return "over_cap" if is_beyond else None


def _of_amounts(grant: Row, stated: list[Row], postings: Mapping[str, list[Row]]) -> str | None:
    if not stated:
        return None
    redeemed, refunds = stated[0]["amount_fen"], [row["amount_fen"] for row in stated[1:]]
    unlike = [
        row
        for row in stated
        if (entries := postings[row["statement_id"]])
        and sum(entry["amount_fen"] for entry in entries)
        != (-row["amount_fen"] if row["event"] == "refund" else row["amount_fen"])
    ]
    differs = redeemed != grant["amount_fen"] or (bool(refunds) and sum(refunds) != redeemed) or bool(unlike)
    return "amount_difference" if differs else None


def _of_time(
    stated: list[Row], postings: Mapping[str, list[Row]], as_of: date, *, has_ledger: bool
) -> str | None:
    waiting = [row["event_at"].date() for row in stated if not postings[row["statement_id"]]]
    if not has_ledger or not waiting:
        return None
    return "timing" if (as_of - min(waiting)).days <= 3 else "missing_ledger"
