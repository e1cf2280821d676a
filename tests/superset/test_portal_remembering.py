"""Kept answers of the portal: whose they are, when they end, and that many who ask at once are one question."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from mofang_pipeline.access import Viewer
from mofang_pipeline.portal.application import page_ways
from mofang_pipeline.portal.remembering import Answers, State, question
from mofang_pipeline.refusals import Refused
from mofang_pipeline.serving.publish import Published, publish, published
from tests.superset.portal_client import Portal

NIGHT = State(Published(7, date(2026, 6, 30)), 3, (("tree.yaml", "nodes: []"),))
LIN = Viewer("lin", "branch_analyst", "540000", "zh")
ASKED = question("/tree/nodes", LIN, {"day": "2026-06-30"})


class Lake:
    """Counts what is computed; `state` is what `Answers` finds each time."""

    def __init__(self, most_bytes=1000):
        self.state, self.computed = NIGHT, 0
        self.answers = Answers(lambda: self.state, most_bytes=most_bytes)

    def get(self, asked=ASKED):
        return self.answers.get(asked, self.compute)

    def compute(self):
        self.computed += 1
        return b"answer %d" % self.computed


def test_an_answer_is_computed_once():
    lake = Lake()
    assert [lake.get(), lake.get()] == [b"answer 1"] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"viewer": replace(LIN, org_code="530000")},
        {"viewer": replace(LIN, role="postal")},
        {"viewer": replace(LIN, language="en")},
        {"address": "/tree/node"},
        {"query": {"day": "2026-06-29"}},
        {"query": {"day": "2026-06-30", "org": "540100"}},
    ],
)
def test_another_scope_or_question_has_an_answer_of_its_own(other):
    lake = Lake()
    asked = question(**{"address": "/tree/nodes", "viewer": LIN, "query": {"day": "2026-06-30"}} | other)
    assert [lake.get(), lake.get(asked)] == [b"answer 1", b"answer 2"]


def test_people_of_one_scope_share():
    lake = Lake()
    colleague = question("/tree/nodes", replace(LIN, user="wang"), {"day": "2026-06-30"})
    assert [lake.get(), lake.get(colleague)] == [b"answer 1"] * 2


@pytest.mark.parametrize(
    "changed",
    [
        {"published": Published(8, date(2026, 6, 30))},
        {"published": Published(7, date(2026, 7, 1))},
        {"rules": 4},
        {"files": (("settings.yaml", "small_cell: 10"),)},
    ],
)
def test_old_answers_end_with_what_they_were_read_from(changed):
    lake = Lake()
    lake.get()
    lake.state = replace(NIGHT, **changed)
    assert [lake.get(), lake.get()] == [b"answer 2"] * 2


def test_an_answer_over_which_a_night_was_published_is_not_kept():
    lake = Lake()

    def compute():
        lake.state = replace(NIGHT, published=Published(8, date(2026, 6, 30)))
        return lake.compute()

    lake.answers.get(ASKED, compute)
    lake.state = NIGHT  # as if the old night were shown again
    assert lake.get() == b"answer 2"


def test_an_error_is_told_and_not_kept():
    lake = Lake()

    def refuse():
        raise Refused("no", "否")

    with pytest.raises(Refused):
        lake.answers.get(ASKED, refuse)
    assert lake.get() == b"answer 1"


def test_who_asks_the_same_meanwhile_waits_for_the_one():
    lake, begun, go_on = Lake(), threading.Event(), threading.Event()

    def compute():
        begun.set()
        go_on.wait(30)
        return lake.compute()

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(lake.answers.get, ASKED, compute)
        begun.wait(30)
        others = [pool.submit(lake.answers.get, ASKED, compute) for _ in range(5)]
        go_on.set()
        told = {each.result() for each in (first, *others)}
    assert (told, lake.computed) == ({b"answer 1"}, 1)


def test_room_is_bounded_and_the_least_recently_used_goes():
    lake = Lake(most_bytes=20)
    days = [question("/tree/nodes", LIN, {"day": day}) for day in ("1", "2", "3")]
    for each in (days[0], days[1], days[0], days[2]):  # 8 bytes each; two fit
        lake.get(each)
    assert (lake.get(days[0]), lake.computed) == (b"answer 1", 3)


def test_nothing_that_acts_is_remembered():
    ways = [way for found in page_ways().values() for way in found if way.remembered]
    assert ways
    assert {way.method for way in ways} == {"GET"}


REMEMBERED = [f"/{name}{way.path}" for name, ways in page_ways().items() for way in ways if way.remembered]
QUERY = {
    "node": "D3",
    "against": "D",
    "from": "2026-11-18",
    "to": "2026-11-19",
    "source": "D3",
    "target": "D3",
}


@pytest.mark.parametrize("path", REMEMBERED)
def test_no_scope_is_told_what_another_was(portal, path):
    """The same address, with the organisation left to the viewer's own: asked by head office first, then in turn."""
    viewers = [
        Portal(portal, "000000", role="hq_analyst"),
        Portal(portal, "540000"),
        Portal(portal, "530000"),
    ]
    told = [[each.get(path, **QUERY).text for each in viewers] for _ in range(2)]
    alone = [
        Portal(portal, each.org_code, role=each.role).get(path, **QUERY, fresh="1").text for each in viewers
    ]
    assert told == [alone, alone]


def test_small_counts_are_left_out_after_head_office_has_seen_them(portal, scratch):
    query = {"org": "540000", "day": "2026-11-19"}
    whole = Portal(portal, "000000", role="hq_analyst").get("/tree/nodes", **query).json()["nodes"]
    shown = Portal(portal, "540000").get("/tree/nodes", **query).json()["nodes"]
    assert all(node["customers"] is not None for node in whole)
    assert any(node["customers"] is None for node in shown)


def test_what_is_forbidden_stays_so_after_others_have_asked(portal):
    assert Portal(portal, "530000").get("/tree/nodes", org="530000").status_code == 200
    assert Portal(portal, "540000").get("/tree/nodes", org="530000").status_code == 403


def test_a_publication_ends_old_answers(portal, scratch):
    shown = published(scratch)
    asks = Portal(portal, "000000", role="hq_analyst")
    last = asks.get("/tree/nodes").json()["day"]
    publish(scratch, shown.snapshot, date(2026, 11, 18))
    try:
        assert (last, asks.get("/tree/nodes").json()["day"]) == ("2026-11-19", "2026-11-18")
    finally:
        publish(scratch, shown.snapshot, shown.last_day)
