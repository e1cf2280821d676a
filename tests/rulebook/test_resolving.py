"""Which value is in force where and when."""

from datetime import date
from pathlib import Path

import pytest
from rulebook_cases import write

from mofang_pipeline.rulebook import Override, parameter_rows, periods, read_rulebook, resolved, with_override

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
P1 = "org: P1\nvalues: {window: [40, {value: 50, from: 2026-03-01}, {value: 45, from: 2026-02-01}]}\n"
C1 = "org: C1\nvalues: {window: {value: 20, from: 2026-02-01}}\n"


@pytest.mark.parametrize(
    ("org", "day", "expected"),
    [
        ("HQ", MARCH, (30, "hq", "HQ")),
        ("P2", MARCH, (30, "hq", "HQ")),
        ("P1", JANUARY, (40, "tier1", "P1")),
        ("P1", FEBRUARY, (45, "tier1", "P1")),
        ("P1", MARCH, (50, "tier1", "P1")),
        ("C1", JANUARY, (40, "tier1", "P1")),
        ("C1", FEBRUARY, (20, "tier2", "C1")),
        ("C2", MARCH, (50, "tier1", "P1")),
    ],
)
def test_values_come_from_the_nearest_level(
    tmp_path: Path, org: str, day: date, expected: tuple[int, str, str]
) -> None:
    value = resolved(read_rulebook(write(tmp_path, {"branches/P1.yaml": P1, "branches/C1.yaml": C1})), day)[
        org
    ]["window"]
    assert (value.value, value.level, value.org_code) == expected


def test_head_office_may_have_a_branch_file(tmp_path: Path) -> None:
    folder = write(tmp_path, {"branches/HQ.yaml": "org: HQ\nvalues: {rich: 700}\n"})
    assert resolved(read_rulebook(folder), JANUARY)["C1"]["rich"].value == 70_000


def test_yuan_become_fen_exactly(tmp_path: Path) -> None:
    folder = write(tmp_path, {"branches/HQ.yaml": "org: HQ\nvalues: {rich: 0.57}\n"})
    assert resolved(read_rulebook(folder), JANUARY)["HQ"]["rich"].value == 57


def test_of_two_values_from_one_day_the_last_added_holds(tmp_path: Path) -> None:
    small = read_rulebook(write(tmp_path))
    twice = with_override(with_override(small, "P1", "window", Override(40)), "P1", "window", Override(41))
    assert resolved(twice, JANUARY)["P1"]["window"].value == 41


def test_within_a_period_nothing_changes(tmp_path: Path) -> None:
    rulebook = read_rulebook(write(tmp_path, {"branches/P1.yaml": P1}))
    assert periods(rulebook, date(2026, 1, 5), MARCH) == [
        (date(2026, 1, 5), date(2026, 1, 31)),
        (FEBRUARY, date(2026, 2, 28)),
        (MARCH, MARCH),
    ]


def test_a_change_on_the_first_day_starts_no_other_period(tmp_path: Path) -> None:
    rulebook = read_rulebook(write(tmp_path, {"branches/P1.yaml": P1}))
    assert periods(rulebook, MARCH, MARCH) == [(MARCH, MARCH)]


def test_parameter_rows_have_the_published_shape(tmp_path: Path) -> None:
    row = parameter_rows(read_rulebook(write(tmp_path)), JANUARY, MARCH)[0]
    expected = {
        "org_code": "P1",
        "valid_from": JANUARY,
        "valid_to": MARCH,
        "window": 30,
        "limit": 60,
        "rich": 50_000,
    }
    assert {name: row[name] for name in row if name != "rule_version"} == expected


def test_there_is_a_parameter_row_per_branch_city_and_period(tmp_path: Path) -> None:
    rows = parameter_rows(read_rulebook(write(tmp_path, {"branches/P1.yaml": P1})), JANUARY, MARCH)
    assert [row["org_code"] for row in rows] == ["P1", "P2", "C1", "C2"] * 3
