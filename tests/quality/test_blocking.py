"""Forty customers, run end to end: a critical check stops the run, readers keep what they had, mending clears it."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from mofang_pipeline import lake, runs
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.serving.publish import Published, published

FIRST = date(2026, 1, 1)
GOOD, BAD = date(2026, 1, 9), date(2026, 1, 10)
CUSTOMERS = range(40)


class Bank:
    """A home of its own whose volumes count from 10 rows; files as a bank hands them over."""

    def __init__(self, root: Path) -> None:
        rulebook = root / "rulebook"
        shutil.copytree(REPOSITORY / "rulebook", rulebook)
        settings = rulebook / "settings.yaml"
        text = settings.read_text(encoding="utf-8").replace("volume_floor: 1000", "volume_floor: 10")
        settings.write_text(text, encoding="utf-8")
        self.home = Home(home=root, rulebook=rulebook)

    def land(self, table: str, day: date, name: str, lines: list[str]) -> None:
        folder = self.home.landing / table / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def land_customers(self, day: date, name: str, status: str, numbers: range) -> None:
        head = "customer_id,province_code,opened_on,status"
        self.land(
            "customer", day, name, [head, *(f"c{number},110000,2020-01-01,{status}" for number in numbers)]
        )

    def land_payments(self, day: date, name: str, numbers: range) -> None:
        head = "txn_id,account_id,paid_at,amount_fen"
        rows = [f"{day}-{number},a{number},{day} 10:00:00,100" for number in numbers]
        self.land("payment", day, name, [head, *rows])

    def set_kept_status(self, status: str) -> None:
        """In the state that the bad day is rolled on from: what only dbt's own tests can then find."""
        with lake.writer(self.home) as connection:
            connection.execute(
                "update int.int_customer_state set status = ? where day = ? and status <> 'closed'",
                [status, GOOD],
            )

    def run(self, day: date) -> str:
        """Computes one day; the reason why not, or nothing."""
        try:
            runs.run_days(self.home, first=day, last=day, progress=lambda _: None)
        except runs.RunFailedError as error:
            return str(error)
        return ""

    def status(self, day: date) -> tuple[bool, bool, str]:
        """(computed, blocked, reason) of Beijing."""
        connection = lake.connect(self.home, read_only=True)
        try:
            row = connection.execute(
                "select computed, blocked, reason from mart.day_status where day = ? and province = '110000'",
                [day],
            ).fetchone()
        finally:
            connection.close()
        assert row
        return row


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What was seen at each stage: a good day, half a file, lost customers, mended."""
    bank = Bank(tmp_path_factory.mktemp("blocking"))
    bank.land_customers(FIRST, "all", "active", CUSTOMERS)
    accounts = [f"a{number},c{number},2020-01-01" for number in CUSTOMERS]
    bank.land("account", FIRST, "all", ["account_id,customer_id,opened_on", *accounts])
    for offset in range((GOOD - FIRST).days + 1):
        bank.land_payments(FIRST + timedelta(days=offset), "all", CUSTOMERS)
    seen: dict[str, object] = {"good": (bank.run(GOOD), bank.status(GOOD))}
    served = published(bank.home)
    bank.land_payments(BAD, "part1", range(3))
    seen["half a file"] = (bank.run(BAD), bank.status(BAD), published(bank.home) == served)
    bank.land_payments(BAD, "part2", range(3, 40))
    bank.land_customers(BAD, "lost", "closed", range(10))
    seen["lost customers"] = (bank.run(BAD), bank.status(BAD), published(bank.home) == served)
    bank.land_customers(BAD, "mended", "active", range(10))
    bank.set_kept_status("asleep")
    seen["unknown status"] = (bank.run(BAD), bank.status(BAD), published(bank.home) == served)
    bank.set_kept_status("active")
    seen["mended"] = (bank.run(BAD), bank.status(BAD), published(bank.home))
    return seen


def test_good_day_is_computed(story: dict[str, object]) -> None:
    assert story["good"] == ("", (True, False, "customer not arrived; account not arrived"))


HALF = f"{BAD} payments_arrived_as_usual: 1 row(s), first payment, *: 3 rows, usual are 40.0"
LOST = f"{BAD} customers_do_not_vanish: 1 row(s), first customer_wide: 30 customers after 40"


@pytest.mark.parametrize(
    ("stage", "check", "line"),
    [("half a file", "landed/payment", HALF), ("lost customers", "customer_wide", LOST)],
)
def test_run_is_blocked_by_name(
    story: dict[str, tuple[str, object]], stage: str, check: str, line: str
) -> None:
    assert story[stage][0].startswith(f"blocked by {check}: quality: {line}")


def test_a_failed_dbt_test_stops_the_run_by_name(story: dict[str, tuple[str, object]]) -> None:
    assert story["unknown status"][0].startswith(
        "blocked by int_customer_state: one_of_int_customer_state_status"
    )


@pytest.mark.parametrize("stage", ["half a file", "lost customers", "unknown status"])
def test_status_says_blocked_and_readers_keep_the_day_before(
    story: dict[str, tuple[str, tuple[bool, bool, str], bool]], stage: str
) -> None:
    _, (computed, blocked, reason), is_served_as_before = story[stage]
    assert (computed, blocked, reason[:9], is_served_as_before) == (False, True, "blocked: ", True)


def test_mended_day_is_computed_and_published(
    story: dict[str, tuple[str, tuple[bool, bool, str], Published]],
) -> None:
    failure, (computed, blocked, _), shown = story["mended"]
    assert (failure, computed, blocked, shown.last_day) == ("", True, False, BAD)
