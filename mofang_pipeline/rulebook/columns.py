"""The columns of customer_wide that a rule may name: their types, and what always holds of their values.

Types: `int`, `money` (integer fen), `date`, `text`, `bool`. Left out on purpose: customer_key, which names
a person and is no property of one. A new column of customer_wide becomes usable in rules by one line here.

What always holds is what the proof (prove.py) may assume of a customer, so it may be nothing that data can break:
every bound and relation names the rule of expectations/customer_wide.yaml that is asked of every computed day.
"""

from itertools import pairwise
from typing import NamedTuple

WINDOWS = (1, 7, 30, 60, 90, 180, 365)

COLUMNS: dict[str, str] = {
    "day": "date",
    "month_start": "date",
    # customer
    "province": "text",
    "city": "text",
    "status": "text",
    "age": "int",
    "gender": "text",
    "is_rural": "bool",
    "tenure_days": "int",
    "has_mobile": "bool",
    "id_expired": "bool",
    # cards and binding
    "debit_cards": "int",
    "bindable_cards": "int",
    "newest_card_age_days": "int",
    "bound_agreements": "int",
    "bound_institutions": "int",
    "ever_bound": "bool",
    "days_since_first_bind": "int",
    "days_since_last_bind": "int",
    "days_since_last_unbind": "int",
    # payment
    "first_paid_on": "date",
    "last_paid_on": "date",
    "days_since_first_paid": "int",
    "days_since_last_paid": "int",
    "last_gap_days": "int",
    "gap_before_return_days": "int",
    **{f"pay_cnt_{days}d": "int" for days in WINDOWS},
    **{f"pay_amt_{days}d": "money" for days in WINDOWS},
    "pay_cnt_prev90_before_30d": "int",
    "pay_cnt_mtd": "int",
    "pay_cnt_prev_month": "int",
    "institutions_paid_30d": "int",
    "top_institution_30d": "text",
    "refund_cnt_30d": "int",
    "fail_cnt_30d": "int",
    "fail_balance_cnt_30d": "int",
    # assets, inflow, contact
    "deposit_fen": "money",
    "aum_fen": "money",
    "inflow_payroll_90d": "money",
    "inflow_pension_90d": "money",
    "inflow_subsidy_90d": "money",
    "inflow_crop_90d": "money",
    "contact_cnt_30d": "int",
    "reward_amt_90d": "money",
}


# Grow by one a day for as long as nothing happens.
AGEING = frozenset(
    name
    for name in COLUMNS
    if name.startswith("days_since_") or name in ("newest_card_age_days", "tenure_days")
)

# Never NULL: dbt's test customer_wide_given, on every computed day.
ALWAYS_GIVEN = frozenset(
    {
        *("day", "month_start", "province", "status", "tenure_days", "has_mobile", "id_expired"),
        "ever_bound",
        *("debit_cards", "bindable_cards", "bound_agreements", "bound_institutions", "institutions_paid_30d"),
        *(f"pay_cnt_{days}d" for days in WINDOWS),
        *(f"pay_amt_{days}d" for days in WINDOWS),
        *("pay_cnt_prev90_before_30d", "pay_cnt_mtd", "pay_cnt_prev_month"),
        *("refund_cnt_30d", "fail_cnt_30d", "fail_balance_cnt_30d", "contact_cnt_30d", "reward_amt_90d"),
        *(f"inflow_{kind}_90d" for kind in ("payroll", "pension", "subsidy", "crop")),
    }
)


class Always(NamedTuple):
    """A condition that is not false for any customer, and the rule of the suite that sees to it."""

    condition: str
    rule: str


def _rolling() -> list[Always]:
    """Longer windows hold shorter ones; a window has payments just when the last payment lies in it."""
    facts = []
    for near, far in pairwise(WINDOWS):
        facts.append(Always(f"pay_cnt_{near}d <= pay_cnt_{far}d", "counts_grow_with_the_window"))
        facts.append(Always(f"pay_amt_{near}d <= pay_amt_{far}d", "amounts_grow_with_the_window"))
    for days in WINDOWS:
        has_paid = f"pay_cnt_{days}d > 0"
        facts.append(Always(f"(pay_cnt_{days}d = 0) = (pay_amt_{days}d = 0)", "amount_where_count"))
        facts.append(Always(f"(days_since_last_paid < {days}) = ({has_paid})", "windows_meet_last_payment"))
    return facts


def _not_negative(rule: str, *columns: str) -> list[Always]:
    return [Always(f"{column} >= 0", rule) for column in columns]


ALWAYS: tuple[Always, ...] = (
    Always("status in ('active', 'frozen')", "in_the_population"),
    Always("gender in ('F', 'M')", "known_gender"),
    Always("age between 0 and 130", "plausible_age"),
    Always("month_start <= day and days(day, month_start) <= 30", "month_of_day"),
    *_not_negative(
        "not_in_the_future",
        *("tenure_days", "newest_card_age_days", "days_since_first_bind", "days_since_last_bind"),
        *("days_since_last_unbind", "days_since_first_paid", "days_since_last_paid"),
    ),
    *_not_negative(
        "count_not_negative",
        *("debit_cards", "bindable_cards", "bound_agreements", "bound_institutions", "institutions_paid_30d"),
        *("pay_cnt_1d", "pay_cnt_prev90_before_30d", "pay_cnt_mtd", "pay_cnt_prev_month"),
        *("refund_cnt_30d", "fail_cnt_30d", "fail_balance_cnt_30d", "contact_cnt_30d"),
    ),
    *_not_negative(
        "amount_not_negative",
        *("pay_amt_1d", "inflow_payroll_90d", "inflow_pension_90d", "inflow_subsidy_90d"),
        *("inflow_crop_90d", "reward_amt_90d"),
    ),
    *_rolling(),
    Always("(first_paid_on is null) = (last_paid_on is null)", "never_paid_has_no_payments"),
    Always("first_paid_on is not null or pay_cnt_365d = 0", "never_paid_has_no_payments"),
    Always("first_paid_on <= last_paid_on and last_paid_on <= day", "first_before_last_payment"),
    Always("(first_paid_on is null) = (days_since_first_paid is null)", "first_before_last_payment"),
    Always("(last_paid_on is null) = (days_since_last_paid is null)", "first_before_last_payment"),
    Always("days_since_first_paid = days(day, first_paid_on)", "first_before_last_payment"),
    Always("days_since_last_paid = days(day, last_paid_on)", "first_before_last_payment"),
    Always(
        "(last_gap_days is not null) = coalesce(first_paid_on < last_paid_on, false)",
        "gaps_follow_from_payment_days",
    ),
    Always("last_gap_days >= 1", "gaps_follow_from_payment_days"),
    Always("gap_before_return_days >= 1", "gaps_follow_from_payment_days"),
    Always(
        "not (days_since_last_paid < 30 and last_gap_days > coalesce(gap_before_return_days, 0))",
        "gaps_follow_from_payment_days",
    ),
    Always(
        "not (days_since_last_paid >= 30 and gap_before_return_days is not null)",
        "gaps_follow_from_payment_days",
    ),
    Always("bound_institutions <= bound_agreements", "institutions_within_agreements"),
    Always("bound_agreements = 0 or ever_bound", "binding_history"),
    Always("days_since_last_bind is null or ever_bound", "binding_history"),
    Always("days_since_last_bind <= days_since_first_bind", "binding_history"),
    Always("(days_since_first_bind is null) = (days_since_last_bind is null)", "binding_history"),
    Always("bindable_cards <= debit_cards", "bindable_within_cards"),
    Always("(newest_card_age_days is null) = (debit_cards = 0)", "bindable_within_cards"),
    Always("institutions_paid_30d <= pay_cnt_30d", "institutions_within_payments"),
    Always("(institutions_paid_30d > 0) = (top_institution_30d is not null)", "institutions_within_payments"),
    Always("fail_balance_cnt_30d <= fail_cnt_30d", "failures_for_balance_within_failures"),
    Always(
        "pay_cnt_1d <= pay_cnt_mtd and pay_cnt_mtd <= pay_cnt_60d", "calendar_windows_within_rolling_ones"
    ),
    Always("pay_cnt_mtd + pay_cnt_prev_month <= pay_cnt_90d", "calendar_windows_within_rolling_ones"),
    Always("pay_cnt_prev90_before_30d <= pay_cnt_180d", "calendar_windows_within_rolling_ones"),
)
