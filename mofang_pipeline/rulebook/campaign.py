"""What a campaign is, once read: frozen values and nothing else.

Here: its shape, and the hash by which a later change of its plan is seen. Not here: files (read_campaigns.py), rules
about what is allowed (check_campaigns.py), who is in its audience, what state it is in.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = "campaigns"
CONTROL = "control"
CHANNELS = ("sms", "app", "wechat", "call")
METRICS = ("pay_rate", "pay_cnt", "pay_amt", "bind_rate", "unbind_rate", "complaint_rate", "aum_change")
TO_SEGMENT = "to:"


@dataclass(frozen=True)
class Reward:
    """What a customer may be given, and how often."""

    code: str
    amount_fen: int
    cap_per_customer: int


@dataclass(frozen=True)
class Plan:
    """What will be asked of the campaign, fixed at freezing. `mde`: the smallest effect worth finding."""

    primary: str = "pay_rate"
    metrics: tuple[str, ...] = ("pay_rate",)
    guardrails: tuple[str, ...] = ()
    alpha: Decimal = Decimal("0.05")
    power: Decimal = Decimal("0.8")
    mde: Decimal | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """Every metric once: the primary, the other metrics, the guardrails."""
        return tuple(dict.fromkeys((self.primary, *self.metrics, *self.guardrails)))


@dataclass(frozen=True)
class Campaign:
    """A campaign as written. Either `set_name` or `import_path` says who its audience is; `arms` are planned shares."""

    id: str
    zh: str
    en: str
    org_code: str
    set_name: str | None
    import_path: Path | None
    arms: Mapping[str, Decimal]
    first: date
    last: date
    budget_fen: int | None
    rewards: tuple[Reward, ...]
    channel: str | None
    cost_fen_per_contact: int
    margin_rate: Decimal | None
    plan: Plan
    priority: int = 0
    frequency_cap: int | None = None
    maker: str | None = None
    tolerance_fen: int | None = None
    timing_days: int | None = None

    @property
    def file(self) -> str:
        return f"{FOLDER}/{self.id}.yaml"

    @property
    def is_import(self) -> bool:
        return self.import_path is not None

    @cached_property
    def document(self) -> dict[str, Any]:
        """The campaign in the form of its file, as JSON has it and as freezing keeps it; no empty keys."""
        plan = self.plan
        source = {"set": self.set_name, "import": self.import_path and self.import_path.name}
        content = {
            "campaign": self.id,
            "zh": self.zh,
            "en": self.en,
            "org": self.org_code,
            "maker": self.maker,
            "audience": {key: value for key, value in source.items() if value},
            "arms": {arm: float(share) for arm, share in self.arms.items()},
            "window": {"from": self.first.isoformat(), "to": self.last.isoformat()},
            "budget_fen": self.budget_fen,
            "rewards": [vars(reward) for reward in self.rewards],
            "channel": self.channel,
            "cost_fen_per_contact": self.cost_fen_per_contact,
            "margin_rate": _float(self.margin_rate),
            "priority": self.priority,
            "frequency_cap": self.frequency_cap,
            "tolerance_fen": self.tolerance_fen,
            "timing_days": self.timing_days,
            "plan": {
                "primary": plan.primary,
                "metrics": list(plan.metrics),
                "guardrails": list(plan.guardrails),
                "alpha": float(plan.alpha),
                "power": float(plan.power),
                "mde": _float(plan.mde),
            },
        }
        return {key: value for key, value in content.items() if value not in (None, "", {}, [])}

    @cached_property
    def plan_hash(self) -> str:
        """16 hexadecimal digits; another window, arm, metric or cost gives another, another name does not."""
        planned = {key: value for key, value in self.document.items() if key not in ("zh", "en", "maker")}
        canonical = json.dumps(planned, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
