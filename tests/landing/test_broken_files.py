"""Every way in which a file can be broken: refused with one clear line, the rest of the day loads, rows add
up."""

import gzip
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.landing.conftest import Bank, csv_text, customer, empty_bank, payment

DAY = "2026-01-05"
HEADER = "txn_id,account_id,paid_at,amount_fen\n"
GOOD = "txn-00001,0acct-00001,2026-01-05 10:00:00,100\n"
ALSO_GOOD = "txn-00002,0acct-00001,2026-01-05 11:00:00,200\n"
MANY = HEADER + "".join(f"txn-{n:05},0acct-00001,2026-01-05 10:00:00,{n}\n" for n in range(1, 2000))
Make = Callable[[str], bytes]
Refusals = list[tuple[int | None, str | None, str]]


@dataclass(frozen=True)
class Case:
    """`make` gives the file's content from the prefix of its keys, so that no case meets another one's
    payments.

    Expected: (rows in, loaded, quarantined, duplicate, status) and, per refusal, row, column and how the
    reason begins.
    """

    name: str
    make: Make
    counts: tuple[int, int, int, int, str]
    refusals: Refusals
    suffix: str = "csv"


def text(content: str, *, encoding: str = "utf-8") -> Make:
    return lambda prefix: content.replace("txn-", prefix).encode(encoding)


def zipped(content: str, *, cut: int | None = None) -> Make:
    return lambda prefix: gzip.compress(text(content)(prefix))[:cut]


def row(**changes: Any) -> Make:
    """One good payment and one with changes."""
    empty = dict.fromkeys((name for name in changes if name not in payment()), "")
    return text(csv_text([{**payment(1), **empty}, payment(2, **changes)]))


def parquet(*, cut: int | None = None, overwrite: slice = slice(0, 0), **changes: Any) -> Make:
    """Two payments, one file; `changes` replace columns."""

    def make(prefix: str) -> bytes:
        columns = {
            "txn_id": [f"{prefix}1", f"{prefix}2"], "account_id": ["0acct-00001"] * 2,
            "paid_at": ["2026-01-05 10:00:00"] * 2, "amount_fen": [100, 200], **changes,
        }  # fmt: skip
        stream = io.BytesIO()
        pq.write_table(pa.table(columns), stream)
        content = bytearray(stream.getvalue())
        content[overwrite] = b"\xff" * len(content[overwrite])
        return bytes(content[:cut])

    return make


WHOLE = (0, 0, 0, 0, "quarantined")
ONE = (2, 1, 1, 0, "loaded")
BOTH = (2, 2, 0, 0, "loaded")
CASES = [
    Case("truncated parquet", parquet(cut=-60), WHOLE,
         [(None, None, "is a truncated or damaged Parquet file")], "parquet"),
    Case("damaged parquet pages", parquet(overwrite=slice(4, 120)), WHOLE,
         [(None, None, "is a truncated or damaged Parquet file")], "parquet"),
    Case("text named parquet", text(HEADER + GOOD), WHOLE,
         [(None, None, "is a truncated or damaged Parquet file")], "parquet"),
    Case("truncated gz", zipped(MANY, cut=-200), WHOLE,
         [(None, None, "is a truncated or damaged gzip file")], "csv.gz"),
    Case("text named gz", text(HEADER + GOOD), WHOLE,
         [(None, None, "is a truncated or damaged gzip")], "csv.gz"),
    Case("empty file", text(""), WHOLE, [(None, None, "is empty: send it with a header")]),
    Case("empty gz", zipped(""), WHOLE, [(None, None, "has no header line")], "csv.gz"),
    Case("wrong encoding in a row", text(HEADER + GOOD + "中,文,1,1\n", encoding="gbk"), WHOLE,
         [(None, None, "is not UTF-8 text")]),
    Case("utf-16", text(HEADER + GOOD, encoding="utf-16"), WHOLE, [(None, None, "is not UTF-8 text")]),
    Case("missing column", text("txn_id,account_id,paid_at\nt,a,2026-01-05\n"), WHOLE,
         [(None, "amount_fen", "has no column amount_fen, which is required")]),
    Case("renamed column", text((HEADER + GOOD).replace("paid_at", "pay_time")), WHOLE,
         [(None, "paid_at", "has no column paid_at, which is required")]),
    Case("column twice", text("txn_id,txn_id,account_id,paid_at,amount_fen\n"), WHOLE,
         [(None, "txn_id", "has the column txn_id more than once")]),
    Case("retyped column", text(HEADER + GOOD.replace("100", "one") + ALSO_GOOD.replace("200", "two")), WHOLE,
         [(None, "amount_fen", "holds no usable value in amount_fen: it must be a whole number")]),
    Case("retyped parquet column", parquet(amount_fen=[[1], [2]]), WHOLE,
         [(None, "amount_fen", "holds no usable value in amount_fen")], "parquet"),
    Case("retyped parquet time", parquet(paid_at=[1, 2]), WHOLE,
         [(None, "paid_at", "holds no usable value in paid_at")], "parquet"),
    Case("unbalanced quotes", text(HEADER + GOOD + '"txn-00002,0acct\n' + ALSO_GOOD), WHOLE,
         [(None, None, "has unbalanced quotes")]),
    Case("no header", text(GOOD + ALSO_GOOD), WHOLE, [(None, "txn_id", "has no column txn_id")]),
    Case("header only", text(HEADER), (0, 0, 0, 0, "loaded"), []),
    Case("duplicate rows", text(HEADER + GOOD + GOOD), (2, 1, 0, 1, "loaded"), []),
    Case("short row", text(HEADER + GOOD + "txn-00002,0acct-00001\n"), ONE,
         [(2, None, "the row has not as many values as the header")]),
    Case("long row", text(HEADER + "a,b,c,d,e,f\n" + GOOD), ONE,
         [(1, None, "the row has not as many values as the header")]),
    Case("short row in gz", zipped(HEADER + "a\n" + GOOD), ONE,
         [(1, None, "the row has not as many values as the header")], "csv.gz"),
    Case("unknown account", row(account_id="0acct-99999"), ONE, [(2, "account_id", "no such account up to")]),
    Case("leading zero lost", row(account_id="acct-00001"), ONE,
         [(2, "account_id", "no such account up to")]),
    Case("negative amount", row(amount_fen=-1), ONE,
         [(2, "amount_fen", "is not from 1 to 10000000000000 fen")]),
    Case("zero amount", row(amount_fen=0), ONE, [(2, "amount_fen", "is not from 1 to 10000000000000 fen")]),
    Case("huge amount", row(amount_fen=10**13 + 1), ONE, [(2, "amount_fen", "is not from 1 to")]),
    Case("amount beyond 64 bits", row(amount_fen=10**30), ONE, [(2, "amount_fen", "is not a whole number")]),
    Case("part of a fen", row(amount_fen="12.5"), ONE, [(2, "amount_fen", "is not a whole number")]),
    Case("no number", row(amount_fen="1OO"), ONE, [(2, "amount_fen", "is not a whole number")]),
    Case("empty key", row(txn_id=""), ONE, [(2, "txn_id", "is empty: a value is required")]),
    Case("blank key", row(txn_id="  "), ONE, [(2, "txn_id", "is empty: a value is required")]),
    Case("NULL key in text", row(txn_id="NULL"), ONE, [(2, "txn_id", "is empty: a value is required")]),
    Case("NULL key in parquet", parquet(txn_id=["t", None]), ONE,
         [(2, "txn_id", "is empty: a value is required")], "parquet"),
    Case("future time", row(paid_at="2026-01-07 00:00:00"), ONE,
         [(2, "paid_at", "is more than a day after")]),
    Case("before 1990", row(paid_at="1989-12-31 23:59:59"), ONE, [(2, "paid_at", "is before 1990")]),
    Case("infinite time", row(paid_at="infinity"), ONE, [(2, "paid_at", "is not a time")]),
    Case("time with a tail", row(paid_at="2026-01-05 10:00:00x"), ONE, [(2, "paid_at", "is not a time")]),
    Case("no such day", row(paid_at="2026-02-30 10:00:00"), ONE, [(2, "paid_at", "is not a time")]),
    Case("value outside its list", row(kind="gift"), ONE, [(2, "kind", "is not one of purchase, transfer")]),
    Case("first of two problems", row(amount_fen=0, kind="gift"), ONE, [(2, "amount_fen", "is not from 1")]),
    Case("byte-order mark", text("\ufeff" + HEADER + GOOD + ALSO_GOOD), BOTH, []),
    Case("windows line ends", text((HEADER + GOOD + ALSO_GOOD).replace("\n", "\r\n")), BOTH, []),
    Case("no last line end", text((HEADER + GOOD + ALSO_GOOD).rstrip()), BOTH, []),
    Case("blank line", text(HEADER + GOOD + "\n" + ALSO_GOOD), BOTH, []),
    Case("offset", row(paid_at="2026-01-06T23:59:59Z"), ONE, [(2, "paid_at", "is more than a day after")]),
    Case("whole-number doubles", parquet(amount_fen=[1.0, 2.0]), BOTH, [], "parquet"),
    Case("a half among doubles", parquet(amount_fen=[1.0, 2.5]), ONE,
         [(2, "amount_fen", "is not a whole number")], "parquet"),
]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    counts: tuple[Any, ...]
    refusals: Refusals


@pytest.fixture(scope="module")
def outcomes(
    connection: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """By file: what became of it. All cases lie in one day's folder, among good files, and are loaded
    together."""
    bank = empty_bank(connection, tmp_path_factory.mktemp("broken"))
    bank.put_people(DAY)
    for name, make in (("good.csv", text(HEADER + GOOD)), ("zgood.parquet", parquet())):
        bank.put("payment", DAY, make(name), name=name)
    for place, case in enumerate(CASES):
        bank.put("payment", DAY, case.make(f"{place}-"), name=f"{place}.{case.suffix}")
    bank.load()
    refusals: dict[str, Refusals] = defaultdict(list)
    for file, *refusal in bank.rows(
        'select file, "row", "column", reason from lake.mart.quarantine order by all'
    ):
        refusals[file].append(tuple(refusal))
    return {file: Outcome(tuple(counts), refusals[file]) for file, *counts in bank.counts("payment")}


def test_good_files_among_broken_ones(outcomes: dict[str, Outcome]) -> None:
    assert (outcomes["good.csv"].counts, outcomes["zgood.parquet"].counts) == (
        (1, 1, 0, 0, "loaded"),
        (2, 2, 0, 0, "loaded"),
    )


@pytest.mark.parametrize(("place", "case"), list(enumerate(CASES)), ids=[case.name for case in CASES])
def test_broken_payment_file(outcomes: dict[str, Outcome], place: int, case: Case) -> None:
    found = outcomes[f"{place}.{case.suffix}"]
    reasons = [want for _, _, want in case.refusals]
    shown = [
        (*refusal[:2], refusal[2][: len(want)]) for refusal, want in zip(found.refusals, reasons, strict=True)
    ]
    assert (found.counts, shown) == (case.counts, case.refusals)


BROKEN_CUSTOMERS = [
    ({"province_code": "P9"}, "province_code", "is not a tier1 organisation"),
    ({"province_code": "HQ"}, "province_code", "is not a tier1 organisation"),
    ({"city_code": "C21"}, "city_code", "is not a tier2 organisation of the row's province"),
    ({"status": "gone"}, "status", "is not one of active, frozen, closed, deceased"),
    ({"birth_date": "1980-13-01"}, "birth_date", "is not a date YYYY-MM-DD"),
    ({"is_rural": "maybe"}, "is_rural", "is not true or false"),
    ({"customer_id": ""}, "customer_id", "is empty"),
]


def test_broken_customer_rows(bank: Bank) -> None:
    optional = {"birth_date": "", "is_rural": ""}
    broken = [
        {**customer(row), **optional, **changes} for row, (changes, _, _) in enumerate(BROKEN_CUSTOMERS)
    ]
    bank.put("customer", DAY, [*broken, {**customer(100), **optional}])
    bank.load()
    found = zip(bank.quarantine("customer"), BROKEN_CUSTOMERS, strict=True)
    assert [(row, column, reason[: len(want)]) for (row, column, reason), (_, _, want) in found] == [
        (row, column, want) for row, (_, column, want) in enumerate(BROKEN_CUSTOMERS, start=1)
    ]


def test_city_may_be_unknown(bank: Bank) -> None:
    bank.put("customer", DAY, [customer(1, city_code="")])
    bank.load()
    assert bank.counts("customer") == [("a.csv", 1, 1, 0, 0, "loaded")]


def test_account_of_an_unknown_customer(bank: Bank) -> None:
    bank.put("customer", DAY, [customer(1)])
    bank.put(
        "account", DAY, "account_id,customer_id,opened_on\n1,cust-00001,2020-01-01\n2,cust-00002,2020-01-01\n"
    )
    bank.load()
    assert [(row, column) for row, column, _ in bank.quarantine("account")] == [(2, "customer_id")]


BLOCKED_TODO = "ask the sender for a matching pair"
STATEMENT = (
    "statement_id,institution_code,event,amount_fen,event_at\n"
    "s1,ALIPAY,redeem,100,2026-01-05 09:00:00\ns2,ALIPAY,refund,50,2026-01-05 09:00:00\n"
)


SIDECARS = [
    ('{"rows": 2, "amount_fen": 150}', "loaded", None),
    ('{"rows": 3, "amount_fen": 150}', "blocked", "rows is 3 there and 2 in the file"),
    ('{"rows": 2, "amount_fen": 151}', "blocked", "amount_fen is 151 there and 150 in the file"),
    ('{"rows": 2, "sha256": "00"}', "blocked", "sha256 differs from the file's"),
    ("{", "blocked", "it is not JSON"),
    ('{"rows": "two"}', "blocked", "rows is not a whole number"),
]


def test_control_totals(bank: Bank) -> None:
    for place, (sidecar, _, _) in enumerate(SIDECARS):
        content = STATEMENT.replace("s1", f"a{place}").replace("s2", f"b{place}")
        bank.put("reward_statement", DAY, content, name=f"{place}.csv")
        bank.put("reward_statement", DAY, sidecar, name=f"{place}.csv.control.json")
    bank.load()
    found = bank.rows("select rows_in, rows_loaded, status, reason from lake.mart.landing_file order by file")
    rows = {"loaded": 2, "blocked": 0}
    assert found == [
        (
            rows[status],
            rows[status],
            status,
            what and f"is blocked by its control sidecar: {what}; {BLOCKED_TODO}",
        )
        for _, status, what in SIDECARS
    ]


def test_sha256_may_be_in_capitals(bank: Bank) -> None:
    digest = hashlib.sha256(STATEMENT.encode()).hexdigest()
    bank.put("reward_statement", DAY, STATEMENT)
    bank.put("reward_statement", DAY, json.dumps({"sha256": digest.upper()}), name="a.csv.control.json")
    bank.load()
    assert [count[-1] for count in bank.counts("reward_statement")] == ["loaded"]


def test_blocked_file_is_one_quarantine_record(bank: Bank) -> None:
    bank.put("reward_statement", DAY, STATEMENT)
    bank.put("reward_statement", DAY, '{"rows": 3}', name="a.csv.control.json")
    bank.load()
    assert [row for row, _, _ in bank.quarantine("reward_statement")] == [None]


def test_corrected_sidecar_lets_the_file_in(bank: Bank) -> None:
    bank.put("reward_statement", DAY, STATEMENT)
    bank.put("reward_statement", DAY, json.dumps({"rows": 9}), name="a.csv.control.json")
    bank.load()
    bank.put("reward_statement", DAY, json.dumps({"rows": 2}), name="a.csv.control.json")
    bank.load()
    assert [count[-1] for count in bank.counts("reward_statement")] == ["blocked", "loaded"]


def test_nothing_refused_is_silent(bank: Bank) -> None:
    bank.put_people(DAY)
    bank.put("payment", DAY, HEADER + GOOD + "x\n")
    bank.put("payment", DAY, "", name="b.csv")
    assert bank.load().messages == (
        "payment dt=2026-01-05 a.csv: 1 of 2 rows are in quarantine",
        "payment dt=2026-01-05 b.csv is empty: send it with a header, or not at all",
    )


def test_mixed_layouts_of_one_day(bank: Bank) -> None:
    bank.put_people(DAY)
    instants = pa.array([1767578400_000_000] * 2, pa.timestamp("us", tz="UTC"))
    bank.put("payment", DAY, parquet(paid_at=instants)("a"), name="a.parquet")
    bank.put("payment", DAY, parquet(txn_id=[3, 4], amount_fen=["5", "6.0"])(""), name="b.parquet")
    bank.put(
        "payment",
        DAY,
        "amount_fen,paid_at,account_id,txn_id\n1.0E2,2026-01-05T10:00:00+08:00,0acct-00001,5\n",
    )
    bank.load()
    assert bank.rows(
        "select distinct paid_at::varchar, sum(amount_fen) from lake.landed.payment group by 1"
    ) == [("2026-01-05 10:00:00", 411)]
