"""Writes CDNOW's purchases as landing files: what a bank's own adapter to the landing contract looks like.

    python examples/cdnow/adapt.py --home DIR

Standard library only. Nothing of the pipeline is imported: the contract between both is the files.
"""

import argparse
import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

SOURCE = Path(__file__).parent / "data" / "CDNOW_master.txt.gz"
PROVINCE = "ONLINE"  # the only tier-1 branch of rulebook/organisations.csv
OPENED_ON = date(1996, 12, 31)  # everybody is a customer, not yet a buyer, before the first purchase
CUSTOMER = ("customer_id", "province_code", "opened_on", "status")
ACCOUNT = ("account_id", "customer_id", "opened_on")
PAYMENT = ("txn_id", "account_id", "paid_at", "amount_fen")


@dataclass(frozen=True)
class Purchase:
    customer_id: str
    day: date
    cents: int

    @property
    def amount_fen(self) -> int:
        """Cents, at least 1: the contract knows no payment of nothing, and what counts is that one bought."""
        return max(self.cents, 1)


def main() -> None:
    arguments = argparse.ArgumentParser(description="CDNOW's purchases as landing files")
    arguments.add_argument(
        "--home", type=Path, required=True, help="the MOFANG_HOME to write <home>/landing in"
    )
    landing = arguments.parse_args().home / "landing"
    purchases = read_purchases(SOURCE)
    write_landing(landing, purchases)
    print(f"{len(purchases):,} purchases written to {landing}")


def read_purchases(source: Path) -> list[Purchase]:
    """The purchases in the file's own order; its columns are customer, day, number of CDs, dollars."""
    with gzip.open(source, "rt", encoding="ascii") as lines:
        next(lines)  # names of the columns
        return [_purchase(*line.split()) for line in lines]


def _purchase(customer_id: str, day: str, _cds: str, dollars: str) -> Purchase:
    return Purchase(customer_id, date.fromisoformat(day), int(Decimal(dollars) * 100))


def write_landing(landing: Path, purchases: Sequence[Purchase]) -> None:
    """Customers and accounts on the day before the first purchase, then each day its payments.

    A day has a file of every required table, with a header only where there is nothing to tell: "none" is
    not "not arrived". For customers and accounts, which are upserts, it means: as before.
    """
    customers = sorted({purchase.customer_id for purchase in purchases})
    payments = payments_by_day(purchases)
    _write(
        landing, "customer", OPENED_ON, CUSTOMER, ((key, PROVINCE, OPENED_ON, "active") for key in customers)
    )
    _write(landing, "account", OPENED_ON, ACCOUNT, ((f"A{key}", key, OPENED_ON) for key in customers))
    _write(landing, "payment", OPENED_ON, PAYMENT, ())
    for day in days(min(payments), max(payments)):
        _write(landing, "customer", day, CUSTOMER, ())
        _write(landing, "account", day, ACCOUNT, ())
        _write(landing, "payment", day, PAYMENT, payments[day])


def payments_by_day(purchases: Iterable[Purchase]) -> dict[date, list[tuple[object, ...]]]:
    """Landing rows of `payment` by day. The id counts a customer's purchases of a day, in the file's order:
    so the same file gives the same ids, and two equal purchases stay two."""
    seen: Counter[tuple[str, date]] = Counter()
    payments: dict[date, list[tuple[object, ...]]] = defaultdict(list)
    for each in purchases:
        seen[each.customer_id, each.day] += 1
        txn_id = f"{each.customer_id}-{each.day:%Y%m%d}-{seen[each.customer_id, each.day]}"
        paid_at = f"{each.day} 12:00:00"  # the source has no time of day
        payments[each.day].append((txn_id, f"A{each.customer_id}", paid_at, each.amount_fen))
    return payments


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def _write(
    landing: Path, table: str, day: date, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """One file of one day, under its final name only when it is whole."""
    path = landing / table / f"dt={day}" / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".csv.tmp")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    unfinished.replace(path)


if __name__ == "__main__":
    main()
