"""One evaluated campaign of head office on the scratch lake, with made-up results, for looking at its pages."""

from datetime import date
from typing import Any

from mofang_pipeline import lake, published
from mofang_pipeline.campaigns import drafts
from mofang_pipeline.campaigns.history import record
from mofang_pipeline.campaigns.states import BY_DAY
from mofang_pipeline.home import Home

ID, FIRST, LAST = "autumn_wake", date(2026, 11, 16), date(2026, 11, 18)
PLAN = {
    "campaign": ID, "zh": "秋季唤醒", "en": "Autumn wake-up", "org": "000000",
    "audience": {"set": "dormant_with_assets"}, "arms": {"treatment": 0.5, "control": 0.5},
    "window": {"from": FIRST.isoformat(), "to": LAST.isoformat()}, "budget_fen": 200_000, "channel": "sms",
    "cost_fen_per_contact": 5, "margin_rate": 0.006,
    "rewards": [{"code": "R10", "amount_fen": 1000, "cap_per_customer": 1}],
    "plan": {"primary": "pay_rate", "metrics": ["pay_rate", "pay_amt"], "guardrails": ["complaint_rate"], "mde": 0.1},
}  # fmt: skip
AUDIENCE = """
    insert into mart.campaign_audience by name
    select $id as campaign, number as customer_key, if(number % 2 = 0, 'treatment', 'control') as arm,
        cast('2026-11-15' as date) as frozen_on
    from range(1, 401) as numbers(number)
"""
# (metric, method, treated, control, effect, se, verdict, is_primary, is_guardrail)
EFFECTS: list[tuple[Any, ...]] = [
    ("pay_rate", "raw", 0.41, 0.28, 0.13, 0.047, "better", True, False),
    ("pay_rate", "cuped", 0.41, 0.28, 0.125, 0.041, "better", True, False),
    ("pay_amt", "raw", 5210.0, 4180.0, 1030.0, 640.0, "unclear", False, False),
    ("complaint_rate", "raw", 0.01, 0.005, 0.005, 0.009, "unclear", False, True),
]
FUNNEL = ("audience", 200), ("pushed", 171), ("sent", 171), ("delivered", 164), ("opened", 40), ("paid", 82)
MOVES = (
    ("F1", "F1", 90, 118),
    ("F1", "D2", 74, 48),
    ("F1", "G2", 12, 11),
    ("G2", "G2", 20, 21),
    ("G2", "D12", 4, 2),
)


def build(home: Home) -> None:
    """The campaign in the log, walked to evaluated, and its rows in the lake."""
    saved = drafts.save(home, actor="anna", org_code="000000", document=PLAN)
    approved = record(home, saved, "approved", "boss", {"plan_hash": saved.campaign.plan_hash})
    details = {
        "frozen_on": "2026-11-15", "plan": saved.campaign.document, "plan_hash": saved.campaign.plan_hash,
        "arms": {"control": 200, "treatment": 200}, "audience_hash": "",
    }  # fmt: skip
    each = record(home, approved, "frozen", "anna", details)
    for state in BY_DAY:
        each = record(home, each, state, "mofang")
    with lake.writer(home) as connection:
        published.create_tables(connection)
        connection.execute(AUDIENCE, {"id": ID})
        published.insert_rows(connection, "mart.campaign_effect", [_effect(*row) for row in EFFECTS])
        published.insert_rows(
            connection, "mart.campaign_funnel",
            [(ID, "treatment", place, stage, size, LAST) for place, (stage, size) in enumerate(FUNNEL, 1)],
        )  # fmt: skip
        published.insert_rows(connection, "mart.campaign_transition", [_move(*row) for row in MOVES])
        row = (
            ID,
            206_000.0,
            1236.0,
            -269.0,
            2741.0,
            855,
            40_000,
            1000,
            200_000,
            -0.97,
            -1.0,
            -0.93,
            "worse",
            LAST,
        )
        published.insert_rows(connection, "mart.campaign_roi", [row])


def _effect(
    metric: str,
    method: str,
    treated: float,
    control: float,
    effect: float,
    se: float,
    verdict: str,
    *which: bool,
) -> tuple[object, ...]:
    interval = (effect - 1.96 * se, effect + 1.96 * se)
    p = 0.004 if verdict == "better" else 0.4
    return (
        ID, "treatment", metric, method, 200, 200, treated, control, effect, se, *interval, p, p, 0.9, verdict,
        *which, False, None, None, LAST,
    )  # fmt: skip


def _move(source: str, target: str, treated: int, control: int) -> tuple[object, ...]:
    extra = treated - control
    return (
        ID, "treatment", 0, source, target, treated, control, 200, 200, extra / 200, float(extra), 0.03,
        extra / 200 - 0.06, extra / 200 + 0.06, LAST,
    )  # fmt: skip
