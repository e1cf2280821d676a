"""The funnel: every candidate is pushed or left out for the first reason that fits, and receipts split the pushed."""

import hashlib
import random
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofang_pipeline import assignment, lake, published
from mofang_pipeline.control import database
from mofang_pipeline.detokenise import detokenise
from mofang_pipeline.home import Home
from mofang_pipeline.push import actions, books, candidates, leavers, state
from mofang_pipeline.push.channels import channel
from mofang_pipeline.push.model import PUSHED, REASONS, Key, funnel, outcome
from mofang_pipeline.refusals import Refused
from mofang_pipeline.replay import everywhere
from mofang_pipeline.segment_sets import actions as set_actions
from tests.sets import bank

CASES = st.fixed_dictionaries(
    {
        "consents": st.booleans(),
        "blocked": st.booleans(),
        "contacts": st.integers(0, 4),
        "cap": st.integers(0, 3),
        "claimed": st.booleans(),
        "held_out": st.booleans(),
    }
)


@given(st.lists(CASES, max_size=40))
def test_the_funnel_adds_up(cases: list[dict[str, Any]]) -> None:
    found = funnel(Counter(outcome(**case) for case in cases))
    assert found.candidates == found.pushed + sum(found.left_out.values()) == len(cases)


@given(CASES)
def test_only_who_may_be_pushed_is(case: dict[str, Any]) -> None:
    free = case["consents"] and not (case["blocked"] or case["claimed"] or case["held_out"])
    capped = 0 < case["cap"] <= case["contacts"]
    assert (outcome(**case) == PUSHED) == (free and not capped)


def test_an_unknown_reason_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place in the funnel for whim"):
        funnel({"whim": 1})


def save(home: Home, set_id: str, **more: Any) -> None:
    base = {"set": set_id, "zh": "试", "owner": {"org": "000000", "user": "x"}, "kind": "rolling"}
    set_actions.save(home, actor="x", org_code="000000", written=base | more)


def push(
    home: Home, set_id: str, channel_name: str = "sms", as_of: date = bank.LAST, **more: Any
) -> dict[str, Any]:
    return actions.push(home, actor="x", set_id=set_id, channel_name=channel_name, as_of=as_of, **more)


def rows(home: Home, query: str, **values: Any) -> list[tuple[Any, ...]]:
    with lake.connect(home, read_only=True) as connection:
        return connection.execute(query, values).fetchall()


@pytest.fixture
def landed(home: Home) -> dict[int, dict[str, Any]]:
    """On FIRST: contacts, complaints and campaigns of random customers, as landed and as the twin takes them."""
    draw = random.Random(5)
    facts = {
        number: {
            "consents": number % 5 != 0,
            "blocked": draw.random() < 0.1,
            "contacts": draw.choice([0, 0, 0, 1, 2, 3]),
            "claimed": draw.random() < 0.1,
        }
        for number in range(1, bank.CUSTOMERS + 1)
    }
    with lake.writer(home) as connection:
        for listed, dt in ((True, bank.FIRST), (False, bank.FIRST + timedelta(days=1))):
            block = [(dt, 1, number, number, listed) for number, each in facts.items() if each["blocked"]]
            published.insert_rows(
                connection, "landed.do_not_contact (dt, load_id, seq, customer_key, listed)", block
            )
        days = [
            (bank.FIRST - timedelta(days=nth), number)
            for number, each in facts.items() for nth in range(each["contacts"])
        ]  # fmt: skip
        connection.execute(
            "insert into landed.campaign_contact by name select unnest($days) as event_day, "
            "unnest($numbers) as customer_key, uuid() as contact_key, 'sent' as event, cast(1 as smallint) as sign",
            {"days": [each[0] for each in days], "numbers": [each[1] for each in days]},
        )
        connection.execute(
            "insert into mart.campaign by name select 'spring' as campaign, 'live' as state, $day as from_day, "
            "$day as to_day, 1 as priority",
            {"day": bank.FIRST},
        )
        claimed = [
            ("spring", number, "", "treatment", bank.FIRST)
            for number, each in facts.items()
            if each["claimed"]
        ]
        published.insert_rows(connection, "mart.campaign_audience", claimed)
    return facts


def test_the_query_and_its_twin_agree(home: Home, landed: dict[int, dict[str, Any]]) -> None:
    save(home, "funnel_twin", where="age > 0")
    manifest = push(home, "funnel_twin", as_of=bank.FIRST)
    key = Key("funnel_twin", 1, "sms", bank.FIRST, "000000")
    sms = channel(home.rulebook, "sms")
    expected = {
        number: outcome(
            **facts,
            cap=sms.contacts,
            held_out=assignment.place(candidates.salt(key), bank.token(number))
            < assignment.places_of(sms.holdout),
        )
        for number, facts in landed.items()
    }
    found = dict(
        rows(
            home, "select customer_key, outcome from int.push_row where push_id = $id", id=manifest["push_id"]
        )
    )
    assert found == expected
    assert set(expected.values()) == {*REASONS, PUSHED}


def test_lists_of_one_channel_count_as_contacts(home: Home) -> None:
    for number in (1, 2, 3):
        save(home, f"capped_{number}", members="G2")
    pushed = [push(home, f"capped_{number}", "sms")["funnel"] for number in (1, 2, 3)]
    assert [each["pushed"] > 0 for each in pushed] == [True, True, False]
    assert pushed[2]["frequency_cap"] > 0


def test_a_part_pushed_alone_is_not_pushed_again_with_the_whole(home: Home) -> None:
    save(home, "parts", members="G2", share_with=["540000"])
    part = push(home, "parts", "free", org_code="540000")["funnel"]
    whole = push(home, "parts", "free")["funnel"]
    assert (part["pushed"] > 0, whole["frequency_cap"]) == (True, part["pushed"])


def test_only_what_the_channel_may_see_is_handed_over(home: Home, tmp_path: Path) -> None:
    save(home, "columns", members="F1")
    manifest = push(home, "columns", "free", to=str(tmp_path))
    lines = (tmp_path / manifest["push_id"] / "part-0001.csv").read_text().splitlines()
    assert lines[0] == "token,province,segment"
    assert all(len(line.split(",")[0]) == 64 for line in lines[1:])


def test_receipts_split_the_pushed(home: Home) -> None:
    save(home, "receipts", members="F1")
    push_id = push(home, "receipts", "free")["push_id"]
    tokens = [
        row[0]
        for row in rows(
            home, "select token from mart.push_row_status where push_id = $id order by 1", id=push_id
        )
    ]
    told = [
        ("r1", tokens[0], "rejected", "bad number", 9),
        ("r2", tokens[0], "accepted", None, 10),  # the last word counts
        ("r3", tokens[1], "rejected", "bad number", 9),
    ]
    with lake.writer(home) as connection:
        for receipt, token, said, reason, hour in told:
            connection.execute(
                "insert into landed.push_receipt by name select $r as receipt_id, $p as push_id, $t as token, "
                "$o as outcome, $w as reason, $at as received_at, cast(1 as smallint) as sign, $day as event_day",
                {"r": receipt, "p": push_id, "t": token, "o": said, "w": reason,
                 "at": datetime(2026, 3, 9, hour), "day": date(2026, 3, 9)},
            )  # fmt: skip
    counts = rows(
        home,
        "select accepted, rejected, pushed - pending from mart.push_manifest where push_id = $id",
        id=push_id,
    )
    assert counts == [(1, 1, 2)]


def leaver_causes(home: Home, push_id: str) -> Counter[str]:
    rulebook, sets = set_actions.known_sets(home)
    pushes = {push_id: state.read(database.engine(home))[push_id]}
    with lake.writer(home) as connection:
        books.write_pushes(connection, state.read(database.engine(home)))
        night = leavers.Night(
            bank.LAST, rulebook, sets, dict.fromkeys((bank.FIRST, bank.LAST), everywhere(rulebook))
        )
        leavers.write_day(connection, night, pushes)
        found = connection.execute(
            "select cause from mart.push_leaver where push_id = $id", {"id": push_id}
        ).fetchall()
    return Counter(row[0] for row in found)


def test_who_left_by_behaviour_and_who_by_rule(home: Home) -> None:
    save(home, "leaving", members="SLIDING")
    push_id = push(home, "leaving", "free", as_of=bank.FIRST)["push_id"]
    behaviour = leaver_causes(home, push_id)
    save(home, "leaving", members="SLIDING", where="age < 40")
    both = leaver_causes(home, push_id)
    assert set(behaviour) == {"behaviour"}
    assert both["behaviour"] == behaviour["behaviour"]
    assert both["rule"] > 0


def test_a_day_that_is_not_computed_is_refused(home: Home) -> None:
    save(home, "too_early", members="F1")
    with pytest.raises(Refused, match="segments of 2026-02-01 are not computed"):
        push(home, "too_early", as_of=date(2026, 2, 1))


def test_a_set_whose_list_is_out_is_not_deleted(home: Home) -> None:
    save(home, "list_out", members="F1")
    push(home, "list_out", "free")
    with pytest.raises(Refused, match="push list_out-v1-free-20260308"):
        set_actions.delete(home, actor="x", org_code="000000", set_id="list_out")


def test_changed_files_are_not_handed_over(home: Home, tmp_path: Path) -> None:
    save(home, "changed", members="F1")
    push_id = push(home, "changed", "free", to=str(tmp_path / "one"))["push_id"]
    with (home.root / "push" / push_id / "part-0001.csv").open("a") as file:
        file.write("x")
    with pytest.raises(Refused, match="gone or changed"):
        push(home, "changed", "free", to=str(tmp_path / "two"))


def test_ids_come_back_with_the_key_alone(tmp_path: Path) -> None:
    import hmac

    key = b"k" * 32
    folder = tmp_path / "landing" / "customer" / "dt=2026-03-01"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("customer_id,mobile\n0012,1\n0013,2\n")
    token = hmac.new(key, b"0013", hashlib.sha256).hexdigest()
    (tmp_path / "list.csv").write_text(f"token,province\n{token},540000\n")
    for name, content in (("key", key.hex()), ("wrong", "00" * 32)):
        (tmp_path / name).write_text(content)
    assert detokenise(tmp_path / "list.csv", tmp_path / "landing", tmp_path / "key") == [(token, "0013")]
    for name in ("wrong", "none"):
        with pytest.raises(Refused, match="key"):
            detokenise(tmp_path / "list.csv", tmp_path / "landing", tmp_path / name)
