"""A bank of four customers and a handful of CSV files: what the contract leaves out is not needed."""

from datetime import date

import pytest

from mofang_pipeline.home import Home
from tests.pipeline.conftest import run
from tests.pipeline.test_exactness import Reading

FILES = {
    "customer/dt=2026-01-01/a.csv": """customer_id,province_code,opened_on,status,birth_date,mobile
001,410000,2020-01-01,active,1980-05-05,13900000000
002,410000,2020-01-01,active,1980-05-05,13900000000
003,540000,2020-01-01,active,1980-05-05,13900000000
004,540000,2026-01-15,active,,
""",
    "account/dt=2026-01-01/a.csv": """account_id,customer_id,opened_on
A1,001,2020-01-01
A2,002,2020-01-01
A3,003,2020-01-01
""",
    "agreement/dt=2026-01-01/a.csv": """agreement_id,account_id,institution_code,event,event_at
G1,A1,wechat,sign,2025-01-01 10:00:00
G2,A2,wechat,sign,2025-01-01 10:00:00
G3,A3,wechat,sign,2025-01-01 10:00:00
""",
    "payment/dt=2026-01-01/a.csv": """txn_id,account_id,paid_at,amount_fen,kind,original_txn_id
T0,A1,2025-10-01 10:00:00,100,purchase,
T1,A1,2026-01-01 10:00:00,100,purchase,
T2,A2,2026-01-01 10:00:00,500,purchase,
T3,A3,2026-01-01 10:00:00,500,purchase,
""",
    "payment/dt=2026-01-03/a.csv": """txn_id,account_id,paid_at,amount_fen,kind,original_txn_id
R1,A2,2026-01-03 10:00:00,200,refund,T2
R2,A2,2026-01-03 11:00:00,300,refund,T2
""",
    "balance/dt=2026-01-01/a.csv": "account_id,deposit_fen\nA1,50000\nA2,50000\nA3,50000\n",
}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("few")
    for name, text in FILES.items():
        (root / "landing" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "landing" / name).write_text(text, encoding="utf-8")
    home = Home(home=root)
    run(home, date(2026, 1, 30), date(2026, 1, 31))
    run(home, date(2026, 1, 2), date(2026, 1, 3))
    return home


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 2), {1: "D2", 2: "D1", 3: "D1"}),
        (date(2026, 1, 3), {1: "D2", 2: "C3", 3: "D1"}),  # refunded in full by two part refunds: never paid
        (date(2026, 1, 30), {1: "D2", 2: "C3", 3: "D1", 4: "A2"}),  # paid 29 days ago: still active
        (date(2026, 1, 31), {1: "E3", 2: "C3", 3: "D1", 4: "A2"}),  # 30 days ago; 540000 counts 60
    ],
)
def test_segments(few: Home, reading: Reading, day: date, expected: dict[int, str]) -> None:
    rows = reading(few).execute(
        "select customer_key, segment from mart.segment_membership where day = ?", [day]
    )
    assert dict(rows.fetchall()) == expected


def test_status_says_what_has_not_arrived(few: Home, reading: Reading) -> None:
    reasons = (
        reading(few)
        .execute("select distinct reason from mart.day_status where day = '2026-01-31'")
        .fetchall()
    )
    assert reasons == [("customer not arrived; account not arrived; payment not arrived",)]
