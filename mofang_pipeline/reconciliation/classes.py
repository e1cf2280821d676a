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
    Class("duplicate", "重复核销", "Redeemed twice"),
    Class("ungranted", "无发放记录", "No such grant"),
    Class("refund_without_redeem", "无核销退款", "Refund alone"),
    Class("control_leak", "对照组泄漏", "Control arm"),
    Class("not_in_audience", "名单外发放", "Not in audience"),
    Class("outside_window", "活动期外核销", "Outside window"),
    Class("over_cap", "超限发放", "Over cap or budget"),
    Class("amount_difference", "金额不符", "Amounts differ"),
    Class("timing", "在途", "In transit"),
    Class("missing_ledger", "缺账务", "Not posted"),
    Class("missing_statement", "缺对账单", "Not stated"),
    Class("refunded", "已退款", "Refunded", is_break=False),
    Class("unredeemed", "未核销", "Not redeemed", is_break=False),
    Class("matched", "一致", "Matched", is_break=False),
)
NAMES = tuple(each.name for each in CLASSES)
BREAKS = tuple(each.name for each in CLASSES if each.is_break)
UNKNOWN = "(unknown)"  # the campaign of a row that names none
