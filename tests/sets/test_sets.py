"""Sets saved, refused, computed and deleted on the small bank."""

from collections.abc import Callable
from datetime import date
from typing import Any

import dagster as dg
import pytest

from mofang_pipeline import lake
from mofang_pipeline.campaigns import drafts
from mofang_pipeline.cli.application import execute
from mofang_pipeline.definitions import build
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.replay import everywhere, parameters_of
from mofang_pipeline.segment_sets import actions, members, reading
from mofang_pipeline.steps.saved import sets_of_night
from tests.sets import bank

HEAD, TIBET, SICHUAN = "000000", "540000", "510000"


def written(set_id: str, **more: Any) -> dict[str, Any]:
    base = {"set": set_id, "zh": set_id, "owner": {"org": HEAD, "user": "ops"}, "kind": "rolling"}
    return base | more


@pytest.fixture
def save(home: Home) -> Callable[..., None]:
    def one(set_id: str, **more: Any) -> None:
        actions.save(home, actor="ops", org_code=HEAD, written=written(set_id, **more))

    return one


def computed(home: Home, set_id: str, day: date = bank.LAST) -> set[int]:
    """The set's members as the night would find them, without writing."""
    rulebook, sets = actions.known_sets(home)
    with lake.connect(home, read_only=True) as connection:
        plan = members.plan_day(connection, rulebook, sets, day, only={set_id: sets[set_id].latest})
        with members.flagged(connection, rulebook, plan, parameters_of(everywhere(rulebook), day)):
            return {
                row[0] for row in connection.execute(f"select customer_key from {members.ROWS}").fetchall()
            }


def written_down(home: Home, set_id: str, day: date = bank.LAST) -> set[int]:
    """The set's members after a night has written the day."""
    rulebook, sets = actions.known_sets(home)
    with lake.writer(home) as connection:
        members.write_day(connection, rulebook, sets, day)
        found = reading.members(connection, home, set_id, day)
    return {row[-1] for row in found.rows}


def asked(home: Home, condition: str, day: date = bank.LAST) -> set[int]:
    """What plain SQL says."""
    with lake.connect(home, read_only=True) as connection:
        rows = connection.execute(
            "select customer_key from mart.customer_wide join mart.segment_membership using (day, customer_key) "
            f"where day = $day and ({condition})",
            {"day": day},
        ).fetchall()
    return {row[0] for row in rows}


def test_algebra_where_and_other_sets(home: Home, save: Callable[..., None]) -> None:
    save("alg_asleep", members="ASLEEP or LOST", where="age < 50")
    save("alg_rich", where="aum_fen >= 10000000")
    save("alg_both", members="alg_asleep and not alg_rich and not D12")
    expected = asked(home, "segment in ('F1','F2','G1','G2','G3') and age < 50 and aum_fen < 10000000")
    assert computed(home, "alg_both") == expected != set()


def test_who_moved_along_a_link(home: Home, save: Callable[..., None]) -> None:
    save("flow_slid", flow={"from_segment": "ACTIVE", "to_segment": "SLIDING", "days": 7})
    before = asked(home, "segment like 'D%'", bank.FIRST)
    assert computed(home, "flow_slid") == before & asked(home, "segment like 'E%'") != set()


def test_a_move_from_a_day_not_computed_has_no_answer(home: Home, save: Callable[..., None]) -> None:
    save("flow_unknown", flow={"from_segment": "ACTIVE", "to_segment": "SLIDING", "days": 3})
    rulebook, sets = actions.known_sets(home)
    with lake.writer(home) as connection:
        plan = members.plan_day(connection, rulebook, sets, bank.LAST)
    assert "2026-03-05 are not computed" in plan.problems["flow_unknown"]


def test_a_frozen_version_stays_though_the_data_move_on(home: Home, save: Callable[..., None]) -> None:
    save("frozen_asleep", kind="frozen", as_of="2026-03-01", members="ASLEEP")
    fixed = written_down(home, "frozen_asleep", bank.FIRST)
    with lake.writer(home) as connection:
        connection.execute(
            "update mart.segment_membership set segment = 'D12' where segment = 'F1' and day = $day",
            {"day": bank.FIRST},
        )
    again = written_down(home, "frozen_asleep", bank.FIRST)
    with lake.writer(home) as connection:
        bank.compute(home, connection, bank.FIRST)
    assert again == fixed != set()


def test_a_rolling_set_reads_a_frozen_one(home: Home, save: Callable[..., None]) -> None:
    save("frozen_slid", kind="frozen", as_of="2026-03-01", members="SLIDING")
    fixed = written_down(home, "frozen_slid", bank.FIRST)
    save("left_sliding", members="frozen_slid and not SLIDING")
    expected = fixed - asked(home, "segment like 'E%'")
    assert computed(home, "left_sliding") == expected != set()


def test_each_organisation_sees_its_own_customers(home: Home, save: Callable[..., None]) -> None:
    actions.save(
        home, actor="ops", org_code=TIBET,
        written=written("shared", owner={"org": TIBET, "user": "ops"}, members="ASLEEP", share_with=[SICHUAN]),
    )  # fmt: skip
    assert written_down(home, "shared") == asked(
        home, "segment like 'F%' and w.province in ('540000','510000')".replace("w.", "segment_membership.")
    )
    with lake.writer(home) as connection:
        seen = {
            org: reading.members(connection, home, "shared", bank.LAST, org).rows for org in (TIBET, SICHUAN)
        }
        with pytest.raises(Refused, match="not shared with 410000"):
            reading.members(connection, home, "shared", bank.LAST, "410000")
    assert {org: {row[3] for row in rows} for org, rows in seen.items()} == {
        TIBET: {TIBET},
        SICHUAN: {SICHUAN},
    }


def test_every_change_is_a_version(home: Home, save: Callable[..., None]) -> None:
    for text in ("F1", "F1", "F1 or F2", "F1"):
        save("versions", members=text)
    assert len(actions.known_sets(home)[1]["versions"].versions) == 3


def test_circles_are_refused_and_diamonds_are_fine(home: Home, save: Callable[..., None]) -> None:
    save("dia_top", members="F1")
    save("dia_left", members="dia_top")
    save("dia_right", members="dia_top and G2")
    save("dia_end", members="dia_left or dia_right")
    with pytest.raises(Refused, match=r"circle: dia_top -> dia_end -> .* -> dia_top"):
        save("dia_top", members="dia_end")


def test_a_set_in_use_is_not_deleted(home: Home, save: Callable[..., None]) -> None:
    save("del_part", members="F1")
    save("del_whole", members="del_part")
    with pytest.raises(Refused, match="set del_whole depend on it"):
        actions.delete(home, actor="ops", org_code=HEAD, set_id="del_part")
    actions.use(home, actor="ops", org_code=HEAD, set_id="del_whole", by="campaign", by_id="spring")
    with pytest.raises(Refused, match="campaign spring depend on it"):
        actions.delete(home, actor="ops", org_code=HEAD, set_id="del_whole")
    actions.release(home, actor="ops", org_code=HEAD, set_id="del_whole", by="campaign", by_id="spring")
    actions.delete(home, actor="ops", org_code=HEAD, set_id="del_whole")
    with pytest.raises(Refused, match="no segment set del_whole"):
        reading.shown(home, "del_whole")


def test_expired_sets_are_not_computed(home: Home, save: Callable[..., None]) -> None:
    save("expired", members="F1", expires_on="2026-03-07")
    assert computed(home, "expired") == set()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"members": "F1 or NOWHERE"}, "NOWHERE is neither a node nor a set"),
        ({"where": "customer_key = 1"}, "unknown column of customer_wide 'customer_key'"),
        ({"where": "age < 1) or (1 = 1"}, "cannot be read as a condition"),
        ({"members": "F1", "share_with": ["999999"]}, "organisation 999999 is not in"),
        ({"flow": {"from_segment": "D3", "to_segment": "ZZ", "days": 3}}, "there is no node ZZ"),
        ({"members": "F1", "kind": "frozen"}, "as_of is for frozen sets"),
        ({}, "must say who belongs"),
        ({"members": "F1", "owner": {"org": TIBET, "user": "x"}, "where": "age > 'a'"}, "cannot be compared"),
    ],
)
def test_what_is_wrong_is_named(save: Callable[..., None], more: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason.replace("(", r"\(")):
        save("wrong", **more)


def test_others_may_not_change_a_set(home: Home) -> None:
    with pytest.raises(Refused, match="510000 may not change it"):
        actions.save(
            home,
            actor="x",
            org_code=SICHUAN,
            written=written("mine", owner={"org": TIBET, "user": "x"}, members="F1"),
        )


def test_sizes_and_overlaps_meet_the_members(home: Home, save: Callable[..., None]) -> None:
    save("over_a", members="ASLEEP")
    save("over_b", where="age < 40")
    both = written_down(home, "over_a") & computed(home, "over_b")
    with lake.writer(home) as connection:
        rows = reading.overlaps(connection, home, bank.LAST).rows
    assert [row[-1] for row in rows if row[1:3] == ("over_a", "over_b")] == [len(both)]


def test_what_the_portal_saved_is_an_asset_between_its_parts_and_its_uses(
    home: Home, save: Callable[..., None]
) -> None:
    """Of sets that are made of each other, and of a campaign over one; they change no job."""
    save("shown_part", members="ASLEEP")
    save("shown_whole", members="shown_part and not LOST")
    plan = {
        "campaign": "shown", "zh": "示例", "en": "Shown", "audience": {"set": "shown_whole"},
        "arms": {"treatment": 0.9, "control": 0.1}, "window": {"from": "2026-12-01", "to": "2026-12-09"},
    }  # fmt: skip
    drafts.save(home, actor="ops", org_code=HEAD, document=plan)
    graph = build(home).resolve_asset_graph()
    whole = graph.get(dg.AssetKey(["segment_set", "shown_whole"]))
    above, below = ({key.to_user_string() for key in keys} for keys in (whole.parent_keys, whole.child_keys))
    assert (above, below) == ({"segment_membership", "segment_set/shown_part"}, {"campaign_plan/shown"})
    assert not whole.is_materializable


def test_a_night_tells_the_saved_sets_customers_and_uses(home: Home, save: Callable[..., None]) -> None:
    save("told_by_night", members="ASLEEP")
    actions.use(home, actor="ops", org_code=HEAD, set_id="told_by_night", by="push", by_id="p1")
    _, sets = actions.known_sets(home)
    others = frozenset(sets) - {"told_by_night"}
    [told] = sets_of_night(sets, others, {"told_by_night": 7})
    assert {name: value.value for name, value in told.metadata.items()} == {
        "customers": 7, "version": 1, "used by": "push p1",
    }  # fmt: skip


def test_no_members_may_mean_that_they_are_not_computed(
    home: Home, save: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save("just_saved", members="ACTIVE")
    monkeypatch.setenv("MOFANG_HOME", str(home.root))
    monkeypatch.setenv("MOFANG_RULEBOOK", str(home.rulebook))
    assert execute(["sets", "members", "just_saved", "--day", str(bank.LAST)]) == 0
    assert "nobody, unless" in capsys.readouterr().err
