"""The portal's service without Superset: who may ask for what, what answers look like, how refusals are told."""

import pytest

from mofang_pipeline.access import Viewer
from mofang_pipeline.portal.application import page_ways
from mofang_pipeline.portal.asked import Asked, Malformed
from mofang_pipeline.portal.condition import condition_words
from mofang_pipeline.portal.reading import PublishedLake, TooLong
from tests.superset.portal_client import Portal

DAY = "2026-11-19"


# What takes no organisation, since it shows the viewer's whole scope; what an auditor may read.
WHOLE_SCOPE = {"/scope/options", "/rules/waiting"}
AUDITED = {"/rules/current", "/rules/history"}
WAYS = [(way.method, f"/{name}{way.path}") for name, ways in page_ways().items() for way in ways]
READ = [path for method, path in WAYS if method == "GET" and path not in WHOLE_SCOPE]
WRITTEN = [path for method, path in WAYS if method == "POST"]


def test_nobody_asks_without_a_viewer(portal):
    assert portal.get("/tree/nodes").status_code == 403


def test_a_branch_sees_itself_by_default(tibet):
    assert tibet.get("/tree/nodes").json()["org"] == "540000"


def test_a_branch_sees_its_cities_and_nothing_else(tibet):
    orgs = [org["org_code"] for org in tibet.get("/scope/options").json()["orgs"]]
    assert (orgs[0], {code[:2] for code in orgs}) == ("540000", {"54"})


@pytest.mark.parametrize("org", ["000000", "530000", "530100", "nowhere", "' or 1=1 --"])
@pytest.mark.parametrize("path", READ)
def test_another_organisation_is_refused(tibet, path, org):
    assert tibet.get(path, org=org, node="root").status_code == 403


@pytest.mark.parametrize("path", WRITTEN)
def test_nothing_is_done_for_another_organisation(portal, path):
    approver = Portal(portal, "540000", role="branch_approver")
    assert approver.post(path, {"org": "530000"}).status_code in (400, 403, 422)


@pytest.mark.parametrize("path", [*READ, *WRITTEN])
def test_an_auditor_reads_no_numbers_and_changes_nothing(portal, path):
    auditor = Portal(portal, "000000", role="auditor")
    asked = auditor.post(path, {}) if path in WRITTEN else auditor.get(path)
    assert asked.status_code == 403 or path in AUDITED


def test_a_city_does_not_see_its_province(portal):
    assert Portal(portal, "540100").get("/tree/nodes", org="540000").status_code == 403


def test_a_refusal_says_why_in_both_languages(tibet):
    told = tibet.get("/tree/nodes", org="530000").json()["error"]
    assert "530000" in told["en"] and "不在您的权限范围" in told["zh"]


def test_the_tree_adds_up(head_office):
    nodes = head_office.get("/tree/nodes", day=DAY).json()["nodes"]
    leaves = sum(node["customers"] for node in nodes if node["is_leaf"])
    assert (leaves, nodes[0]["node_id"]) == (nodes[0]["customers"], "root")


def test_a_node_has_condition_profile_and_trend(head_office):
    found = head_office.get("/tree/node", day=DAY, node="D3").json()
    assert found["node"]["condition_zh"] == "绑定机构数 ≥ 2 且 总资产 ≥ 50,000元"
    assert [len(found["trend"]), found["profile"][0]["measure"]] == [5, "age"]


def test_a_node_that_is_not_there_is_no_error(head_office):
    assert head_office.get("/tree/node", day=DAY, node="Z9").json() == {"node": None}


@pytest.mark.parametrize("query", [{"day": "yesterday"}, {"day": "2026-13-01"}])
def test_what_is_no_day_is_refused(head_office, query):
    assert head_office.get("/tree/nodes", **query).status_code == 400


def test_a_long_question_is_stopped(scratch):
    lake = PublishedLake(scratch, seconds=0.05)
    with pytest.raises(TooLong, match="smaller scope"):
        lake.rows(
            "select count(*) from range(100000000) as a, range(1000) as b where a.range % 7 = b.range % 5", {}
        )


def test_numbers_are_read_strictly(scratch):
    asked = Asked(
        Viewer("lin", "auditor", "000000", "en"), scratch, PublishedLake(scratch), {"level": "3; drop"}, {}
    )
    with pytest.raises(Malformed, match="not a number"):
        asked.number("level", 3)


def test_every_page_of_the_menu_has_its_module():
    assert all(isinstance(ways, list) for ways in page_ways().values())


@pytest.mark.parametrize(
    ("condition", "zh", "en"),
    [
        ("", "全部客户", "every customer"),
        ("otherwise", "同级其余客户", "whoever no sibling above takes"),
        ("days_since_last_paid < 60", "距最近支付天数 < 60", "days since last payment < 60"),
        ("coalesce(debit_cards, 0) = 0", "有效借记卡数 = 0", "valid debit cards = 0"),
        ("deposit_fen < 12350", "存款余额 < 123.5元", "deposits < ¥123.5"),
        (
            "not has_mobile or id_expired",
            "非已留手机号 或 证件过期",
            "not has a mobile number or ID has expired",
        ),
        (
            "status <> 'active' or age < 16",
            "客户状态 ≠ 正常 或 年龄 < 16",
            "customer status ≠ active or age < 16",
        ),
        ("last_paid_on is null", "最近支付日为空", "last payment day is unknown"),
        ("what is this", "what is this", "what is this"),
    ],
)
def test_conditions_in_business_words(condition, zh, en):
    assert condition_words(condition) == {"condition_zh": zh, "condition_en": en}


def test_reconciliation_shows_every_class_and_its_breaks(head_office):
    found = head_office.get("/reconciliation/overview").json()
    items = {row["class"] for row in found["sums"] if row["items"]}
    assert (items, found["day"]) == ({each["name"] for each in found["classes"]}, "2026-04-10")


def test_breaks_and_ages_meet(head_office):
    ages = head_office.get("/reconciliation/overview").json()["ages"]
    listed = head_office.get("/reconciliation/breaks").json()
    assert listed["total"] == sum(row["items"] for row in ages) >= len(listed["breaks"]) > 0


def test_a_branch_sees_the_campaigns_of_its_own_and_below(tibet):
    found = tibet.get("/reconciliation/overview").json()
    assert [each["campaign"] for each in found["campaigns"]] == ["B0", "B1"]
    assert {each["campaign"] for each in tibet.get("/reconciliation/breaks").json()["breaks"]} == {"B0", "B1"}


def test_a_campaign_of_another_branch_stays_closed(tibet):
    assert tibet.get("/reconciliation/breaks", campaign="B2").json() == {"breaks": [], "total": 0}
    for way in ("decide", "confirm", "withdraw"):
        body = {"campaign": "B2", "item_id": "S2", "match_id": "M", "resolution": "accepted"}
        assert tibet.post(f"/reconciliation/{way}", body).status_code == 403


def test_a_decision_is_seen_at_once(tibet):
    first = tibet.get("/reconciliation/breaks", campaign="B0", open="1").json()["breaks"][0]
    body = {"campaign": "B0", "item_id": first["item_id"], "resolution": "claimed", "owner": "lin"}
    assert tibet.post("/reconciliation/decide", body).status_code == 200
    listed = tibet.get("/reconciliation/breaks", campaign="B0").json()["breaks"]
    [found] = [each for each in listed if each["item_id"] == first["item_id"]]
    assert (found["resolution"], found["owner"], found["decided_by"]) == ("claimed", "lin", "lin")


@pytest.mark.parametrize(("match_id", "rows"), [("M-GT1", (2, 1, 0)), ("P-DAY-0323", (2, 2, 1))])
def test_a_match_is_confirmed_and_taken_back(tibet, match_id, rows):
    [match] = [
        each
        for each in tibet.get("/reconciliation/overview").json()["matches"]
        if each["match_id"] == match_id
    ]
    body = {"campaign": match["campaign"], "match_id": match["match_id"]}
    assert tibet.post("/reconciliation/confirm", body).status_code == 200
    [held] = tibet.get("/reconciliation/overview").json()["confirmed"]
    assert tuple(len(held[side]) for side in ("grants", "statements", "entries")) == rows
    assert tibet.post("/reconciliation/withdraw", body).status_code == 200


def test_an_auditor_sees_no_breaks(portal):
    assert Portal(portal, "000000", role="auditor").get("/reconciliation/overview").status_code == 403
