"""Landing zones that the generator's tests read: a long one made once, and views of it."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pytest

from mofang_pipeline.generator import GenerateSummary, generate
from mofang_pipeline.generator.calibration import POPULATION

FIRST, LAST = date(2024, 1, 1), date(2025, 2, 3)
CUSTOMERS = 10_000

ORGANISATIONS = [
    {"org_code": "000000", "parent_code": "", "level": "hq"},
    *({"org_code": code, "parent_code": "000000", "level": "tier1"} for code in POPULATION),
    *(
        {"org_code": f"{code[:2]}{city}00", "parent_code": code, "level": "tier2"}
        for code in POPULATION
        if code.endswith("0000")
        for city in (51, 52, 53)
    ),
]
INSTITUTIONS = [
    {"institution_code": code, "name_zh": name, "valid_from": "", "valid_to": ""}
    for code, name in {
        "wechat": "微信支付",
        "alipay": "支付宝",
        "douyin": "抖音支付",
        "meituan": "美团支付",
        "jd": "京东支付",
        "unionpay": "云闪付",
        "others": "其他机构",
    }.items()
]


@pytest.fixture(scope="session")
def made() -> Callable[..., GenerateSummary]:
    return partial(generate, organisations=ORGANISATIONS, institutions=INSTITUTIONS)


@pytest.fixture(scope="session")
def year(made: Callable[..., GenerateSummary], tmp_path_factory: pytest.TempPathFactory) -> Path:
    landing = tmp_path_factory.mktemp("landing")
    made(landing, customers=CUSTOMERS, first=FIRST, last=LAST, seed=1)
    return landing


@pytest.fixture(scope="session")
def landed(year: Path) -> duckdb.DuckDBPyConnection:
    """A connection with one table per landing table, `dt` included."""
    connection = duckdb.connect()
    for folder in year.iterdir():
        kind = "csv" if any(folder.glob("*/*.csv")) else "parquet"
        connection.execute(
            f"create table {folder.name} as "
            f"from read_{kind}('{folder}/*/*.{kind}', hive_partitioning = true, union_by_name = true)"
        )
    return connection


@pytest.fixture(scope="session")
def number(landed: duckdb.DuckDBPyConnection) -> Callable[[str], float]:
    """The one number that a query returns."""

    def ask(sql: str) -> float:
        row = landed.execute(sql).fetchone()
        assert row is not None
        return float(row[0])

    return ask
