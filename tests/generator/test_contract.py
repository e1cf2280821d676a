"""The landing contract, on a year of 10,000 customers: keys, lists, references, and the planned defects."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet
import pytest

from mofang_pipeline.generator.write import AS_CSV, SCHEMAS

Number = Callable[[str], float]
GOOD = "amount_fen > 0 and txn_id is not null and account_id <> 'A-unknown' and kind <> 'gift'"


@pytest.mark.parametrize("table", sorted(set(SCHEMAS) - AS_CSV))
def test_parquet_files_have_the_contracts_types(year: Path, table: str) -> None:
    some = next((year / table).glob("*/*.parquet"))
    assert parquet.read_schema(some).equals(SCHEMAS[table])


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("customer", "customer_id, dt"),
        ("account", "account_id, dt"),
        ("balance", "account_id, dt"),
        ("holding", "customer_id, dt"),
        ("agreement", "agreement_id, event, event_at"),
        ("inflow", "inflow_id"),
        ("campaign_contact", "contact_id"),
        ("reward_grant", "grant_id"),
        ("reward_statement", "statement_id"),
        ("reward_ledger", "entry_id"),
    ],
)
def test_key_is_unique(number: Number, table: str, key: str) -> None:
    assert number(f"select count(*) - count(distinct ({key})) from {table}") == 0


@pytest.mark.parametrize(
    ("table", "column", "allowed"),
    [
        ("customer", "status", "active frozen closed deceased"),
        ("account", "account_class", "I II III"),
        ("agreement", "event", "sign terminate"),
        ("agreement", "rail", "NUCC UNIONPAY"),
        ("payment", "kind", "purchase transfer topup refund gift"),
        ("payment", "fail_reason", "insufficient_balance limit risk other"),
        ("inflow", "kind", "payroll pension subsidy crop transfer"),
        ("campaign_contact", "event", "sent delivered opened clicked complained failed"),
        ("reward_statement", "event", "redeem refund"),
    ],
)
def test_values_are_of_the_list(
    landed: duckdb.DuckDBPyConnection, table: str, column: str, allowed: str
) -> None:
    found = landed.execute(f"select distinct {column} from {table} where {column} is not null").fetchall()
    assert {value for (value,) in found} == set(allowed.split())


@pytest.mark.parametrize(
    ("table", "key", "target", "where"),
    [
        ("payment", "account_id", "account", GOOD),
        ("agreement", "account_id", "account", "true"),
        ("balance", "account_id", "account", "true"),
        ("inflow", "account_id", "account", "true"),
        ("account", "customer_id", "customer", "true"),
        ("holding", "customer_id", "customer", "true"),
        ("campaign_contact", "customer_id", "customer", "true"),
        ("reward_grant", "customer_id", "customer", "true"),
    ],
)
def test_rows_name_what_was_handed_over_before(
    number: Number, table: str, key: str, target: str, where: str
) -> None:
    known = f"select {key}, min(dt) as since from {target} group by 1"
    unknown = f"""
        select 1 from {table} left join ({known}) using ({key}) where ({where}) and (since <= dt) is not true
    """
    assert number(f"select count(*) from ({unknown})") == 0


def test_refunds_name_an_earlier_payment(number: Number) -> None:
    orphans = """
        select 1 from payment as refund
        left join payment as original on original.txn_id = refund.original_txn_id
        where refund.kind = 'refund' and refund.dt > date '2024-02-01'
            and (original.paid_at < refund.paid_at and original.amount_fen >= refund.amount_fen) is not true
    """
    assert number(f"select count(*) from ({orphans})") == 0


def test_good_payments_follow_a_signed_agreement(number: Number) -> None:
    unsigned = f"""
        select 1 from payment
        left join (select * from agreement where event = 'sign') as signed
            using (agreement_id, account_id, institution_code)
        where {GOOD} and kind <> 'refund' and (signed.event_at::date <= paid_at::date) is not true
    """
    assert number(f"select count(*) from ({unsigned})") == 0


def test_holdings_include_the_deposits(number: Number) -> None:
    short = """
        with deposit as (
            select dt, customer_id, sum(deposit_fen) as fen from balance
            join (select distinct account_id, customer_id from account) using (account_id) group by all
        )
        select 1 from deposit join holding using (dt, customer_id) where aum_fen < fen
    """
    assert number(f"select count(*) from ({short})") == 0


@pytest.mark.parametrize(
    ("defect", "rows"),
    [
        ("account_id = 'A-unknown'", 1), ("amount_fen < 0", 1), ("txn_id is null", 1), ("kind = 'gift'", 1),
    ],
)  # fmt: skip
def test_every_day_has_its_bad_rows(number: Number, defect: str, rows: int) -> None:
    assert (
        number(f"select min(n) from (select dt, count(*) filter ({defect}) as n from payment group by 1)")
        == rows
    )


def test_every_day_has_exact_duplicates(number: Number) -> None:
    twice = f"select dt, txn_id from payment where {GOOD} group by all having count(*) = 2"
    assert number(f"select count(*) / 400 from ({twice})") == 2


def test_every_day_has_corrections_of_the_day_before(number: Number) -> None:
    corrected = f"select txn_id from payment where {GOOD} group by 1 having count(distinct amount_fen) = 2"
    assert number(f"select count(*) from ({corrected})") == 2 * 399


def test_control_file_fits_its_statement(year: Path) -> None:
    file = next((year / "reward_statement").glob("*/*.csv"))
    control = json.loads(file.with_name(file.name + ".control.json").read_text())
    assert control["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_no_id_number_has_the_right_check_digit(landed: duckdb.DuckDBPyConnection) -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    found = landed.execute("select distinct id_number from customer").fetchall()
    right = ["10X98765432"[sum(w * int(d) for w, d in zip(weights, i, strict=False)) % 11] for (i,) in found]
    assert [i for (i,), digit in zip(found, right, strict=True) if i[17] == digit] == []


def test_phones_have_a_prefix_that_nobody_has(number: Number) -> None:
    assert (
        number("select count(*) from customer where mobile is not null and mobile not like '129________'")
        == 0
    )
