"""Customers, a small example rulebook, and how to run compiled SQL on them in DuckDB."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from mofang_pipeline.rulebook import Rulebook, parameter_rows, segment_case
from mofang_pipeline.rulebook.columns import COLUMNS

REAL = Path(__file__).resolve().parents[2] / "rulebook"
DAY = date(2026, 3, 31)
YUAN = 100

SMALL = {
    "organisations.csv": (
        "org_code,parent_code,level,name_zh,name_en\n"
        "HQ,,hq,总行,Head office\nP1,HQ,tier1,甲省,Province one\nP2,HQ,tier1,乙省,Province two\n"
        "C1,P1,tier2,甲市,City one\nC2,P1,tier2,乙市,City two\n"
    ),
    "tree.yaml": """
tree: small
parameters:
  window: {type: int, default: 30, min: 7, max: 120, unit: days, set_by: tier2, zh: 窗口, en: Window}
  limit: {type: int, default: 60, set_by: tier1, zh: 上限, en: Limit}
  rich: {type: money, default: 500, min: 0.5, max: 9000, unit: yuan, set_by: hq, zh: 富裕, en: Rich}
constraints: ["window < limit"]
nodes:
  - {id: root, zh: 全部, en: All}
  - {id: NEVER, parent: root, when: "days_since_last_paid is null", zh: 从未, en: Never}
  - {id: NOW, parent: root, when: "days_since_last_paid < :window", zh: 活跃, en: Active}
  - {id: RICH, parent: NOW, when: "aum_fen >= :rich", zh: 富, en: Rich}
  - {id: POOR, parent: NOW, otherwise: true, zh: 贫, en: Poor}
  - {id: GONE, parent: root, otherwise: true, zh: 流失, en: Gone}
  - {id: G_OLD, parent: GONE, when: "age >= 65", zh: 老, en: Old}
  - {id: G_YOUNG, parent: GONE, otherwise: true, zh: 少, en: Young}
""",
}

COLUMN_TYPES = {
    "int": pa.int32(),
    "money": pa.int64(),
    "date": pa.date32(),
    "text": pa.string(),
    "bool": pa.bool_(),
}


def write(folder: Path, changes: dict[str, str] | None = None) -> Path:
    """The small rulebook in `folder`, with these files replaced or added."""
    files = SMALL | (changes or {})
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def customer(**values: Any) -> dict[str, Any]:
    """A row of customer_wide: an adult with a card in Beijing who never bound; all else is 0 or NULL."""
    counts = {name: 0 for name, kind in COLUMNS.items() if kind in ("int", "money") and "days" not in name}
    usual = {"day": DAY, "month_start": DAY.replace(day=1), "province": "110000", "city": "110101"}
    usual |= {"status": "active", "age": 40, "gender": "F", "is_rural": False, "has_mobile": True}
    usual |= {"id_expired": False, "debit_cards": 1, "bindable_cards": 1, "newest_card_age_days": 900}
    return dict.fromkeys(COLUMNS) | counts | {"ever_bound": False} | usual | values


def bound(**values: Any) -> dict[str, Any]:
    """A customer bound to one institution for long who never paid."""
    usual = {"ever_bound": True, "bound_agreements": 1, "bound_institutions": 1, "days_since_first_bind": 700}
    return customer(**usual | values)


def paying(recency: int, **values: Any) -> dict[str, Any]:
    """A bound customer who paid first 500 days ago and last `recency` days ago."""
    usual = {"days_since_last_paid": recency, "days_since_first_paid": 500, "deposit_fen": 500 * YUAN}
    return bound(**usual | values)


def evaluated(sql: str, customers: list[dict[str, Any]], parameters: list[dict[str, Any]]) -> list[Any]:
    """The expression's value for each customer, by DuckDB, with the customer's organisation's parameters."""
    schema = pa.schema([("at", pa.int32()), *((name, COLUMN_TYPES[kind]) for name, kind in COLUMNS.items())])
    wide = pa.Table.from_pylist([{"at": at, **row} for at, row in enumerate(customers)], schema=schema)
    with duckdb.connect() as connection:
        connection.register("wide", wide)
        connection.register("parameters", pa.Table.from_pylist(parameters))
        rows = connection.execute(
            f"select {sql} from wide w left join parameters p on p.org_code = coalesce(w.city, w.province)"
            " and w.day between p.valid_from and p.valid_to order by w.at"
        ).fetchall()
    return [value for (value,) in rows]


def segments(rulebook: Rulebook, customers: list[dict[str, Any]]) -> list[str]:
    return evaluated(segment_case(rulebook), customers, parameter_rows(rulebook, DAY, DAY))


def segment(rulebook: Rulebook, one: dict[str, Any]) -> str:
    return segments(rulebook, [one])[0]
