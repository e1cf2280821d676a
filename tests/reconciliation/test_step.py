"""The step as Dagster runs it: two days in one run, and the checks that hold back what does not add up."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pytest

from mofang_pipeline import lake, published
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables
from mofang_pipeline.quality.identities import run_identities
from mofang_pipeline.steps import reconciliation
from mofang_pipeline.steps.resources import Mofang
from tests.reconciliation.conftest import START, Books, grant, on, posted, stated


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(home=tmp_path_factory.mktemp("step"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MOFANG_HOME", str(made.root))
        with lake.writer(made) as connection:
            tables.create_tables(connection)
            published.create_tables(connection)
            connection.execute(published.statement("views/reconciliation"))
            books = Books(connection)
            books.land([grant("g"), stated("s", "g"), posted("p", "s"), stated("t", "g", 1)])
            books.land([stated("x", "unknown", 2)])
        run(1, 2)
        yield made


def run(first: int, last: int) -> None:
    days = dg.DailyPartitionsDefinition(str(START), end_date=str(START + timedelta(9)))
    result = dg.materialize(
        [reconciliation.build(days)],
        resources={"mofang": Mofang()},
        tags={
            "dagster/asset_partition_range_start": str(on(first)),
            "dagster/asset_partition_range_end": str(on(last)),
        },
    )
    assert result.success


def test_both_days_are_there(home: Home) -> None:
    with lake.writer(home) as connection:
        found = connection.execute(
            "select day, class, age_days from mart.campaign_break order by all"
        ).fetchall()
    assert found == [(on(1), "duplicate", 0), (on(2), "duplicate", 1), (on(2), "ungranted", 0)]


def test_identities_hold(home: Home) -> None:
    with lake.writer(home) as connection:
        results = [
            each
            for table in reconciliation.TABLES
            for each in run_identities(connection, table, [on(1), on(2)])
        ]
    assert (len(results), [each for each in results if not each.passed]) == (6, [])


def test_a_late_load_restates_its_days(home: Home) -> None:
    with lake.writer(home) as connection:
        Books(connection, loads=2).land([posted("q", "t", 1)], known=1)
    run(3, 3)
    with lake.writer(home) as connection:
        found = connection.execute(
            "select day, sum(ledger_rows) from mart.campaign_reconciliation group by day order by day"
        ).fetchall()
    assert found == [(on(1), 2), (on(2), 2), (on(3), 2)]
