"""The portal's pages without Superset: their numbers are the command line's, branches see no small counts, two people
change a rule.
"""

from collections import Counter
from contextlib import closing
from datetime import date

import pytest

from mofang_pipeline import lake
from mofang_pipeline.cli.arguments import Basis
from mofang_pipeline.cli.flow import flow
from mofang_pipeline.portal.pages import tree
from mofang_pipeline.rules import in_force
from mofang_pipeline.trials import Trial, preview
from tests.superset.attacks import ask
from tests.superset.portal_client import Portal

FIRST, LAST = "2026-11-15", "2026-11-19"
WINDOW = {"from": FIRST, "to": LAST}
DAYS = date(2026, 11, 15), date(2026, 11, 19)


def links(portal, **query):
    return portal.get("/flow/links", **{**WINDOW, "level": "5", **query}).json()["links"]


@pytest.mark.parametrize("org", ["000000", "540000"])
@pytest.mark.parametrize("level", [2, 5])
def test_flows_are_the_command_lines(scratch, head_office, org, level):
    shown = {
        (link["from"], link["to"]): link["customers"]
        for link in links(head_office, org=org, level=str(level))
    }
    said = flow(scratch, *DAYS, org, level, Basis.actual, False)
    assert shown == {(source, target): customers for source, target, customers in said.rows}


def test_flows_sum_to_the_trees_counts(head_office):
    nodes = head_office.get("/tree/nodes", day=LAST).json()["nodes"]
    arrived = Counter()
    for link in links(head_office):
        arrived[link["to"]] += link["customers"]
    leaves = {node["node_id"]: node["customers"] for node in nodes if node["is_leaf"]}
    assert {node: arrived[node] for node in leaves} == leaves


def test_a_links_causes_sum_to_it(head_office):
    assert all(sum(link["causes"].values()) == link["customers"] for link in links(head_office))


def test_under_the_same_rules_as_many_customers(head_office):
    actual, same = (
        sum(link["customers"] for link in links(head_office, basis=basis))
        for basis in ("actual", "same-rules")
    )
    assert actual == same


DASHBOARD = """
    select from_node, to_node, customers from flow
    where org_code = '{org}' and from_day = '{first}' and to_day = '{last}' and level = {level}
"""


YUNNAN = "branch_approver", "530000", "530000"


@pytest.fixture
def yunnan(portal):
    return Portal(portal, "530000", role="branch_approver")


def test_a_branchs_flows_are_its_dashboards(scratch, portal):
    viewers = (
        ("branch_analyst", "540000", "540000"),
        ("postal", "510000", "510000"),
        ("branch_approver", "530000", "530100"),
    )
    asked = [(*each, level) for each in viewers for level in (1, 3, 6)]
    statements = [
        (role, own, DASHBOARD.format(org=org, first=FIRST, last=LAST, level=level))
        for role, own, org, level in asked
    ]
    for (role, own, org, level), answer in zip(asked, ask(scratch, statements), strict=True):
        shown = links(Portal(portal, own, role=role), org=org, level=str(level))
        told = {(source, target): int(customers) for source, target, customers in answer["rows"]}
        assert {(link["from"], link["to"]): link["customers"] for link in shown} == told


# Under the same rules nearly every customer of the made-up lake moves; of Sichuan's some flows are large enough.
@pytest.mark.parametrize(("basis", "org"), [("actual", "530000"), ("same-rules", "510000")])
def test_a_branch_sees_no_small_flow(head_office, portal, basis, org):
    seen = links(Portal(portal, org, role="branch_approver"), basis=basis)
    listed = [link["customers"] for link in seen if "(few)" not in (link["from"], link["to"])]
    whole = sum(link["customers"] for link in links(head_office, org=org))
    assert (min(listed) >= 5, sum(link["customers"] for link in seen) <= whole) == (True, True)


def test_a_branch_sees_no_small_cause(yunnan):
    for level in ("1", "5"):
        for link in links(yunnan, level=level):
            assert all(count >= 5 for count in link["causes"].values())
            assert link["customers"] - sum(link["causes"].values()) not in range(1, 5)


def test_a_branch_sees_no_small_node(tibet):
    counts = [node["customers"] for node in tibet.get("/tree/nodes", day=LAST).json()["nodes"]]
    assert None in counts and all(count is None or count == 0 or count >= 5 for count in counts)


def test_a_share_of_a_hidden_parent_is_not_told():
    row = {"node_id": "D3", "parent_id": "HIGH", "customers": 20, "share_of_parent": 0.5}
    row |= {"change_1d": 1, "change_7d": 2, "change_30d": 3}
    told = tree.without_small(row, {LAST: frozenset({"HIGH"})}, date.fromisoformat(LAST))
    assert told == row | {"share_of_parent": None}


def test_the_averages_of_a_hidden_parent_are_not_told():
    class Asked:
        def rows(self, text, **_):
            if text == tree.ABOVE:
                return [{"parent_id": "HIGH", "root_id": "root"}]
            return [{"value": 1, "parent_value": 2, "parent_zh": "2", "whole_value": 3}]

    [told] = tree.profile_beside(Asked(), {}, frozenset({"HIGH"}))
    assert (told["value"], told["parent_value"], told["parent_zh"], told["whole_value"]) == (1, None, None, 3)


@pytest.mark.parametrize(
    "query", [{"from": LAST, "to": FIRST}, {"from": "2020-01-01"}, {"basis": "guess"}, {"level": "deep"}]
)
def test_a_flow_that_cannot_be_is_refused(head_office, query):
    assert head_office.get("/flow/links", **{**WINDOW, **query}).status_code == 400


def test_a_trial_is_the_command_lines_preview(scratch, head_office):
    tried = {"name": "longer", "values": {"active_days": "60"}}
    found = head_office.post("/what-if/try", {"day": LAST, "trials": [tried]}).json()["trials"][0]
    with closing(lake.connect(scratch, read_only=True)) as connection:
        said = preview(
            connection, in_force(scratch), "000000", [Trial("longer", {"active_days": 60})], DAYS[1]
        )
    assert found["moved"] == sum(each.customers for each in said if each.from_segment != each.to_segment) > 0
    assert found["customers"] == sum(each.customers for each in said)


def test_trials_stand_side_by_side(head_office):
    tried = [{"name": str(days), "values": {"active_days": str(days)}} for days in (20, 60)]
    found = head_office.post("/what-if/try", {"day": LAST, "trials": tried}).json()
    assert [trial["name"] for trial in found["trials"]] == ["20", "60"]
    assert len({sum(leaf["after"] for leaf in trial["leaves"]) for trial in found["trials"]}) == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [({"active_days": "600"}, "超出范围"), ({"active_days": "x"}, "不是数字"), ({}, "至少选择一个")],
)
def test_a_trial_is_checked_as_a_change_is(head_office, values, reason):
    told = head_office.post("/what-if/try", {"trials": [{"name": "t", "values": values}]}).json()["error"]
    assert reason in told["zh"]


def test_only_what_the_level_may_set_is_offered(tibet):
    offered = {row["parameter"]: row["may_set"] for row in tibet.get("/what-if/parameters").json()["rows"]}
    assert (offered["active_days"], offered["senior_age"], offered["adult_age"]) == (True, True, False)


def test_a_value_says_whose_it_is(tibet):
    rows = {row["parameter"]: row for row in tibet.get("/rules/current", day=LAST).json()["rows"]}
    assert (rows["active_days"]["value"], rows["active_days"]["owner_zh"]) == ("60", "西藏")
    assert (rows["lost_days"]["value"], rows["lost_days"]["level"]) == ("365", "hq")


def test_two_people_change_a_parameter(portal):
    maker = Portal(portal, "530000", role="branch_approver", user="maker")
    checker = Portal(portal, "530000", role="branch_approver", user="checker")
    wanted = {"values": {"n_high": "40"}, "from": "2026-12-01", "reason": "试点"}
    change = maker.post("/rules/propose", wanted).json()["change_id"]
    assert maker.post("/rules/approve", {"change_id": change}).status_code == 422
    assert [row["may_decide"] for row in checker.get("/rules/waiting").json()] == [True]
    assert checker.post("/rules/approve", {"change_id": change}).json()["status"] == "approved"
    values = [
        {row["parameter"]: row["value"] for row in maker.get("/rules/current", day=day).json()["rows"]}[
            "n_high"
        ]
        for day in ("2026-11-30", "2026-12-01")
    ]
    assert values == ["30", "40"]


def test_another_branchs_proposal_is_neither_seen_nor_decided(portal):
    maker = Portal(portal, "410000", role="branch_analyst", user="maker")
    change = maker.post(
        "/rules/propose", {"values": {"n_high": "31"}, "from": "2026-12-01", "reason": "试点"}
    ).json()
    other = Portal(portal, "540000", role="branch_approver", user="other")
    assert other.get("/rules/waiting").json() == []
    assert other.post("/rules/approve", change).status_code == 403
    assert maker.post("/rules/reject", change).json()["status"] == "rejected"


@pytest.mark.parametrize(
    "bad", [{"values": {"n_high": "9999"}}, {"reason": ""}, {"values": {"adult_age": "17"}}, {"values": []}]
)
def test_a_proposal_that_is_wrong_changes_nothing(tibet, bad):
    wanted = {"values": {"n_high": "14"}, "from": "2026-12-01", "reason": "试点"} | bad
    assert tibet.post("/rules/propose", wanted).status_code in (400, 422)
    assert tibet.get("/rules/waiting").json() == []
