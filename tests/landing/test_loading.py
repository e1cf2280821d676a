"""The load as a whole: order of days, repetition, crashes, privacy, what is picked up and what is not."""

import hmac
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mofang_pipeline import landing
from mofang_pipeline.home import Home
from mofang_pipeline.landing import loading, versions
from tests.landing.conftest import TOKEN_KEY, Bank, account, customer, empty_bank, payment, tables

DAYS = [f"2026-01-{day:02}" for day in range(5, 11)]


def eventful(bank: Bank) -> None:
    """Six days with new and changed people, corrections, lateness, duplicates and refusals in CSV and
    Parquet."""
    for place, day in enumerate(DAYS):
        people = range(1 + place, 4 + 2 * place)
        bank.put(
            "customer",
            day,
            [customer(number, status="frozen" if number == place else "active") for number in people],
        )
        bank.put(
            "account",
            day,
            [account(number, customer_id=f"cust-{number - number % 2:05}") for number in people],
        )
        bank.put(
            "payment",
            day,
            [payment(number, amount_fen=number + place // 3) for number in range(place, place + 4)],
        )
        ids = [f"0acct-{number:05}" for number in (*people, 99)]
        bank.put_parquet("balance", day, {"account_id": ids, "deposit_fen": [place] * len(ids)})


def landed(bank: Bank) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows but for load_id, in a fixed order."""
    content = {}
    for name in tables(bank.connection):
        dropped = [column for column in ("load_id", "mtime_ns") if column in columns_of(bank, name)]
        exclude = f" exclude ({', '.join(dropped)})" if dropped else ""
        content[name] = sorted(bank.rows(f"select *{exclude} from lake.{name}"), key=repr)
    return content


def columns_of(bank: Bank, name: str) -> list[str]:
    return [row[0] for row in bank.rows(f"describe lake.{name}")]


def test_day_by_day_equals_all_at_once(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    at_once = empty_bank(connection, tmp_path / "at_once")
    eventful(at_once)
    at_once.load()
    expected = landed(at_once)
    by_day = empty_bank(connection, tmp_path / "by_day")
    eventful(by_day)
    for day in DAYS:
        by_day.load(day)
    assert landed(by_day) == expected


def test_chunks_make_no_difference(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = empty_bank(connection, tmp_path / "at_once")
    eventful(at_once)
    at_once.load()
    expected = landed(at_once)
    monkeypatch.setattr(loading, "CHUNK_DAYS", 4)
    in_chunks = empty_bank(connection, tmp_path / "in_chunks")
    eventful(in_chunks)
    in_chunks.load()
    assert landed(in_chunks) == expected


def test_keys_do_not_depend_on_the_secret(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Customers' order is first dt, then clear id; the year of opening tells here who is who."""
    keys = []
    for secret in (b"one", b"another"):
        bank = empty_bank(connection, tmp_path / secret.decode())
        bank.put("customer", "2026-01-06", [customer(1, opened_on="2001-01-01")])
        later = [customer(number, opened_on=f"200{number}-01-01") for number in (3, 9, 2)]
        bank.put("customer", "2026-01-05", later)
        bank.load(token_key=secret)
        keys.append(bank.rows("select year(opened_on), customer_key from lake.landed.customer order by seq"))
    assert keys == [[(2003, 2), (2009, 3), (2002, 1), (2001, 4)]] * 2


def test_second_load_finds_nothing(bank: Bank) -> None:
    eventful(bank)
    bank.load()
    before = landed(bank)
    assert (bank.load().load_id, landed(bank)) == (None, before)


def test_only_days_up_to_through(bank: Bank) -> None:
    eventful(bank)
    bank.load(DAYS[1])
    assert bank.rows("select max(dt)::varchar from lake.mart.landing_file") == [(DAYS[1],)]


def test_pending_and_arrived(bank: Bank) -> None:
    eventful(bank)
    bank.load(DAYS[3])
    waiting = landing.pending(bank.connection, bank.folder, date(2026, 12, 31))
    assert ({file.dt.isoformat() for file in waiting}, len(landing.arrived_days(bank.folder)["balance"])) == (
        set(DAYS[4:]),
        6,
    )


def test_crash_leaves_nothing(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    eventful(bank)

    def store(work: Any, **arguments: Any) -> int:
        if work.table.name == "payment":
            raise KeyboardInterrupt
        return real(work, **arguments)

    real = versions.store
    monkeypatch.setattr(versions, "store", store)
    with pytest.raises(KeyboardInterrupt):
        bank.load()
    assert {name: len(rows) for name, rows in landed(bank).items() if rows} == {}


def test_load_after_a_crash(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    eventful(bank)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(loading, "record", lambda *_: 1 // 0)
        bank.load()
    assert bank.load().tables["payment"].rows_in == 24


def test_rows_that_do_not_add_up_are_refused(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    bank.put_people()
    real = versions.store
    monkeypatch.setattr(versions, "store", lambda work, **_: real(work, **_) + 1)
    with pytest.raises(landing.LandingIdentityError, match="customer: 2 rows written instead of 1"):
        bank.load()


def test_token_is_hmac(bank: Bank) -> None:
    bank.put_people()
    bank.load()
    expected = hmac.new(TOKEN_KEY, b"cust-00001", "sha256").hexdigest()
    assert bank.rows("select token from lake.landed.customer_identity") == [(expected,)]


def test_token_with_a_long_key_and_a_chinese_id(bank: Bank) -> None:
    key = bytes(range(100))
    bank.put("customer", "2026-01-05", [customer(1, customer_id="客户一")])
    bank.load(token_key=key)
    expected = hmac.new(key, "客户一".encode(), "sha256").hexdigest()
    assert bank.rows("select token from lake.landed.customer_identity") == [(expected,)]


PERSONAL = {"full_name": "Zhang Sanfeng", "id_number": "110101198001010011", "mobile": "13800138000"}


def test_nothing_personal_in_the_lake(home: Home, bank: Bank) -> None:
    bank.put(
        "customer",
        "2026-01-05",
        [
            customer(1, **PERSONAL),
            customer(
                2,
                **PERSONAL,
            )
            | {"status": "gone"},
        ],
    )
    bank.put("account", "2026-01-05", [account(1), account(2)])
    bank.put(
        "payment", "2026-01-05", [payment(1), payment(2, account_id="0acct-00002"), payment(3, amount_fen=0)]
    )
    bank.put("payment", "2026-01-05", 'txn_id,account_id,paid_at,amount_fen\n"0acct-00001\n', name="b.csv")
    files = set(home.lake.rglob("*.parquet"))
    messages = " ".join(bank.load().messages)
    connection_bytes = b"".join(path.read_bytes() for path in set(home.lake.rglob("*.parquet")) - files)
    everything = connection_bytes.decode("latin-1") + messages + repr(landed(bank))
    clear = [*PERSONAL.values(), "cust-0000", "0acct-0000"]
    assert [value for value in clear if value in everything] == []


def test_quarantine_masks_personal_values(bank: Bank) -> None:
    bank.put(
        "customer",
        "2026-01-05",
        [customer(1, **PERSONAL, branch_note="x", status="gone"), customer(2, **PERSONAL, branch_note="y")],
    )
    bank.load()
    token = hmac.new(TOKEN_KEY, b"cust-00001", "sha256").hexdigest()
    assert bank.values() == [
        {"customer_id": f"token:{token[:16]}", "province_code": "P1", "city_code": "C11",
         "opened_on": "2020-01-01", "status": "gone", "id_number": "***", "mobile": "***", "full_name": "***"}
    ]  # fmt: skip


def test_quarantine_masks_personal_values_in_other_columns(bank: Bank) -> None:
    shifted = {
        "city_code": "990101199001010011",
        "status": "张三",
        "birth_date": "19900001234",
        "gender": "X",
    }
    bank.put("customer", "2026-01-05", [customer(1, **shifted), customer(2)])
    bank.load()
    [shown] = bank.values()
    assert {name: shown[name] for name in (*shifted, "opened_on")} == {
        "city_code": "***", "status": "***", "birth_date": "***", "gender": "X", "opened_on": "2020-01-01",
    }  # fmt: skip


def test_has_mobile_defaults_to_a_mobile(bank: Bank) -> None:
    rows = [customer(1, mobile="13800138000"), customer(2, mobile=""), customer(3, mobile="")]
    bank.put(
        "customer",
        "2026-01-05",
        [{**row, "has_mobile": has} for row, has in zip(rows, ("", "", "是"), strict=True)],
    )
    bank.load()
    assert bank.rows("select has_mobile from lake.landed.customer order by customer_key") == [
        (True,),
        (False,),
        (True,),
    ]


def test_defaults(bank: Bank) -> None:
    bank.put_people()
    bank.put("payment", "2026-01-05", [payment(1, kind="", status="failed")])
    bank.load()
    assert bank.rows(
        """select a.status, a.bindable, p.kind, p.status
        from lake.landed.account as a, lake.landed.payment as p"""
    ) == [("active", True, "purchase", "failed")]


def test_ignored_columns_are_reported_once(bank: Bank) -> None:
    ends_with_a_comma = {"": ""}
    bank.put(
        "customer",
        "2026-01-05",
        [
            customer(1, vip="1", note="x", **ends_with_a_comma),
            customer(2, vip="", note="", **ends_with_a_comma),
        ],
    )
    messages = bank.load().messages
    assert (messages, bank.rows("select ignored_columns from lake.mart.landing_file")) == (
        ("customer dt=2026-01-05 a.csv: columns outside the contract ignored: vip, note, (no name)",),
        [("vip, note, (no name)",)],
    )


def test_what_is_not_a_landed_file(bank: Bank) -> None:
    for name in (".a.csv", "_a.csv", "a.csv.tmp", "a.csv.part"):
        bank.put("customer", "2026-01-05", [customer(1)], name=name)
    bank.put("customer", "2026-01-05", "x", name="notes.txt")
    bank.put("customer", "2026-02-30", [customer(1)])
    bank.put("clients", "2026-01-05", [customer(1)])
    bank.put("customer", "2026-01-05", "{}", name="b.csv.control.json")
    (bank.folder / "customer" / "dt=2026-01-05" / "c.csv").mkdir()
    for misplaced in ("customer/a.csv", "customer.csv", ".hidden"):
        (bank.folder / misplaced).write_text("x", encoding="utf-8")
    summary = bank.load()
    assert (summary.load_id, sorted(message.split(" ")[0] for message in summary.messages)) == (
        None,
        [
            "clients/",
            "customer.csv:",
            "customer/a.csv:",
            "customer/dt=2026-01-05/b.csv.control.json:",
            "customer/dt=2026-01-05/c.csv/",
            "customer/dt=2026-01-05/notes.txt",
            "customer/dt=2026-02-30/",
        ],
    )


def test_rows_keep_their_number_in_large_files(bank: Bank) -> None:
    bank.put_people()
    rows = 60_000
    for name in ("a.csv", "b.csv"):
        lines = "".join(f"{name}{n},0acct-00001,2026-01-05,{n}\n" for n in range(1, rows + 1))
        bank.put("payment", "2026-01-05", "txn_id,account_id,paid_at,amount_fen\n" + lines, name=name)
    bank.load()
    assert bank.rows(
        "select count(*) from lake.landed.payment where (seq // 2 - 1) % 60000 + 1 <> amount_fen"
    ) == [(0,)]


def test_odd_file_names(bank: Bank) -> None:
    for name in ("a[1].csv", "a*?.csv", "it's 你好.csv"):
        bank.put("customer", "2026-01-05", [customer(len(name))], name=name)
    bank.load()
    assert sorted(bank.counts("customer")) == [
        (name, 1, 1, 0, 0, "loaded") for name in ("a*?.csv", "a[1].csv", "it's 你好.csv")
    ]


def test_the_connection_is_left_as_it_was(bank: Bank) -> None:
    before = bank.rows("select current_setting('search_path')")
    bank.put_people()
    bank.load()
    temporary = bank.rows("select table_name from duckdb_columns() where database_name = 'temp'")
    assert (bank.rows("select current_setting('search_path')"), {name for (name,) in temporary}) == (
        before,
        {"landing_province", "landing_city"},
    )
