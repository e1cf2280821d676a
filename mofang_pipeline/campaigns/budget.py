"""What a campaign has spent of its budget, and whether a list of so many customers still fits into it.

Rewards beyond the budget are reconciliation's class `over_cap`: the bank's systems have granted them already.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from mofang_pipeline.published import statement
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook.campaign import Campaign


@dataclass(frozen=True)
class Spent:
    """By lists and reports of contacts, and by rewards granted, redeemed or not. Money in fen."""

    budget_fen: int | None
    contacts: int
    contact_fen: int
    granted_fen: int

    @property
    def remaining_fen(self) -> int | None:
        """What is left, below zero where too much was granted; None without a budget."""
        return None if self.budget_fen is None else self.budget_fen - self.contact_fen - self.granted_fen


def spent(connection: duckdb.DuckDBPyConnection, campaign: Campaign, as_of: date) -> Spent:
    """As known on `as_of`."""
    [(reported, listed, granted_fen)] = connection.execute(
        statement("campaigns/spent"), {"campaign": campaign.id, "as_of": as_of}
    ).fetchall()
    contacts = max(int(reported), int(listed))
    return Spent(campaign.budget_fen, contacts, contacts * campaign.cost_fen_per_contact, int(granted_fen))


def require_fits(before: Spent, campaign: Campaign, customers: int) -> None:
    """Refused where contacting so many more customers costs more than is left."""
    left, cost = before.remaining_fen, customers * campaign.cost_fen_per_contact
    if left is not None and cost > left:
        raise Refused(
            f"{campaign.id}: contacting {customers} customers costs {cost} fen, and {left} fen of the budget of"
            f" {campaign.budget_fen} are left; push a smaller part or have a larger budget approved",
            f"{campaign.id}：触达 {customers} 位客户需 {cost} 分，预算 {campaign.budget_fen} 分仅余 {left} 分；"
            "请缩小名单或重新审批预算",
        )
