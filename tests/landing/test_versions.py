"""Duplicates, corrections and lateness: what is on record, and what is true as of a known_day."""

import os

from tests.landing.conftest import Bank, account, customer, payment

TRUTH = "select sum(sign), sum(sign * amount_fen) from lake.landed.payment where known_day <= date '{}'"
RECORD = """
    select dt::varchar, amount_fen, sign, event_day::varchar, known_day::varchar from lake.landed.payment
    order by seq"""


def test_same_row_again_is_a_duplicate(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-05", [payment(1), payment(2)])
    bank.load()
    bank.put("payment", "2026-01-06", [payment(1), payment(3)])
    bank.load()
    assert bank.counts("payment") == [("a.csv", 2, 2, 0, 0, "loaded"), ("a.csv", 2, 1, 0, 1, "loaded")]


def test_same_content_as_csv_and_parquet_is_a_duplicate(bank: Bank) -> None:
    bank.put_people()
    row = payment(1)
    bank.put("payment", "2026-01-05", [row])
    bank.put_parquet(
        "payment", "2026-01-05", {name: [value] for name, value in row.items()}, name="b.parquet"
    )
    bank.load()
    assert bank.counts("payment")[1] == ("b.parquet", 1, 0, 0, 1, "loaded")


def test_correction_keeps_both_versions(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-05", [payment(1)])
    bank.load()
    bank.put("payment", "2026-01-06", [payment(1, amount_fen=70)])
    bank.load()
    assert bank.rows(RECORD) == [
        ("2026-01-05", 100, 1, "2026-01-05", "2026-01-05"),
        ("2026-01-06", 100, -1, "2026-01-05", "2026-01-05"),
        ("2026-01-06", 70, 1, "2026-01-05", "2026-01-05"),
    ]


def test_correction_counts_once(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-05", [payment(1)])
    bank.put("payment", "2026-01-06", [payment(1, amount_fen=70)])
    bank.load()
    assert bank.counts("payment") == [("a.csv", 1, 1, 0, 0, "loaded"), ("a.csv", 1, 1, 0, 0, "loaded")]


def test_late_correction_leaves_older_results_as_published(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-05", [payment(1)])
    bank.put("payment", "2026-01-20", [payment(1, amount_fen=70)])
    bank.load()
    assert [bank.rows(TRUTH.format(day)) for day in ("2026-01-16", "2026-01-17")] == [[(1, 100)], [(1, 70)]]


def test_correction_that_moves_the_day(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-05", [payment(1)])
    bank.put("payment", "2026-01-06", [payment(1, paid_at="2026-01-06 00:00:01")])
    bank.load()
    assert bank.rows(
        "select event_day::varchar, sum(sign) from lake.landed.payment group by all order by all"
    ) == [
        ("2026-01-05", 0),
        ("2026-01-06", 1),
    ]


def test_late_event_within_the_window_restates(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-08", [payment(1)])
    bank.load()
    assert bank.rows(RECORD) == [("2026-01-08", 100, 1, "2026-01-05", "2026-01-05")]


def test_late_event_beyond_the_window_is_known_later(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-20", [payment(1)])
    bank.load(restatement_days=5)
    assert bank.rows(RECORD) == [("2026-01-20", 100, 1, "2026-01-05", "2026-01-15")]


def test_event_day_is_the_local_one(bank: Bank) -> None:
    bank.put_people()
    bank.put(
        "payment",
        "2026-01-06",
        [
            payment(1, paid_at="2026-01-05T16:00:00Z"),
            payment(2, paid_at="2026-01-05"),
            payment(3, paid_at="2026-01-05 16:00:00 UTC"),
            payment(4, paid_at="2026-01-05T16:00Z"),
            payment(5, paid_at="2026-01-06 00:00:01 +0800"),
            payment(6, paid_at="2026-01-05 11:00 -05:00"),
        ],
    )
    bank.load()
    assert bank.rows("select event_day::varchar from lake.landed.payment order by seq") == [
        ("2026-01-06",),
        ("2026-01-05",),
        *[("2026-01-06",)] * 4,
    ]


def test_versions_in_one_file_follow_each_other(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-05", [payment(1, amount_fen=fen) for fen in (1, 2, 2, 1)])
    bank.load()
    assert [(fen, sign) for _, fen, sign, _, _ in bank.rows(RECORD)] == [
        (1, 1),
        (1, -1),
        (2, 1),
        (2, -1),
        (1, 1),
    ]


def test_earlier_day_that_arrives_later_changes_nothing(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-06", [payment(1, amount_fen=70)])
    bank.load()
    bank.put("payment", "2026-01-05", [payment(1)])
    bank.load()
    assert (bank.rows(TRUTH.format("2026-12-31")), bank.rows("select count(*) from lake.landed.payment")) == (
        [(1, 70)],
        [(3,)],
    )


def test_correction_after_an_overtaken_row_replaces_the_current_one(bank: Bank) -> None:
    bank.put_people()
    for day, fen in (("2026-01-06", 70), ("2026-01-05", 100), ("2026-01-07", 30)):
        bank.put("payment", day, [payment(1, amount_fen=fen)])
        bank.load()
    assert bank.rows(TRUTH.format("2026-12-31")) == [(1, 30)]


def test_new_version_of_a_file_is_loaded_again(bank: Bank) -> None:
    bank.put_people()
    path = bank.put("payment", "2026-01-05", [payment(1), payment(2)])
    bank.load()
    bank.put("payment", "2026-01-05", [payment(1), payment(2, amount_fen=9), payment(3)])
    os.utime(path, ns=(1, 1))
    bank.load()
    assert (bank.counts("payment")[1], bank.rows(TRUTH.format("2026-12-31"))) == (
        ("a.csv", 3, 2, 0, 1, "loaded"),
        [(3, 209)],
    )


def test_agreement_events_of_one_agreement_are_different_rows(bank: Bank) -> None:
    bank.put_people()
    row = {"agreement_id": "g", "account_id": "0acct-00001", "institution_code": "X", "event": "sign"}
    at = {"event_at": "2026-01-05 01:00:00"}
    bank.put("agreement", "2026-01-05", [{**row, **at}, {**row, **at, "event": "terminate"}, {**row, **at}])
    bank.load()
    assert bank.counts("agreement") == [("a.csv", 3, 2, 0, 1, "loaded")]


def test_dimension_again_on_its_day_is_a_duplicate(bank: Bank) -> None:
    bank.put("customer", "2026-01-05", [customer(1)])
    bank.load()
    bank.put("customer", "2026-01-05", [customer(1), customer(2)], name="b.csv")
    bank.load()
    assert bank.counts("customer")[1] == ("b.csv", 2, 1, 0, 1, "loaded")


def test_dimension_on_another_day_is_loaded(bank: Bank) -> None:
    bank.put("customer", "2026-01-05", [customer(1)])
    bank.put("customer", "2026-01-06", [customer(1)])
    bank.load()
    assert bank.counts("customer")[1] == ("a.csv", 1, 1, 0, 0, "loaded")


def test_dimension_correction_has_the_greater_seq(bank: Bank) -> None:
    bank.put("customer", "2026-01-05", [customer(1)])
    bank.load()
    bank.put("customer", "2026-01-05", [customer(1, status="frozen")], name="b.csv")
    bank.load()
    assert bank.rows("select status from lake.landed.customer order by seq") == [("active",), ("frozen",)]


def test_touch_counts_rows_by_day(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-20", [payment(1), payment(2), payment(2, amount_fen=3)])
    bank.load()
    assert bank.rows("select * exclude (load_id) from lake.landed.touch where table_name = 'payment'") == [
        ("payment", *bank.rows("select date '2026-01-17', date '2026-01-05', 4")[0])
    ]


def test_payment_belongs_to_the_account_s_owner_of_its_dt(bank: Bank) -> None:
    bank.put_people("2026-01-05", count=2)
    bank.put("account", "2026-01-07", [account(1, customer_id="cust-00002")])
    for number, day in enumerate(("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08")):
        bank.put("payment", day, [payment(number)])
    bank.load()
    assert [row[0] for row in bank.rows("select customer_key from lake.landed.payment order by seq")] == [
        1,
        1,
        2,
        2,
    ]


def test_account_is_unknown_before_its_first_dt(bank: Bank) -> None:
    bank.put_people("2026-01-06")
    bank.put("payment", "2026-01-05", [payment(1)])
    bank.put("payment", "2026-01-06", [payment(2)])
    bank.load()
    assert bank.counts("payment") == [("a.csv", 1, 0, 1, 0, "loaded"), ("a.csv", 1, 1, 0, 0, "loaded")]


def test_late_customer_file_moves_first_dt(bank: Bank) -> None:
    bank.put_people("2026-01-06")
    bank.load()
    bank.put_people("2026-01-04")
    bank.put("payment", "2026-01-05", [payment(1)])
    bank.load()
    assert (
        bank.counts("payment"),
        bank.rows("select first_dt::varchar from lake.landed.account_identity"),
    ) == (
        [("a.csv", 1, 1, 0, 0, "loaded")],
        [("2026-01-04",)],
    )
