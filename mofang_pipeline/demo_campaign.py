"""The demo's campaign: planned, approved and frozen in the midst of its days, with an effect and rewards planted.

Two people do it by the functions of the portal and the command line; what they do is in the log. The rest of the days
then takes it to evaluated, and reconciliation finds breaks of every class.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from mofang_pipeline import lake, rules
from mofang_pipeline.campaigns import drafts
from mofang_pipeline.campaigns.actions import advance
from mofang_pipeline.campaigns.history import known_campaigns
from mofang_pipeline.generator.planted_rewards import Planted, plant_rewards
from mofang_pipeline.generator.planting import plant_payments
from mofang_pipeline.home import Home
from mofang_pipeline.push.actions import push
from mofang_pipeline.refusals import Refused
from mofang_pipeline.sample_data import Sample

ID, SET, CHANNEL = "summer_wake", "dormant_with_assets", "app"
MAKER, APPROVER = "hq_planner", "hq_director"
PAYING_SHARE, PAID_FEN = 0.2, 20_000  # of the treated: one payment more, of so much
REWARD, REWARD_FEN = "R2", 200
FEWEST_DAYS = 16
ARMS = "select token, arm from mart.campaign_audience where campaign = ?"
LISTED = "select token from int.push_row where push_id = ? and outcome = 'pushed'"
Step = Callable[[str], None]


@dataclass(frozen=True)
class Window:
    frozen_on: date
    first: date
    last: date


def window_of(sample: Sample) -> Window | None:
    """A quarter of the days before it, half of them in it, the rest to settle; None for a sample too short."""
    if sample.days < FEWEST_DAYS:
        return None
    frozen_on = sample.first + timedelta(days=sample.days // 4 - 1)
    first = frozen_on + timedelta(days=1)
    return Window(frozen_on, first, first + timedelta(days=sample.days // 2 - 1))


def hold_campaign(home: Home, sample: Sample, step: Step) -> None:
    """With the days to `frozen_on` computed: freezes the campaign, pushes its list, lands what it does."""
    window = window_of(sample)
    if window is None:
        return
    try:
        _freeze(home, window)
    except Refused as reason:  # a rulebook without the set, or a bank too small for it
        return step(f"without a campaign: {reason.en}")
    manifest = push(
        home,
        actor=MAKER,
        set_id=SET,
        channel_name=CHANNEL,
        as_of=window.frozen_on,
        campaign=ID,
        progress=step,
    )
    with lake.connect(home, read_only=True) as connection:
        arms = dict(connection.execute(ARMS, [ID]).fetchall())
        listed = frozenset(token for (token,) in connection.execute(LISTED, [manifest["push_id"]]).fetchall())
    key, treated = home.secret("token_key"), [token for token, arm in arms.items() if arm != "control"]
    plant_payments(
        home.landing, treated, token_key=key, first=window.first, last=window.last, share=PAYING_SHARE,
        amount_fen=PAID_FEN, salt=f"paying {ID}",  # another than the arms are drawn by
    )  # fmt: skip
    planted = Planted(ID, CHANNEL, REWARD, REWARD_FEN, window.first, window.last, seen_on=sample.last)
    plant_rewards(home.landing, arms, planted, token_key=key, listed=listed)
    step(f"campaign {ID}: {len(arms)} customers, {manifest['rows']} pushed")


def _freeze(home: Home, window: Window) -> None:
    rulebook = rules.in_force(home)
    if ID not in known_campaigns(home, rulebook):
        head = rulebook.head_office.org_code
        drafts.save(home, actor=MAKER, org_code=head, document=_plan(window))
        drafts.submit(home, ID, by=MAKER)
    for state, following, who in (("draft", "approved", APPROVER), ("approved", "frozen", MAKER)):
        if known_campaigns(home, rulebook)[ID].status.state == state:
            advance(home, ID, following, by=who, as_of=window.frozen_on)


def _plan(window: Window) -> dict[str, object]:
    return {
        "campaign": ID, "zh": "夏季唤醒", "en": "Summer wake-up", "audience": {"set": SET},
        "arms": {"treatment": 0.5, "control": 0.5},
        "window": {"from": window.first.isoformat(), "to": window.last.isoformat()},
        "budget_fen": 100_000, "rewards": [{"code": REWARD, "amount_fen": REWARD_FEN, "cap_per_customer": 1}],
        "channel": CHANNEL, "cost_fen_per_contact": 5, "margin_rate": 0.006, "frequency_cap": 4,
        "plan": {
            "primary": "pay_rate", "metrics": ["pay_rate", "pay_cnt", "pay_amt", "to:ACTIVE"],
            "guardrails": ["complaint_rate", "unbind_rate"], "mde": 0.1,
        },
    }  # fmt: skip
