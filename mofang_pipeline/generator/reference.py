"""The tables that customers are placed in: homes (branch and city), institutions and the habit of using them.

Everything here is made once from the rulebook's rows and calibration; nothing depends on days or customers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from mofang_pipeline.generator import calibration
from mofang_pipeline.generator.calendar import BusyDay, day_number
from mofang_pipeline.generator.draws import lottery

HOME_TICKETS = 65536
HABITS = 512
PICK_TICKETS = 64
MOST_INSTITUTIONS = 5

Row = Mapping[str, object]


@dataclass(frozen=True)
class Institution:
    """A wallet; `valid_from` and `valid_to` in days since 1970-01-01, `share` of all payments."""

    code: str
    share: float
    union_pay: bool
    valid_from: int
    valid_to: int | None


def load(
    connection: duckdb.DuckDBPyConnection,
    organisations: Iterable[Row],
    institutions: Iterable[Row],
    days: Iterable[BusyDay],
) -> None:
    """Create the tables home, age_band, institution, habit, habit_pick and busy_day."""
    wallets = read_institutions(institutions)
    orders = habits(wallets)
    _create(connection, "home", home_rows(list(organisations)))
    _create(connection, "age_band", _age_rows())
    _create(connection, "institution", [vars(w) | {"wallet": i} for i, w in enumerate(wallets)])
    _create(connection, "habit", _habit_rows(orders))
    _create(connection, "habit_pick", _pick_rows(orders, [wallet.share for wallet in wallets]))
    _create(connection, "busy_day", [vars(day) for day in days])


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, object]]) -> None:
    connection.from_arrow(pa.Table.from_pylist(rows)).create(name)


# Homes ------------------------------------------------------------------------------------------------


def home_rows(organisations: list[Row]) -> list[dict[str, object]]:
    """One row per ticket 0..65535: branch, city (None in a county unit), rural share, branch's tickets."""
    branches = [str(row["org_code"]) for row in organisations if row["level"] == "tier1"]
    if not branches:
        raise ValueError("organisations: no row has level tier1; the generator needs at least one branch")
    other = calibration.POPULATION_OF_OTHER_BRANCHES
    won = lottery([calibration.POPULATION.get(code, other) for code in branches], HOME_TICKETS)
    tickets = {code: won.count(index) for index, code in enumerate(branches)}
    rows: list[dict[str, object]] = []
    for code in branches:
        rows += _branch_rows(code, _cities_of(code, organisations), len(rows), tickets[code])
    return rows


def _cities_of(branch: str, organisations: list[Row]) -> list[str]:
    return [
        str(row["org_code"])
        for row in organisations
        if row["level"] == "tier2" and str(row["parent_code"]) == branch
    ]


def _branch_rows(branch: str, cities: list[str], start: int, tickets: int) -> list[dict[str, object]]:
    """Sizes of cities fall off with their rank in the code list, where the capital comes first."""
    sizes = [1.0 + 2.0 / (rank + 1) for rank in range(len(cities))]
    outside = calibration.WITHOUT_CITY.get(branch, 0.0) if cities else 1.0
    weights = [size / sum(sizes) * (1 - outside) for size in sizes] + [outside]
    urban = branch in calibration.URBAN_BRANCHES
    rural = calibration.RURAL_SHARE_OF_URBAN_BRANCHES if urban else calibration.RURAL_SHARE
    options: list[str | None] = [*cities, None]
    return [
        {
            "ticket": start + offset, "branch": branch, "city": options[won],
            "rural": rural, "start": start, "tickets": tickets,
        }
        for offset, won in enumerate(lottery(weights, tickets))
    ]  # fmt: skip


def _age_rows() -> list[dict[str, object]]:
    won = lottery([share for _, _, share in calibration.AGE_BANDS], 1000)
    return [
        {"ticket": n, "low": calibration.AGE_BANDS[i][0], "high": calibration.AGE_BANDS[i][1]}
        for n, i in enumerate(won)
    ]


# Institutions and habits ------------------------------------------------------------------------------


def read_institutions(rows: Iterable[Row]) -> list[Institution]:
    """The rulebook's institutions with their share of payments, the ones that never end first."""
    listed = list(rows)
    if not listed:
        raise ValueError("institutions: the list is empty; the generator needs at least one institution")
    others = sum(_known_share(row) is None for row in listed) or 1
    wallets = [_institution(row, calibration.PAYMENT_SHARE_OF_OTHERS / others) for row in listed]
    return sorted(wallets, key=lambda wallet: wallet.valid_to is not None)


def _institution(row: Row, share_of_other: float) -> Institution:
    share = _known_share(row)
    return Institution(
        code=str(row["institution_code"]),
        share=share_of_other if share is None else share,
        union_pay="云闪付" in str(row.get("name_zh", "")) or "银联" in str(row.get("name_zh", "")),
        valid_from=_day(row.get("valid_from")) or 0,
        valid_to=_day(row.get("valid_to")),
    )


def _known_share(row: Row) -> float | None:
    name = str(row.get("name_zh", ""))
    return next((share for known, share in calibration.PAYMENT_SHARE.items() if known in name), None)


def _day(value: object) -> int | None:
    if value is None or value == "":
        return None
    return day_number(value if isinstance(value, date) else date.fromisoformat(str(value)))


def habits(wallets: list[Institution]) -> list[list[int]]:
    """512 orders in which customers sign institutions; the first of each order is their main one."""
    chance = Random(20200101)
    lasting = [0.0 if wallet.valid_to is not None else wallet.share for wallet in wallets]
    mains = lottery(lasting if any(lasting) else [wallet.share for wallet in wallets], HABITS)
    return [[main, *_others(main, wallets, chance)] for main in mains]


def _others(main: int, wallets: list[Institution], chance: Random) -> list[int]:
    def arrival(index: int) -> float:
        return chance.expovariate(1.0) / wallets[index].share

    arrivals = {index: arrival(index) for index in range(len(wallets)) if index != main}
    return sorted(arrivals, key=lambda index: arrivals[index])[: MOST_INSTITUTIONS - 1]


def _habit_rows(orders: list[list[int]]) -> list[dict[str, object]]:
    return [
        {"habit": habit, "rank": rank, "wallet": wallet}
        for habit, order in enumerate(orders)
        for rank, wallet in enumerate(order, start=1)
    ]


def _pick_rows(orders: list[list[int]], shares: list[float]) -> list[dict[str, object]]:
    """Which rank a payment uses, per habit, number of institutions and ticket 0..63."""
    weights = fitted_weights(orders, shares)
    return [
        {"slot": (habit * 8 + planned) * PICK_TICKETS + ticket, "rank": won + 1}
        for habit, order in enumerate(orders)
        for planned, _ in calibration.INSTITUTIONS_PLANNED
        for ticket, won in enumerate(lottery([weights[i] for i in order[:planned]], PICK_TICKETS))
    ]


def fitted_weights(orders: list[list[int]], shares: list[float]) -> list[float]:
    """Weights with which customers choose among their institutions so that payments come out as `shares`."""
    weights = list(shares)
    for _ in range(60):
        used = _expected_use(orders, weights)
        weights = [
            w * (share / total) ** 0.5 if total else w
            for w, share, total in zip(weights, shares, used, strict=True)
        ]
    return weights


def _expected_use(orders: list[list[int]], weights: list[float]) -> list[float]:
    used = [0.0] * len(weights)
    for order in orders:
        for planned, share in calibration.INSTITUTIONS_PLANNED:
            chosen = order[:planned]
            total = sum(weights[index] for index in chosen)
            for index in chosen:
                used[index] += share * weights[index] / total / len(orders)
    return used
