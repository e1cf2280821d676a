"""The columns of customer_wide that a rule may name, with their types.

Types: `int`, `money` (integer fen), `date`, `text`, `bool`. Left out on purpose: customer_key, which names
a person and is no property of one. A new column of customer_wide becomes usable in rules by one line here.
"""

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
