"""Every class of the list, and every precedence between two that fit: hand-made rows and the class of each."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mofang_pipeline.reconciliation.classes import CLASSES
from tests.reconciliation.conftest import Books, Row, grant, posted, refunded, stated

ClassesOf = Callable[..., dict[str, str]]
OUTSIDE_WINDOW = 31  # the campaign's window is days 0 to 30
# A posting of another campaign: the bank gives a ledger, so its absence tells something.
OTHER = [grant("gX", campaign_id="CX"), stated("sX", "gX"), posted("pX", "sX")]


def table(case: str, rows: Sequence[Row], as_of: int, **classes: str) -> Any:
    return pytest.param(rows, as_of, classes, id=case)


SIMPLE = [
    table("granted only", [grant("g")], 0, g="unredeemed"),
    table("all agree", [grant("g"), stated("s", "g"), posted("p", "s")], 0, g="matched", s="matched", p="matched"),
    table(
        "redeemed and refunded",
        [grant("g"), stated("s", "g"), posted("p", "s"), refunded("r", "g", 1), posted("q", "r", 1, -1000)],
        1, g="refunded", s="refunded", p="refunded", r="refunded", q="refunded",
    ),
    table(
        "redeemed twice: the later one, with its posting",
        [grant("g"), stated("s", "g"), posted("p", "s"), stated("t", "g", 1), posted("q", "t", 1)],
        1, g="matched", s="matched", p="matched", t="duplicate", q="duplicate",
    ),
    table(
        "three times: each later one",
        [grant("g"), stated("s", "g"), posted("p", "s"), stated("t", "g", 1), stated("u", "g", 2)],
        2, g="matched", s="matched", p="matched", t="duplicate", u="duplicate",
    ),
    table(
        "redeemed, refunded, redeemed again: a pair and a match",
        [
            grant("g"), stated("s", "g"), posted("p", "s"), refunded("r", "g", 1), posted("q", "r", 1, -1000),
            stated("t", "g", 2), posted("o", "t", 2),
        ],
        2, g="matched", s="refunded", p="refunded", r="refunded", q="refunded", t="matched", o="matched",
    ),
    table("statement of no known grant", [stated("s", "g?"), posted("p", "s")], 0, s="ungranted", p="ungranted"),
    table("statement of no grant at all", [stated("s", None), posted("p", "s")], 0, s="ungranted", p="ungranted"),
    table(
        "refund alone",
        [grant("g"), refunded("r", "g"), posted("q", "r", 0, -1000)],
        0, g="refund_without_redeem", r="refund_without_redeem", q="refund_without_redeem",
    ),
    table(
        "another amount than granted",
        [grant("g"), stated("s", "g", 0, 900), posted("p", "s", 0, 900)],
        0, g="amount_difference", s="amount_difference", p="amount_difference",
    ),
    table(
        "another amount than posted",
        [grant("g"), stated("s", "g"), posted("p", "s", 0, 900)],
        0, g="amount_difference", s="amount_difference", p="amount_difference",
    ),
    table(
        "posted in two parts",
        [grant("g"), stated("s", "g"), posted("p", "s", 0, 400), posted("q", "s", 0, 600)],
        0, g="matched", s="matched", p="matched", q="matched",
    ),
    table(
        "posted twice",
        [grant("g"), stated("s", "g"), posted("p", "s"), posted("q", "s")],
        0, g="amount_difference", s="amount_difference", p="amount_difference", q="amount_difference",
    ),
    table(
        "refund posted in the wrong direction",
        [grant("g"), stated("s", "g"), posted("p", "s"), refunded("r", "g", 1), posted("q", "r", 1, 1000)],
        1, **dict.fromkeys("gsprq", "amount_difference"),
    ),
    table(
        "refunded in part",
        [grant("g"), stated("s", "g"), posted("p", "s"), refunded("r", "g", 1, 400), posted("q", "r", 1, -400)],
        1, **dict.fromkeys("gsprq", "amount_difference"),
    ),
    table(
        "refunded in two parts",
        [
            grant("g"), stated("s", "g"), posted("p", "s"), refunded("r", "g", 1, 400), posted("q", "r", 1, -400),
            refunded("t", "g", 2, 600), posted("u", "t", 2, -600),
        ],
        2, **dict.fromkeys("gsprqtu", "refunded"),
    ),
    table("not posted, young", [grant("g"), stated("s", "g")], 3, g="timing", s="timing"),
    table("not posted, old", [grant("g"), stated("s", "g")], 4, g="missing_ledger", s="missing_ledger"),
    table("refund not posted", [grant("g"), stated("s", "g"), posted("p", "s"), refunded("r", "g", 1)], 5,
          **dict.fromkeys("gspr", "missing_ledger")),
    table("not stated, young", [posted("p", "s?")], 3, p="timing"),
    table("not stated, old", [posted("p", "s?")], 4, p="missing_statement"),
    table("posting that names nothing", [posted("p", None)], 4, p="missing_statement"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "as_of", "expected"), SIMPLE)
def test_class(classes_of: ClassesOf, rows: list[Row], as_of: int, expected: dict[str, str]) -> None:
    found = classes_of([*OTHER, *rows], as_of)
    assert {row: found[row] for row in expected} == expected


CAMPAIGN = {
    "arms": {1: "treatment", 2: "control", 3: "treatment"}, "caps": {"R10": 1}, "budget_fen": 10_000,
}  # fmt: skip
LAID_DOWN = [
    table("control arm, granted", [grant("g", customer_key=2)], 0, g="control_leak"),
    table("control arm, redeemed", [grant("g", customer_key=2), stated("s", "g"), posted("p", "s")], 0,
          **dict.fromkeys("gsp", "control_leak")),
    table("outside the audience", [grant("g", customer_key=9)], 0, g="not_in_audience"),
    table("after the window", [grant("g"), stated("s", "g", OUTSIDE_WINDOW)], OUTSIDE_WINDOW,
          g="outside_window", s="outside_window"),
    table("before the window", [grant("g", -1), stated("s", "g", -1)], 0, g="outside_window", s="outside_window"),
    table("refund after the window", [grant("g"), stated("s", "g"), posted("p", "s"),
          refunded("r", "g", OUTSIDE_WINDOW), posted("q", "r", OUTSIDE_WINDOW, -1000)], OUTSIDE_WINDOW,
          **dict.fromkeys("gsprq", "refunded")),
    table("beyond the cap, the later one", [grant("a", 1), grant("b", 0)], 1, b="unredeemed", a="over_cap"),
    table("beyond the cap at one moment, the greater id", [grant("b"), grant("a")], 0, a="unredeemed", b="over_cap"),
    table("caps are each reward's own", [grant("a"), grant("b", reward_code="R20")], 0, a="unredeemed", b="unredeemed"),
    table("beyond the budget", [grant("a", 0, 6000), grant("b", 1, 5000, customer_key=3)], 1,
          a="unredeemed", b="over_cap"),
    table("up to the budget", [grant("a", 0, 6000), grant("b", 1, 4000, customer_key=3)], 1,
          a="unredeemed", b="unredeemed"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "as_of", "expected"), LAID_DOWN)
def test_class_that_a_campaign_lays_down(
    books: Books, classes_of: ClassesOf, rows: list[Row], as_of: int, expected: dict[str, str]
) -> None:
    books.campaign(**CAMPAIGN)  # type: ignore[arg-type]
    found = classes_of([*OTHER, *rows], as_of)
    assert {row: found[row] for row in expected} == expected


# Each adds to one grant of customer `k` what makes it fit a class; of two the earlier in the list must win.
LATE, WRONG_CUSTOMER = OUTSIDE_WINDOW, 9
FITS: dict[str, Callable[[Row, list[Row]], None]] = {
    "refund_without_redeem": lambda g, rows: rows.append(refunded("r", "g", -1)),
    "control_leak": lambda g, rows: g.update(customer_key=2),
    "not_in_audience": lambda g, rows: g.update(customer_key=WRONG_CUSTOMER),
    "outside_window": lambda g, rows: rows.append(stated("s", "g", LATE, g["amount_fen"])),
    "over_cap": lambda g, rows: rows.append(grant("f", -2, customer_key=g["customer_key"])),
    "amount_difference": lambda g, rows: rows.append(stated("s", "g", 1, 900)),
    "timing": lambda g, rows: rows.append(stated("s", "g", 30)),
    "missing_ledger": lambda g, rows: rows.append(stated("s", "g", 20)),
    "refunded": lambda g, rows: rows.extend(
        [stated("s", "g", 1), posted("p", "s", 1), refunded("t", "g", 2), posted("q", "t", 2, -1000)]
    ),
    "unredeemed": lambda g, rows: None,
    "matched": lambda g, rows: rows.extend([stated("s", "g", 1), posted("p", "s", 1)]),
}
# Both cannot fit one item: one customer is in one arm, one redemption is in one state.
REDEMPTIONS = {"outside_window", "amount_difference", "timing", "missing_ledger", "refunded", "matched"}
NEVER_TOGETHER = ({"control_leak", "not_in_audience"},)
CLASHES = [
    (first, second)
    for place, first in enumerate(FITS)
    for second in list(FITS)[place + 1 :]
    if {first, second} not in NEVER_TOGETHER and not {first, second} <= REDEMPTIONS and first != "unredeemed"
]


@pytest.mark.parametrize(("first", "second"), CLASHES)
def test_of_two_that_fit_the_first_is_taken(
    books: Books, classes_of: ClassesOf, first: str, second: str
) -> None:
    books.campaign(**CAMPAIGN)  # type: ignore[arg-type]
    the_grant = grant("g", 0)
    rows = [the_grant]
    FITS[first](the_grant, rows)
    FITS[second](the_grant, rows)
    assert classes_of([*OTHER, *rows], OUTSIDE_WINDOW)["g"] == first


AMOUNT, WINDOW, UNPOSTED = stated("s", "g", 1, 900), stated("s", "g", LATE), [stated("s", "g", 1)]
REDEMPTION_CLASHES = [
    table("window before amount", [stated("s", "g", LATE, 900)], LATE, g="outside_window"),
    table("window before timing", [WINDOW], LATE, g="outside_window"),
    table("window before missing_ledger", [WINDOW], LATE + 9, g="outside_window"),
    table("window before refunded", [WINDOW, refunded("r", "g", LATE)], LATE + 9, g="outside_window"),
    table("amount before timing", [AMOUNT], 2, g="amount_difference"),
    table("amount before missing_ledger", [AMOUNT], 9, g="amount_difference"),
    table("amount before refunded", [AMOUNT, refunded("r", "g", 2, 900)], 9, g="amount_difference"),
    table("timing before refunded", [*UNPOSTED, refunded("r", "g", 2)], 2, g="timing"),
    table("missing_ledger before refunded", [*UNPOSTED, refunded("r", "g", 2)], 9, g="missing_ledger"),
    table("duplicate before all of its grant's", [stated("s", "g", 1, 900), stated("t", "g", LATE, 800)], LATE + 9,
          g="amount_difference", s="amount_difference", t="duplicate"),
    table("an unknown grant is not redeemed twice, but twice unknown",
          [stated("s", "g?", 1), stated("t", "g?", 2)], 3, s="ungranted", t="ungranted"),
    table("ungranted before refund_without_redeem", [refunded("r", "g?", 1)], 3, r="ungranted"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "as_of", "expected"), REDEMPTION_CLASHES)
def test_of_two_that_fit_a_redemption_the_first_is_taken(
    books: Books, classes_of: ClassesOf, rows: list[Row], as_of: int, expected: dict[str, str]
) -> None:
    books.campaign(**CAMPAIGN)  # type: ignore[arg-type]
    found = classes_of([*OTHER, grant("g"), *rows], as_of)
    assert {row: found[row] for row in expected} == expected


def test_control_arm_redeeming_again(books: Books, classes_of: ClassesOf) -> None:
    books.campaign(**CAMPAIGN)  # type: ignore[arg-type]
    found = classes_of([grant("g", customer_key=2), stated("s", "g"), stated("t", "g", 1)], 1)
    assert found == {"g": "control_leak", "s": "control_leak", "t": "duplicate"}


def test_an_audience_that_is_not_known_says_nobody_is_outside(books: Books, classes_of: ClassesOf) -> None:
    books.campaign()
    assert classes_of([grant("g", customer_key=9)]) == {"g": "unredeemed"}


def test_without_any_ledger_two_sides_are_enough(classes_of: ClassesOf) -> None:
    found = classes_of([grant("g"), stated("s", "g"), refunded("r", "g", 1), stated("t", "g", 2)], 9)
    assert found == {"g": "matched", "s": "refunded", "r": "refunded", "t": "matched"}


def test_differences_within_the_tolerance_agree(classes_of: ClassesOf) -> None:
    rows = [grant("g"), stated("s", "g", 0, 990), posted("p", "s", 0, 1000)]
    assert classes_of(rows, 0, tolerance_fen=10) == {"g": "matched", "s": "matched", "p": "matched"}


def test_a_campaigns_own_terms_win(books: Books, classes_of: ClassesOf) -> None:
    books.campaign(plan='{"tolerance_fen": 100, "timing_days": 9}')
    rows = [*OTHER, grant("g"), stated("s", "g", 0, 900), grant("h", customer_key=3), stated("t", "h")]
    found = classes_of(rows, 9)
    assert (found["g"], found["h"]) == ("timing", "timing")


def test_a_break_names_the_rows_that_it_is_about(books: Books, classes_of: ClassesOf) -> None:
    partly = [
        grant("g"),
        stated("s", "g"),
        posted("p", "s"),
        refunded("r", "g", 1, 400),
        posted("o", "r", 1, -400),
    ]
    alone = [grant("h", customer_key=3), refunded("u", "h"), stated("t", "h", 1)]
    classes_of([*partly, *alone], 1)
    found = books.query("select grant_id, statement_id, entry_id from mart.campaign_break order by grant_id")
    assert found == [("g", "s", "p"), ("h", "u", None)]


def test_a_row_that_names_no_campaign_is_counted_under_unknown(books: Books, classes_of: ClassesOf) -> None:
    classes_of([stated("s", None, campaign_id=None), posted("p", None, campaign_id=None)], 9)
    found = books.query("select campaign, class, item_id from mart.campaign_break order by item_id")
    assert found == [("(unknown)", "missing_statement", "p"), ("(unknown)", "ungranted", "s")]


def test_a_row_counts_where_its_grant_does(books: Books, classes_of: ClassesOf) -> None:
    classes_of([grant("g"), stated("s", "g", campaign_id="C2"), posted("p", "s", campaign_id="C3")])
    assert books.query("select distinct campaign from mart.campaign_reconciliation") == [("C1",)]


def test_every_class_has_a_row(books: Books, classes_of: ClassesOf) -> None:
    classes_of([grant("g")])
    found = books.query("select class, items from mart.campaign_reconciliation order by place")
    assert found == [(each.name, int(each.name == "unredeemed")) for each in CLASSES]
