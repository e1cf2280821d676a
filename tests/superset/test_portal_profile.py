"""The profile page: averages and shares are SQL's, ranked by effect; small nodes and fine shares are kept back."""

import math
from contextlib import closing

import pytest

from mofang_pipeline import lake
from mofang_pipeline.access import Viewer
from mofang_pipeline.portal.asked import Asked
from mofang_pipeline.portal.pages.profile import cohens_h
from mofang_pipeline.portal.reading import PublishedLake
from mofang_pipeline.portal.small import coarse_shares
from tests.superset.portal_client import Portal

DAY = "2026-11-19"

AVERAGES = """
    select node_id, age_avg, aum_fen_avg / 100, pay_cnt_30d_avg from mart.segment_profile_daily
    where day = ? and org_code = '000000' and node_id in ('ACTIVE', 'D3')
"""
SHARE = """
    select cast(sum(customers) filter (value = 'F') as double) / sum(customers)
    from mart.segment_distribution_daily
    where day = ? and org_code = '000000' and node_id = ? and dimension = 'gender'
"""


@pytest.fixture
def found(head_office):
    return head_office.get("/profile/compare", day=DAY, node="D3", against="ACTIVE").json()


def ask(home, sql, *values):
    with closing(lake.connect(home, read_only=True)) as connection:
        return connection.execute(sql, values).fetchall()


def test_averages_are_the_profiles(scratch, found):
    expected = {node: rest for node, *rest in ask(scratch, AVERAGES, DAY)}
    measures = {row["measure"]: row for row in found["measures"]}
    for place, name in enumerate(("age", "aum", "pay_cnt_30d")):
        row = measures[name]
        assert row["value"] == pytest.approx(expected["D3"][place])
        assert row["other"] == pytest.approx(expected["ACTIVE"][place])
        assert row["ratio"] == pytest.approx(expected["D3"][place] / expected["ACTIVE"][place])


def test_shares_are_the_distributions(scratch, found):
    [row] = [each for each in found["shares"] if each["value"] == "F"]
    share, other = (ask(scratch, SHARE, DAY, node)[0][0] for node in ("D3", "ACTIVE"))
    assert (row["share"], row["other"]) == (pytest.approx(share), pytest.approx(other))
    assert row["h"] == pytest.approx(cohens_h(share, other))


def test_the_greatest_difference_comes_first(found):
    for rows in (found["measures"], found["shares"]):
        effects = [row["effect"] for row in rows if row["effect"] is not None]
        assert effects == sorted(effects, reverse=True) and effects


def test_a_node_beside_itself_does_not_differ(head_office):
    found = head_office.get("/profile/compare", day=DAY, node="D3", against="D3").json()
    assert {row["h"] for row in found["shares"]} == {0.0}
    assert {row["ratio"] for row in found["measures"]} <= {1.0, None}


def test_h_is_cohens():
    assert cohens_h(0.5, 0.5) == 0
    assert cohens_h(1.0, 0.0) == pytest.approx(math.pi)
    assert cohens_h(0.5, 0.25) == pytest.approx(math.pi / 6)


def test_a_node_that_is_not_there_is_no_error(head_office):
    assert head_office.get("/profile/compare", day=DAY, node="Z9", against="root").json()["node"] is None


def test_a_small_node_is_not_profiled_for_a_branch(tibet):
    nodes = tibet.get("/tree/nodes", day=DAY).json()["nodes"]
    small = next(node["node_id"] for node in nodes if node["customers"] is None)
    for pair in ({"node": small, "against": "root"}, {"node": "root", "against": small}):
        assert tibet.get("/profile/compare", day=DAY, **pair).json() == {"node": None, "is_small": True}


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ({"F": 3331, "M": 6669}, {"F": 0.33, "M": 0.67}),
        ({"F": 3, "M": 497}, {"F": 0.0, "M": 1.0}),
        ({"F": 57, "M": 43}, {"F": 0.6, "M": 0.4}),
        ({"F": 47, "M": 43}, None),
    ],
)
def test_a_branch_is_told_shares_in_coarse_steps(scratch, counts, shares):
    asked = Asked(Viewer("lin", "branch_analyst", "530000"), scratch, PublishedLake(scratch), {}, {})
    assert coarse_shares(asked, counts) == (None if shares is None else pytest.approx(shares))


def test_head_office_is_told_shares_as_they_are(scratch):
    asked = Asked(Viewer("lin", "hq_analyst", "000000"), scratch, PublishedLake(scratch), {}, {})
    assert coarse_shares(asked, {"F": 3, "M": 5}) == {"F": 0.375, "M": 0.625}


@pytest.mark.parametrize("org", ["000000", "530000"])
def test_another_organisation_is_refused(tibet, org):
    assert tibet.get("/profile/compare", org=org, node="root", against="root").status_code == 403


def test_an_auditor_sees_no_profile(portal):
    auditor = Portal(portal, "000000", role="auditor")
    assert auditor.get("/profile/compare", node="root", against="root").status_code == 403
