"""Every role in its own browser: each page and dashboard opens in both languages or says in that language why not, and
shows the command line's numbers; small ones not to branches.

Pictures of all go to the test's folder and, with MOFANG_ROLE_PICTURES, to another that is kept.
"""

import json
import os
from pathlib import Path

import pytest

from mofang_pipeline import superset_service
from mofang_pipeline.access import Viewer, may, sees_small_counts
from tests.superset import dashboards
from tests.superset.conftest import FIRST_DAY, PEOPLE

PAGES = json.loads((superset_service.BUNDLE / "portal" / "pages.json").read_text(encoding="utf-8"))
DAY, THRESHOLD, HIDDEN, FEW, DEEPEST = "2026-11-19", 5, "∗", "(few)", 6
WINDOW = ("--from", str(FIRST_DAY), "--to", DAY)
VIEWERS = {
    each.user: Viewer(each.user, each.role, each.org) for each in PEOPLE if each.user != "tibet"
}  # one a role
READERS = [user for user, viewer in VIEWERS.items() if may(viewer, "numbers.read")]
each_language = pytest.mark.parametrize("language", ["zh", "en"])
REFUSED = {"zh": "您的角色不能打开这个页面", "en": "Your role may not open this page"}


@pytest.fixture
def kept(tmp_path):
    return Path(os.environ.get("MOFANG_ROLE_PICTURES", tmp_path))


def seen(own, address, language):
    """What is wrong with the page that is open: nothing for one that opens, or for a refusal in the language."""
    expected = [own.url] if own.locator("#refused").count() else []
    told = {
        "errors": [each for each in own.errors if each not in expected],
        "outside": own.outside,
        "foreign": dashboards.foreign(own, language),
        "failed": own.locator(".state.error:not(#refused)").all_inner_texts(),
    }
    return {f"{address} {language}: {kind}": what for kind, what in told.items() if what}


def refusal(own):
    found = own.locator("#refused b")
    return found.inner_text() if found.count() else None


@each_language
@pytest.mark.parametrize("user", VIEWERS)
def test_every_page_opens_or_says_why_not(superset, browser_of, kept, user, language):
    own, wrong = browser_of(user), {}
    dashboards.speak(own, superset, language)
    for each in PAGES:
        own.errors.clear()
        own.goto(f"{superset}/mofang/{each['name']}/")
        if not may(VIEWERS[user], each["may"]):
            assert refusal(own) == REFUSED[language]
        else:
            dashboards.portal_has_drawn(own)
            assert own.locator("h1").inner_text() == each[language]
            assert own.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        own.screenshot(path=kept / f"{user}-{each['name']}-{language}.png")
        wrong |= seen(own, each["name"], language)
    assert wrong == {}


@each_language
@pytest.mark.parametrize("user", VIEWERS)
def test_every_dashboard_shows_the_command_lines_numbers_or_says_why_not(
    superset, browser_of, mofang, kept, user, language
):
    own, wrong = browser_of(user), {}
    dashboards.speak(own, superset, language)
    for kind in ("tree", "flow"):
        own.errors.clear()
        own.goto(f"{superset}/superset/dashboard/{kind}-{language}/")
        if user in READERS:
            dashboards.charts_have_drawn(own)
            shown = {"tree": dashboards.customers, "flow": dashboards.flow_total}[kind](own)
            assert shown == expected(own, VIEWERS[user], superset, mofang, kind)
        else:
            assert refusal(own) == REFUSED[language]
        own.screenshot(path=kept / f"{user}-dashboard-{kind}-{language}.png")
        wrong |= seen(own, kind, language)
    assert wrong == {}


def expected(own, viewer, superset, mofang, kind):
    """The command line's number; for a branch as far as the portal shows it, which adds nothing to the command line."""
    counted = customers(mofang, kind, viewer.org_code)
    if sees_small_counts(viewer):
        return counted
    if kind == "tree":
        shown = own.request.get(f"{superset}/mofang/api/tree/nodes").json()["nodes"][0]["customers"]
        assert shown in (None, counted)
        return shown
    links = {level: links_shown(own, superset, level) for level in (3, DEEPEST)}
    told = {link: count for link, count in links[DEEPEST].items() if FEW not in link}
    whole = {
        (row["from_segment"], row["to_segment"]): row["customers"]
        for row in mofang("flow", *WINDOW, "--org", viewer.org_code)
    }
    assert told == {link: whole[link] for link in told}
    assert sum(links[3].values()) <= counted
    return sum(links[3].values()) or None


def links_shown(own, superset, level):
    asked = f"{superset}/mofang/api/flow/links?from={FIRST_DAY}&to={DAY}&level={level}"
    return {(link["from"], link["to"]): link["customers"] for link in own.request.get(asked).json()["links"]}


def customers(mofang, kind, org):
    if kind == "tree":
        return mofang("tree", "--day", DAY, "--org", org)[0]["customers"]
    return sum(link["customers"] for link in mofang("flow", *WINDOW, "--org", org, "--level", "3"))


@pytest.mark.parametrize("user", ["hq", "yunnan"])
def test_the_trees_numbers_are_the_command_lines_on_another_day_too(superset, browser_of, mofang, user):
    own, viewer = browser_of(user), VIEWERS[user]
    own.goto(f"{superset}/mofang/tree/?depth=5")
    for day in (DAY, str(FIRST_DAY)):
        dashboards.portal_has_drawn(own)
        own.locator(".toolbar select").first.select_option(day)
        dashboards.portal_has_drawn(own)
        counts = {
            row["node_id"]: row["customers"] for row in mofang("tree", "--day", day, "--org", viewer.org_code)
        }
        shown = numbers(own)
        assert {node for node, count in counts.items() if count} <= shown.keys() <= counts.keys()
        told = {node: int(text.replace(",", "")) for node, text in shown.items() if text != HIDDEN}
        assert told == {node: counts[node] for node in told}
        hidden = shown.keys() - told.keys()
        small = {node for node, count in counts.items() if 0 < count < THRESHOLD}
        assert hidden == set() if sees_small_counts(viewer) else small <= hidden


def numbers(own):
    """Node -> the count beside it."""
    return own.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('[data-node]')]"
        ".map((each) => [each.dataset.node, each.querySelector('b').textContent]))"
    )


@pytest.mark.parametrize("user", ["hq", "yunnan"])
def test_a_filter_changes_the_numbers_to_another_organisations(superset, browser_of, mofang, user):
    own = browser_of(user)
    figures = own.request.get(f"{superset}/mofang/api/overview/figures").json()
    shown = [each["org_code"] for each in figures["below"] if each["now"]["customers"]]
    offered = own.request.get(f"{superset}/mofang/api/scope/options").json()["orgs"]
    wanted = next(each for each in offered if each["org_code"] == shown[-1])
    dashboards.speak(own, superset, "zh")
    own.goto(f"{superset}/superset/dashboard/tree-zh/")
    dashboards.charts_have_drawn(own)
    dashboards.choose(own, "org", wanted["org_name_zh"])
    assert dashboards.customers(own) == customers(mofang, "tree", wanted["org_code"])


@pytest.mark.parametrize(
    ("user", "first"), [("kunming", "overview"), ("data", "overview"), ("audit", "rules")]
)
def test_the_log_in_leads_to_the_first_page_that_one_may_open(superset, browser_of, user, first):
    own = browser_of(user)
    own.goto(f"{superset}/")
    assert own.url.startswith(f"{superset}/mofang/{first}/")


@each_language
def test_the_brand_is_in_the_language(superset, browser_of, language):
    own = browser_of("hq")
    dashboards.speak(own, superset, language)
    for address in ("/mofang/tree/", "/dashboard/list/"):
        own.goto(f"{superset}{address}")
        assert own.locator('img[src^="data:image/svg"]').first.get_attribute("alt") == {
            "zh": "智慧魔方", "en": "Mofang",
        }[language]  # fmt: skip
