"""The portal's pages of sets and pushes, asked as the service is: what each organisation sees and may do."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from mofang_pipeline import lake, published
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables as landing_tables
from mofang_pipeline.portal.application import application, viewer_header
from mofang_pipeline.segment_sets import actions, members
from mofang_pipeline.serving import publish
from tests.sets import bank
from tests.superset.portal_client import Portal as Asking

TIBET, SICHUAN = "540000", "510000"


class Portal:
    def __init__(self, client: TestClient, org_code: str) -> None:
        viewer = {"user": "lin", "role": "branch_analyst", "org_code": org_code, "language": "zh"}
        self.client, self.headers = client, {"X-Mofang-Viewer": viewer_header(viewer)}

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, params=query, headers=self.headers)

    def post(self, path: str, **body: str) -> Any:
        return self.client.post(path, json=body, headers=self.headers)


@pytest.fixture(scope="module")
def client(home: Home) -> Iterator[TestClient]:
    written = {
        "set": "page_set", "zh": "页", "owner": {"org": TIBET, "user": "x"}, "kind": "rolling", "members": "F1",
        "share_with": [SICHUAN],
    }  # fmt: skip
    actions.save(home, actor="x", org_code=TIBET, written=written)
    actions.save(
        home, actor="x", org_code=TIBET, written=written | {"set": "page_twin", "members": "F1 or F2"}
    )
    rulebook, sets = actions.known_sets(home)
    with lake.writer(home) as connection:
        landing_tables.create_tables(connection)
        members.write_day(connection, rulebook, sets, bank.LAST)
        connection.execute(published.statement("views/push"))
        snapshot = lake.latest_snapshot(connection)
    publish.publish(home, snapshot, bank.LAST)
    yield TestClient(application(home))


def test_each_sees_its_own_customers_of_a_shared_set(client: TestClient) -> None:
    sizes = []
    for org in (TIBET, SICHUAN):
        found = Portal(client, org).get("/sets/list").json()["sets"]
        sizes += [row["customers"] for row in found if row["set_id"] == "page_set"]
    assert len(sizes) == 2
    assert all(size > 0 for size in sizes)


def test_who_shares_a_set_may_not_change_it(client: TestClient) -> None:
    answer = Portal(client, SICHUAN).post("/sets/delete", set="page_set")
    assert "510000 不能更改" in answer.json()["error"]["zh"]


def test_a_set_is_tried_before_it_is_saved(client: TestClient) -> None:
    draft = {"set": "page_new", "zh": "新", "kind": "rolling", "members": "page_set"}
    tried = Portal(client, TIBET).post("/sets/try", **draft).json()
    saved = Portal(client, TIBET).post("/sets/save", **draft).json()
    assert (tried["customers"] > 0, saved) == (True, {"set": "page_new", "version": 1})


def test_a_change_by_those_above_leaves_the_owner(client: TestClient) -> None:
    """Head office asks for its own customers on the page; the set stays the branch's, and its names are shown."""
    head_office = Portal(client, "000000")
    Portal(client, TIBET).post(
        "/sets/save", set="page_own", zh="自有", en="Own", kind="rolling", members="F1"
    )
    shown = head_office.get("/sets/one", set="page_own").json()["versions"][0]
    head_office.post(
        "/sets/save", set="page_own", zh=shown["name_zh"], en=shown["name_en"], kind="rolling", members="F2"
    )
    latest = head_office.get("/sets/one", set="page_own").json()["versions"][0]
    kept = [latest[key] for key in ("version", "name_zh", "name_en", "owner_org", "members")]
    assert kept == [2, "自有", "Own", TIBET, "F2"]


def test_moments_are_told_as_the_banks_clocks_show_them(client: TestClient, home: Home) -> None:
    stored = datetime.fromisoformat(actions.known_sets(home)[1]["page_set"].latest.saved_at)
    shown = Portal(client, TIBET).get("/sets/one", set="page_set").json()["versions"][0]["saved_at"]
    assert shown == f"{stored.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}"


def test_what_a_channel_sees_is_told_in_words(client: TestClient) -> None:
    channels = Portal(client, TIBET).get("/pushes/list").json()["channels"]
    assert {"zh": "二级分行", "en": "tier-2 branch"} in channels[0]["columns"]


def test_what_two_sets_have_in_common_day_by_day(client: TestClient) -> None:
    pair = {"set": "page_set", "other": "page_twin"}
    rows = Portal(client, TIBET).get("/sets/overlap_days", **pair).json()
    on_day = Portal(client, TIBET).get("/sets/overlap", day=str(bank.LAST)).json()
    expected = [row for row in on_day if (row["set_a"], row["set_b"]) == ("page_set", "page_twin")]
    assert rows == expected and rows[0]["customers_both"] == rows[0]["customers_a"] > 0


def test_another_branchs_set_is_not_named_as_what_uses_a_common_one(client: TestClient) -> None:
    def used_by(org: str) -> str:
        return str(Portal(client, org).get("/sets/one", set="newly_sliding").json()["versions"][0]["used_by"])

    assert ("lhasa_asleep" in used_by(TIBET), used_by(SICHUAN)) == (True, "")


def test_what_is_wrong_is_told(client: TestClient) -> None:
    answer = Portal(client, TIBET).post(
        "/sets/try", set="page_bad", zh="坏", kind="rolling", members="F1 or 'x'"
    )
    assert "无法识别" in answer.json()["error"]["zh"]


def test_a_branch_pushes_its_own_customers(client: TestClient) -> None:
    manifest = Portal(client, TIBET).post("/pushes/begin", set="page_set", channel="free").json()
    mine = Portal(client, TIBET).get("/pushes/list").json()["pushes"]
    others = Portal(client, SICHUAN).get("/pushes/list").json()["pushes"]
    assert [row["pushed"] for row in mine if row["push_id"] == manifest["push_id"]] == [manifest["rows"]]
    assert manifest["push_id"] not in [row["push_id"] for row in others]
    [used] = Portal(client, TIBET).get("/sets/one", set="page_set").json()["usage"]
    assert [used[key] for key in ("event", "used_by", "id", "user")] == [
        "used",
        "push",
        manifest["push_id"],
        "lin",
    ]
    one = Portal(client, TIBET).get("/pushes/one", push=manifest["push_id"]).json()
    assert one["receipts"] == [{"status": "pending", "reason": "", "customers": manifest["rows"]}]


def test_a_branch_plans_a_campaign_and_pushes_its_list(client: TestClient) -> None:
    maker = Asking(client, TIBET)
    boss = Asking(client, TIBET, role="branch_approver", user="boss")
    plan = {
        "campaign": "page_campaign", "zh": "页面活动", "audience": {"set": "page_set"}, "budget_fen": 5_000,
        "arms": {"treatment": 0.5, "control": 0.5}, "window": {"from": "2026-03-09", "to": "2026-03-20"},
        "cost_fen_per_contact": 5,
    }  # fmt: skip
    named = {"campaign": "page_campaign"}
    assert maker.post("/campaigns/save", {"plan": plan}).json() == named
    assert maker.post("/campaigns/submit", named).status_code == 200
    assert maker.post("/campaigns/approve", named).status_code == 403
    assert boss.post("/campaigns/approve", named).json() == {"state": "approved"}
    assert maker.post("/campaigns/advance", {**named, "to": "frozen"}).json() == {"state": "frozen"}
    manifest = maker.post("/pushes/begin", {**named, "set": "page_set", "channel": "free"}).json()
    found = maker.get("/campaigns/one", **named).json()
    assert found["spent"]["remaining_fen"] == 5_000 - 5 * manifest["rows"] < 5_000
    assert Asking(client, SICHUAN).get("/campaigns/one", **named).status_code == 403


def test_what_is_wrong_with_a_plan_is_told(client: TestClient) -> None:
    plan = {"campaign": "wrong", "audience": {"set": "page_set"}, "arms": {"a": 0.5}, "window": {}}
    answer = Asking(client, TIBET).post("/campaigns/save", {"plan": plan})
    assert (answer.status_code, "缺失，请写 YYYY-MM-DD" in answer.json()["error"]["zh"]) == (422, True)
