"""Whatever a file holds: rows in = loaded + quarantined + duplicate; the truth is one row a good key."""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.landing.conftest import csv_text, empty_bank, payment

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "txn_id": st.sampled_from(["", "a", "b", "c"]),
            "account_id": st.sampled_from(["0acct-00001", "0acct-00009"]),
            "paid_at": st.sampled_from(["2026-01-05", "2026-01-04 10:00:00", "2031-01-01", "soon"]),
            "amount_fen": st.sampled_from(["1", "2", "0", "x"]),
            "kind": st.sampled_from(["", "refund", "gift"]),
        }
    ),
    max_size=6,
)


def good_keys(files: list[list[dict[str, Any]]]) -> set[str]:
    """Keys with a row that keeps the contract; a file of which no time or amount is usable is left out."""
    return {row["txn_id"] for rows in files if is_usable(rows) for row in rows if is_good(row)}


def is_usable(rows: list[dict[str, Any]]) -> bool:
    return len(rows) < 2 or not (
        all(row["paid_at"] == "soon" for row in rows) or all(row["amount_fen"] == "x" for row in rows)
    )


def is_good(row: dict[str, Any]) -> bool:
    return (
        row["txn_id"] != ""
        and row["account_id"] == "0acct-00001"
        and row["paid_at"].startswith("2026")
        and row["amount_fen"] in ("1", "2")
        and row["kind"] != "gift"
    )


@settings(
    max_examples=3,
    phases=[Phase.generate],  # to shrink would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(loads=st.lists(st.lists(ROWS, min_size=1, max_size=3), min_size=15, max_size=15))
def test_rows_add_up(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, loads: list[list[list[dict[str, Any]]]]
) -> None:
    """An example is 15 small cases of up to three files: a load costs more than its rows, so they share one."""
    bank = empty_bank(connection, Path(mkdtemp(dir=tmp_path)))
    for day, files in enumerate(loads):
        for place, rows in enumerate(files):
            header = ",".join((*payment(), "kind")) + "\n"
            unique = [{**row, "txn_id": row["txn_id"] and f"{day}-{row['txn_id']}"} for row in rows]
            bank.put(
                "payment", "2026-01-05", csv_text(unique) if rows else header, name=f"{day:02}-{place}.csv"
            )
    bank.put_people()
    bank.load()
    counted = bank.rows(
        """select count(*) filter (rows_in <> rows_loaded + rows_quarantined + rows_duplicate)
        from lake.mart.landing_file"""
    )
    truth = bank.rows("select txn_key, sum(sign) from lake.landed.payment group by all having sum(sign) <> 0")
    expected = sum(len(good_keys(files)) for files in loads)
    assert (counted, len(truth), {total for _, total in truth} <= {1}) == ([(0,)], expected, True)
