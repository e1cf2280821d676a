"""Deciding breaks and confirming matches: what holds when, and what a user sees of it at once."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mofang_pipeline import lake, published
from mofang_pipeline.cli.application import execute
from mofang_pipeline.control.log import Entry
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables
from mofang_pipeline.reconciliation import decisions, work_list
from mofang_pipeline.reconciliation.decisions import CONFIRMED, DECIDED, KEY, WITHDRAWN, Choice
from mofang_pipeline.refusals import Refused
from tests.reconciliation.conftest import Books, grant, on, posted, stated

BREAK = dict(zip(KEY, ("C1", "duplicate", "statement", "t", 1000), strict=True))


def entry(seq: int, day: int, action: str = DECIDED, **said: Any) -> Entry:
    payload = {**(BREAK if action == DECIDED else {}), "as_of": on(day).isoformat(), **said}
    return Entry(seq, datetime(2026, 3, 1, tzinfo=UTC), f"user{seq}", action, "C1 t", None, payload, "")


def held(entries: list[Entry], day: int) -> Choice | None:
    found = [
        each.choice
        for each in decisions.decisions(entries)
        if each.valid_from <= on(day) and (each.valid_to is None or on(day) < each.valid_to)
    ]
    assert len(found) <= 1
    return found[0] if found else None


FIRST = entry(1, 2, owner="li", note="asked")
SECOND = entry(2, 5, resolution="claimed")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (1, None),
        (2, Choice("li", None, "asked")),
        (4, Choice("li", None, "asked")),
        (5, Choice("li", "claimed", "asked")),
    ],
)
def test_a_decision_holds_from_its_day_until_the_next_adds_to_it(day: int, expected: Choice | None) -> None:
    assert held([FIRST, SECOND], day) == expected


def test_one_made_later_for_an_earlier_day_wins() -> None:
    assert held([SECOND, entry(3, 3, resolution="accepted")], 6) == Choice(None, "accepted", None)


def test_open_takes_a_resolution_back() -> None:
    assert held([SECOND, entry(3, 6, resolution="open")], 6) == Choice(None, None, None)


def test_a_match_holds_until_it_is_taken_back() -> None:
    rows = {"campaign": "C1", "match_id": "M-a", "grants": ["a", "b"], "statements": ["s"]}
    [match] = decisions.matches(
        [entry(1, 2, CONFIRMED, **rows), entry(2, 4, WITHDRAWN, campaign="C1", match_id="M-a")]
    )
    assert [match.holds(on(day)) for day in (1, 2, 3, 4)] == [False, True, True, False]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A lake with a duplicate and a redemption of two grants, reconciled on day 3."""
    made = Home(home=tmp_path_factory.mktemp("decisions"))
    with lake.writer(made) as connection:
        tables.create_tables(connection)
        published.create_tables(connection)
        connection.execute(published.statement("views/reconciliation"))
        books = Books(connection)
        books.land([grant("g"), stated("s", "g"), posted("p", "s"), stated("t", "g", 1), posted("q", "t", 1)])
        several = {"customer_key": 7}
        books.land([grant("a", 0, **several), grant("b", 1, **several), stated("u", "a", 2, 2000)])
        books.reconcile(3)
    yield made


@pytest.fixture
def mofang(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    monkeypatch.setenv("MOFANG_HOME", str(home.root))

    def run(*arguments: str, prints: bool = True) -> Any:
        status = execute([*arguments, *(["--format", "json"] if prints else [])])
        printed = capsys.readouterr()
        return json.loads(printed.out) if prints and not status else (status, printed.err.strip())

    return run


def test_a_decision_is_seen_at_once(home: Home, mofang: Callable[..., Any]) -> None:
    mofang(
        "breaks",
        "decide",
        "C1",
        "t",
        "--resolution",
        "claimed",
        "--owner",
        "li",
        "--by",
        "wang",
        prints=False,
    )
    [shown] = mofang("breaks", "list", "--class", "duplicate")
    assert [shown[name] for name in ("item_id", "difference_fen", "age_days", "owner", "resolution", "decided_by")] == [
        "t", 1000, 2, "li", "claimed", "wang",
    ]  # fmt: skip


def test_decisions_are_published_with_the_next_night(home: Home) -> None:
    decisions.decide(home, actor="wang", campaign="C1", item_id="t", choice=Choice(note="seen"))
    with lake.writer(home) as connection:
        decisions.publish(connection, decisions.read(home))
        found = connection.execute("select note from mart.campaign_break where item_id = 't'").fetchall()
    assert found == [("seen",)]


def test_a_confirmed_match_is_counted_by_the_next_reconciliation(
    home: Home, mofang: Callable[..., Any]
) -> None:
    [suggested] = mofang("breaks", "matches")
    assert suggested["grants"] == ["a", "b"]
    mofang("breaks", "confirm", "C1", suggested["match_id"], "--by", "wang", prints=False)
    with lake.writer(home) as connection:
        books = Books(connection, matches=decisions.matches(decisions.read(home)))
        books.reconcile(3)
        found = work_list.breaks(connection, [], work_list.Scope(on(3), visible=["C1"]))
    assert [each["item_id"] for each in found] == ["t", "M-a"]  # not posted yet, but one item


@pytest.mark.parametrize(
    ("choice", "item", "message"),
    [
        (Choice(resolution="claimed"), "nobody", "C1 has no open item nobody on 2026-03-04"),
        (Choice(resolution="eaten"), "t", "resolution 'eaten': use one of accepted,"),
        (Choice(), "t", "say an owner, a resolution or a note"),
    ],
)
def test_what_may_not_be_decided(home: Home, choice: Choice, item: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        decisions.decide(home, actor="wang", campaign="C1", item_id=item, choice=choice)


def test_unknown_class_is_a_usage_error(mofang: Callable[..., Any]) -> None:
    status, error = mofang("breaks", "list", "--class", "lost")
    assert (status, error[:36]) == (2, "mofang: Invalid value: --class lost:"[:36])


def test_dates_are_read(mofang: Callable[..., Any]) -> None:
    assert mofang("breaks", "list", "--as-of", str(date(2020, 1, 1))) == []
