"""The classes of an item: an item is in the first one that fits it. The conditions are in reward_item.sql."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Class:
    """`is_break`: somebody has to look at it."""

    name: str
    zh: str
    en: str
    is_break: bool = True


CLASSES = (
    Class("duplicate", "重复核销", "redeemed again without a refund between"),
    Class("ungranted", "无发放记录", "stated for a grant that the bank does not know"),
    Class("refund_without_redeem", "无核销退款", "refunded without a redemption before it"),
    Class("control_leak", "对照组泄漏", "granted to a customer of the control arm"),
    Class("not_in_audience", "名单外发放", "granted to a customer outside the audience"),
    Class("outside_window", "活动期外核销", "redeemed outside the campaign's window"),
    Class("over_cap", "超限发放", "granted beyond the cap or the budget"),
    Class("amount_difference", "金额不符", "amounts differ beyond the tolerance"),
    Class("timing", "在途", "one side not there yet"),
    Class("missing_ledger", "缺账务", "stated, not posted in time"),
    Class("missing_statement", "缺对账单", "posted, not stated in time"),
    Class("refunded", "已退款", "redeemed and refunded", is_break=False),
    Class("unredeemed", "未核销", "granted, not redeemed", is_break=False),
    Class("matched", "一致", "all sides agree", is_break=False),
)
NAMES = tuple(each.name for each in CLASSES)
BREAKS = tuple(each.name for each in CLASSES if each.is_break)
UNKNOWN = "(unknown)"  # the campaign of a row that names none
