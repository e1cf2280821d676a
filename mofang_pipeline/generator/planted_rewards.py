"""A campaign's contacts and rewards in a made-up bank, with breaks of every class of the reconciliation.

Landed beside the generator's own files, like the payments of planting.py. Who is meant is told by token and found by
the landed ids. The same call writes the same files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from mofang_pipeline.assignment import place
from mofang_pipeline.generator.calendar import EPOCH
from mofang_pipeline.generator.write import SCHEMAS, LandingFile, write
from mofang_pipeline.landing.identity import hmac_pads, token

FILE, INSTITUTION = "planted", "wechat"
GRANTED_SHARE = 0.3  # of the treated
DAY = timedelta(days=1)
CUSTOMERS = f"""
    select customer_id, {token("customer_id")} as token
    from (select distinct customer_id from read_parquet($accounts, union_by_name = true))
    order by token
"""
Row = dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """`seen_on`: the last day that will be computed, on which something has to be on its way still."""

    campaign: str
    channel: str
    reward_code: str
    amount_fen: int
    first: date
    last: date
    seen_on: date


@dataclass
class Books:
    """Rows by table and day, as they will be landed."""

    of: Planted
    rows: dict[tuple[str, date], list[Row]] = field(default_factory=dict)

    def add(self, table: str, day: date, **row: Any) -> None:
        self.rows.setdefault((table, day), []).append(row)

    def contact(self, customer: str, event: str, hour: int) -> None:
        day = self.of.first
        self.add(
            "campaign_contact", day, contact_id=f"K-{self.of.campaign}-{customer}-{event}",
            campaign_id=self.of.campaign, customer_id=customer, channel=self.of.channel, event=event,
            event_at=_at(day, hour),
        )  # fmt: skip

    def grant(self, grant: str, customer: str, day: date, hour: int = 9) -> None:
        self.add(
            "reward_grant", day, grant_id=grant, campaign_id=self.of.campaign, customer_id=customer,
            reward_code=self.of.reward_code, amount_fen=self.of.amount_fen, granted_at=_at(day, hour),
        )  # fmt: skip

    def state(
        self, statement: str, grant: str, day: date, event: str = "redeem", *, less: int = 0, hour: int = 12
    ) -> None:
        self.add(
            "reward_statement", day, statement_id=statement, institution_code=INSTITUTION, grant_id=grant,
            campaign_id=self.of.campaign, reward_code=self.of.reward_code, event=event,
            amount_fen=self.of.amount_fen - less, event_at=_at(day, hour), txn_id=f"T-{statement}",
        )  # fmt: skip

    def post(self, statement: str, day: date, *, refund: bool = False, less: int = 0) -> None:
        amount = self.of.amount_fen - less
        self.add(
            "reward_ledger", day, entry_id=f"L-{statement}", statement_id=statement, campaign_id=self.of.campaign,
            amount_fen=-amount if refund else amount, posted_on=day,
        )  # fmt: skip

    def redeemed(self, grant: str, customer: str, day: date, **how: Any) -> None:
        """Granted, redeemed on the same day, posted on the next."""
        self.grant(grant, customer, day)
        self.state(f"S-{grant}", grant, day, **how)
        self.post(f"S-{grant}", day + DAY, less=how.get("less", 0))


def plant_rewards(
    landing: Path,
    arms: Mapping[str, str],
    planted: Planted,
    *,
    token_key: bytes,
    listed: frozenset[str] | None = None,
) -> dict[str, int]:
    """Contacts for all of `arms` (token -> arm) but control, rewards for some of them; rows written by table.

    `listed`: the tokens of the treated who are on the channel's list; only they are contacted, and rewarded first.
    """
    books = Books(planted)
    treated, control, strangers = _customers(landing, arms, token_key, listed or frozenset())
    for number, customer in enumerate(treated if listed is None else treated[: len(listed)]):
        books.contact(customer, "sent", 9)
        books.contact(customer, "failed" if number % 25 == 0 else "delivered", 10)
        if number % 4 == 1:
            books.contact(customer, "opened", 11)
    rewarded = treated[: round(len(treated) * GRANTED_SHARE)]
    for number, (customer, plant) in enumerate(zip(rewarded, _in_turn(len(rewarded)), strict=True)):
        day = planted.first + DAY * (number % ((planted.last - planted.first).days))
        plant(books, f"{planted.campaign}-{number:04d}", customer, day)
    for arm, customers in (("control", control), ("stranger", strangers)):
        for number, customer in enumerate(customers[:2]):
            books.redeemed(f"{planted.campaign}-{arm}-{number}", customer, planted.first)
    return _written(landing, books)


def _in_turn(rewarded: int) -> Iterator[Any]:
    """Every break once, then of three customers two who redeem and one who does not."""
    for number in range(rewarded):
        yield FATES[number] if number < len(FATES) else (Books.redeemed if number % 3 else _unredeemed)


def _unredeemed(books: Books, grant: str, customer: str, day: date) -> None:
    books.grant(grant, customer, day)


def _duplicate(books: Books, grant: str, customer: str, day: date) -> None:
    books.redeemed(grant, customer, day)
    books.state(f"S2-{grant}", grant, day, hour=15)
    books.post(f"S2-{grant}", day + DAY)


def _ungranted(books: Books, grant: str, customer: str, day: date) -> None:
    books.redeemed(grant, customer, day)
    books.state(f"S-U-{grant}", f"U-{grant}", day)
    books.post(f"S-U-{grant}", day + DAY)


def _refund_alone(books: Books, grant: str, customer: str, day: date) -> None:
    books.grant(grant, customer, day)
    books.state(f"S-{grant}", grant, day, "refund")
    books.post(f"S-{grant}", day + DAY, refund=True)


def _outside_window(books: Books, grant: str, customer: str, day: date) -> None:
    books.grant(grant, customer, day)
    books.state(f"S-{grant}", grant, books.of.last + DAY)
    books.post(f"S-{grant}", books.of.last + 2 * DAY)


def _over_cap(books: Books, grant: str, customer: str, day: date) -> None:
    books.redeemed(grant, customer, day)
    books.grant(f"{grant}-again", customer, day, hour=18)


def _amount_difference(books: Books, grant: str, customer: str, day: date) -> None:
    books.redeemed(grant, customer, day, less=50)


def _missing_ledger(books: Books, grant: str, customer: str, day: date) -> None:
    books.grant(grant, customer, day)
    books.state(f"S-{grant}", grant, day)


def _missing_statement(books: Books, grant: str, customer: str, day: date) -> None:
    books.grant(grant, customer, day)
    books.post(f"S-{grant}", day + DAY)


def _on_its_way(books: Books, grant: str, customer: str, day: date) -> None:
    books.grant(grant, customer, day)
    books.post(f"S-{grant}", books.of.seen_on)


def _refunded(books: Books, grant: str, customer: str, day: date) -> None:
    books.redeemed(grant, customer, day)
    books.state(f"S-R-{grant}", grant, day, "refund", hour=16)
    books.post(f"S-R-{grant}", day + DAY, refund=True)


FATES = (
    _duplicate, _ungranted, _refund_alone, _outside_window, _over_cap, _amount_difference, _missing_ledger,
    _missing_statement, _on_its_way, _refunded,
)  # fmt: skip


def _customers(
    landing: Path, arms: Mapping[str, str], token_key: bytes, listed: frozenset[str]
) -> tuple[list[str], list[str], list[str]]:
    """(treated, control, not in the audience), in an order of chance that is always the same; who is listed first."""
    inner, outer = hmac_pads(token_key)
    values = {"accounts": str(landing / "account" / "dt=*" / "*.parquet"), "inner": inner, "outer": outer}
    with duckdb.connect() as connection:
        known: Sequence[tuple[str, str]] = connection.execute(CUSTOMERS, values).fetchall()
    shuffled = sorted(known, key=lambda each: (each[1] not in listed, place("planted rewards", each[1])))
    sides: tuple[list[str], list[str], list[str]] = ([], [], [])
    for customer, name in shuffled:
        arm = arms.get(name)
        sides[2 if arm is None else 1 if arm == "control" else 0].append(customer)
    return sides


def _written(landing: Path, books: Books) -> dict[str, int]:
    written: dict[str, int] = {}
    for (table, day), rows in sorted(books.rows.items()):
        schema = SCHEMAS[table]
        columns = {name: [row[name] for row in rows] for name in schema.names}
        write(landing, LandingFile(table, (day - EPOCH).days, FILE, pa.table(columns, schema=schema)))
        written[table] = written.get(table, 0) + len(rows)
    return written


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour))
