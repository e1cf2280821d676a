"""The overview's numbers are SQL's, within the viewer's scope, and give no small count away."""

from contextlib import closing

import pytest

from mofang_pipeline import lake
from tests.superset.portal_client import Portal

DAY = "2026-11-19"

CUSTOMERS = """
    select node_id, customers from mart.segment_profile_daily
    where day = ? and org_code = ? and node_id in ('root', 'BOUND', 'ACTIVE', 'SLIDING', 'ASLEEP', 'LOST')
"""


def counted(home, day, org):
    with closing(lake.connect(home, read_only=True)) as connection:
        connection.execute("use lake.mart")
        return dict(connection.execute(CUSTOMERS, [day, org]).fetchall())


def shown(figures):
    names = {"root": "customers", "BOUND": "bound"} | {
        name.upper(): name for name in ("active", "sliding", "asleep", "lost")
    }
    return {node: figures[name] for node, name in names.items()}


def test_figures_are_the_profiles(scratch, head_office):
    found = head_office.get("/overview/figures", day=DAY).json()
    assert shown(found["whole"]["now"]) == counted(scratch, DAY, "000000")
    assert shown(found["whole"]["before"]["1"]) == counted(scratch, "2026-11-18", "000000")
    assert (len(found["whole"]["line"]), found["whole"]["before"]["30"]) == (5, {})


def test_head_office_sees_every_branch_and_they_add_up(scratch, head_office):
    found = head_office.get("/overview/figures", day=DAY).json()
    assert [len(found["below"]), {each["level"] for each in found["below"]}] == [36, {"tier1"}]
    for name in ("customers", "active", "lost"):
        below = sum(each["now"].get(name, 0) for each in found["below"])
        assert below == found["whole"]["now"][name]
    yunnan = next(each for each in found["below"] if each["org_code"] == "530000")
    assert shown(yunnan["now"]) == counted(scratch, DAY, "530000")


def test_shares_are_of_customers_and_of_bound(head_office):
    now = head_office.get("/overview/figures", day=DAY).json()["whole"]["now"]
    assert now["bound_share"] == pytest.approx(now["bound"] / now["customers"])
    assert now["active_share"] == pytest.approx(now["active"] / now["bound"])


def test_a_branch_sees_its_cities_and_no_small_count(scratch, tibet):
    found = tibet.get("/overview/figures", day=DAY).json()
    assert (found["org"], {each["org_code"][:2] for each in found["below"]}) == ("540000", {"54"})
    figures = [each["now"] for each in (found["whole"], *found["below"])]
    counts = [each.get(name) for each in figures for name in ("customers", "active", "sliding", "lost")]
    assert not [count for count in counts if count is not None and 0 < count < 5]


def test_what_the_tree_hides_the_overview_hides(tibet):
    for org in ("540000", "540100"):
        nodes = {row["node_id"]: row for row in tibet.get("/tree/nodes", org=org, day=DAY).json()["nodes"]}
        figures = tibet.get("/overview/figures", org=org, day=DAY).json()["whole"]["now"]
        told = {node: count for node, count in shown(figures).items() if node in nodes}
        assert told == {node: nodes[node]["customers"] for node in told}


@pytest.mark.parametrize("org", ["000000", "530000", "nowhere"])
def test_another_organisation_is_refused(tibet, org):
    assert tibet.get("/overview/figures", org=org).status_code == 403


def test_an_auditor_sees_no_numbers(portal):
    assert Portal(portal, "000000", role="auditor").get("/overview/figures").status_code == 403


def test_a_day_that_is_not_computed_shows_nothing(head_office):
    assert head_office.get("/overview/figures", day="2020-01-01").json()["whole"]["now"] == {}
