"""The portal inside Superset, used as a person would, in both languages; its numbers are the views'.

Pictures go to the test's folder and, with MOFANG_PICTURES=docs/images, to the documentation.
"""

import os
from contextlib import closing
from pathlib import Path

import pytest

from mofang_pipeline import lake
from tests.superset import dashboards

SIXTY = 60
FIRST_DAY, DAY = "2026-11-15", "2026-11-19"
CUSTOMERS = "select customers from mart.segment_profile_daily where day = ? and org_code = ? and node_id = ?"


@pytest.fixture(autouse=True)
def nothing_wrong(page):
    """No answer of 400 or more, no error of JavaScript, no request outside loopback."""
    page.errors.clear()
    yield
    assert page.errors == []
    assert page.outside == []


def ask(home, sql, *values):
    with closing(lake.connect(home, read_only=True)) as connection:
        return connection.execute(sql, values).fetchone()[0]


def picture(page, tmp_path, name):
    page.screenshot(path=Path(os.environ.get("MOFANG_PICTURES", tmp_path)) / f"portal-{name}.png")


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tree_shows_the_profiles_numbers(scratch, superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, "tree", language)
    picture(page, tmp_path, f"tree-{language}")
    assert fits(page)
    page.click('[data-node="D3"]')
    dashboards.portal_is_still(page)
    picture(page, tmp_path, f"tree-node-{language}")
    shown = page.locator("#node .figure b").first.inner_text()
    assert int(shown.replace(",", "")) == ask(scratch, CUSTOMERS, DAY, "000000", "D3")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_tree_of_sixty_nodes_fits_the_screen(superset, page, tmp_path, language):
    """The made-up lake's main tree, with splits as a branch would add them."""

    def with_splits(route):
        found = route.fetch().json()
        nodes = found["nodes"]
        for leaf in [node for node in nodes if node["is_leaf"]][::6]:
            wanted = SIXTY - len(nodes)
            leaf["is_leaf"] = wanted == 0
            for number in range(min(wanted, 2 + wanted % 2)):
                split = {
                    "node_id": f"{leaf['node_id']}_{number}",
                    "parent_id": leaf["node_id"],
                    "is_leaf": True,
                }
                names = {"name_zh": f"{leaf['name_zh']}·县域", "name_en": f"{leaf['name_en']}: rural"}
                nodes.insert(nodes.index(leaf) + 1, {**leaf, **split, **names, "depth": leaf["depth"] + 1})
        route.fulfill(json=found)

    page.route("**/mofang/api/tree/nodes*", with_splits)
    dashboards.open_portal(page, superset, "tree/?depth=6", language)
    page.unroute("**/mofang/api/tree/nodes*")
    picture(page, tmp_path, f"tree-sixty-{language}")
    assert page.locator("[data-node]").count() == SIXTY
    inside = "(each) => each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight"
    assert page.locator("#map").evaluate(inside)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_flow_sums_to_the_trees_counts_and_tells_why(scratch, superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, f"flow/?level=5&from={FIRST_DAY}&to={DAY}", language)
    picture(page, tmp_path, f"flow-{language}")
    assert fits(page)
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector(".matrix tfoot")
    columns = page.locator(".matrix thead th").all_inner_texts()
    sums = page.locator(".matrix tfoot td").all_inner_texts()
    shown = sums[columns.index("D3")]
    assert int(shown.replace(",", "")) == ask(scratch, CUSTOMERS, DAY, "000000", "D3")
    page.locator("#about tr.link").first.click()
    dashboards.portal_is_still(page)
    assert page.locator("#causes").inner_text().strip()
    page.locator("#about button", has_text="←").first.click()
    between = "#about tr.link:has(td:nth-child(1) .pill):has(td:nth-child(2) .pill)"  # not new, not closed
    page.locator(between).first.click()
    page.click("#save-set")
    page.fill('dialog input[name="set"]', f"moved_{language}")
    page.locator("dialog .primary").click()
    page.wait_for_selector(".toast.done")
    assert f'"moved_{language}"' in page.request.get(f"{superset}/mofang/api/sets/list").text()


def test_what_a_branch_is_not_shown_is_no_move(superset, browser_of):
    branch = browser_of("yunnan")
    dashboards.open_portal(branch, superset, f"flow/?from={FIRST_DAY}&to={DAY}", "en")
    assert "Destination not listed" in branch.locator("#figures").inner_text()
    assert "too few customers to be listed" in branch.locator("#about").inner_text()
    assert branch.locator("#flow svg text", has_text="≥").count() > 0  # not all of a segment is told
    dashboards.open_portal(branch, superset, f"profile/?node=ACTIVE&since={FIRST_DAY}", "en")
    told = branch.locator("#moves").inner_text()
    assert "at least" in told
    assert "Few" not in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_trial_moves_customers_at_once(superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, "what-if", language)
    page.fill('input[name="active_days"]', "60")
    page.wait_for_selector(".moved")
    dashboards.portal_is_still(page)
    picture(page, tmp_path, f"what-if-{language}")
    assert fits(page)
    assert int(page.locator(".moved").inner_text().split()[0].replace(",", "")) > 0


def test_a_change_is_proposed_and_another_user_approves_it(superset, page, browser_of, tmp_path):
    dashboards.open_portal(page, superset, "rules/?org=540000", "zh")
    picture(page, tmp_path, "rules-zh")
    page.get_by_role("button", name="修改 沉睡上限").click()
    page.fill('dialog input[name="sleep_days"]', "200")
    page.fill('dialog input[name="reason"]', "试点")
    page.get_by_role("button", name="提交审批").click()
    page.wait_for_selector(".toast.done")
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector("#waiting tbody tr")
    assert page.locator("#waiting .primary").count() == 0  # one's own proposal
    other = browser_of("boss")
    other.errors.clear()
    dashboards.open_portal(other, superset, "rules/?org=540000&day=2026-12-31&tab=waiting", "en")
    other.locator("#waiting .primary").first.click()
    other.locator("dialog .primary").click()
    other.wait_for_selector(".toast.done")
    in_force = other.locator("#values tr", has_text="Asleep up to").filter(has_text="200 days")
    in_force.wait_for(state="attached")
    assert other.errors == []


def test_what_changes_something_needs_the_token(superset, page):
    answer = page.request.post(f"{superset}/mofang/api/rules/propose", data={"org": "540000"})
    assert answer.status == 400


def test_a_branch_is_refused_another_by_address(superset, browser_of):
    asked = browser_of("tibet").request.get(f"{superset}/mofang/api/tree/nodes?org=530000")
    assert (asked.status, asked.headers["cache-control"]) == (403, "no-store")


def test_the_menu_leads_there_in_the_users_language(superset, page):
    dashboards.open_dashboard(page, superset, "tree-zh")
    page.get_by_text("魔方", exact=True).first.hover()
    page.get_by_role("menuitem", name="决策树").click()
    dashboards.portal_is_still(page)
    assert page.url.startswith(f"{superset}/mofang/tree/")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_breaks_are_listed_and_decided(superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, "reconciliation", language)
    dashboards.portal_is_still(page)
    picture(page, tmp_path, f"reconciliation-{language}")
    assert fits(page)
    before = page.locator("#breaks tbody tr").count()
    page.locator("#breaks tbody tr").first.click()
    page.select_option("dialog select[name=resolution]", "claimed")
    picture(page, tmp_path, f"reconciliation-decide-{language}")
    page.locator("dialog button[type=submit]").click()
    page.wait_for_selector(".toast.done")
    dashboards.portal_is_still(page)
    assert page.locator("#breaks tbody tr").count() in (before - 1, before)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_overview_ranks_the_branches_and_leads_to_their_trees(
    scratch, superset, page, tmp_path, language
):
    dashboards.open_portal(page, superset, "overview", language)
    picture(page, tmp_path, f"overview-{language}")
    assert fits(page)
    shown = page.locator('[data-figure="customers"] .figure b').get_attribute("title")
    assert int(shown.replace(",", "")) == ask(scratch, CUSTOMERS, DAY, "000000", "root")
    assert page.locator("#ranking tbody tr").count() == 36
    page.locator("#ranking tbody tr").first.click()
    page.wait_for_url("**/mofang/tree/?org=*")
    dashboards.portal_is_still(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_profile_sets_a_node_beside_its_parent(scratch, superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, "profile/?node=D3&since=2026-11-15", language)
    picture(page, tmp_path, f"profile-{language}")
    assert fits(page)
    shown = page.locator("#profile .highlights b").first.inner_text()
    assert int(shown.replace(",", "")) == ask(scratch, CUSTOMERS, DAY, "000000", "D3")
    assert page.locator("#shares .beside").count() > 5


@pytest.mark.parametrize("language", ["zh", "en"])
def test_quality_shows_the_days_by_state(superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, "quality", language)
    picture(page, tmp_path, f"quality-{language}")
    assert fits(page)
    assert page.locator("#strip li.day.computed").count() == 5


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_campaign_shows_what_came_of_it(superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, "campaigns/?campaign=autumn_wake", language)
    picture(page, tmp_path, f"campaigns-{language}")
    assert fits(page)
    assert page.locator("#effects tbody tr").count() == 4
    assert {"zh": "+13.0百分点", "en": "+13.0pp"}[language] in page.locator("#effects").inner_text()
    assert page.locator("#effects .chart svg, #funnel table, #money progress").count() == 3
    page.locator("#campaigns .halves").nth(1).scroll_into_view_if_needed()
    picture(page, tmp_path, f"campaigns-moves-{language}")
    assert page.locator("#campaigns .halves").nth(1).locator("svg").count() == 2
    with page.expect_download() as saved:
        page.get_by_role("link", name={"zh": "下载报告", "en": "Report"}[language], exact=True).click()
    assert {"zh": "秋季唤醒", "en": "Autumn wake-up"}[language] in saved.value.path().read_text(
        encoding="utf-8"
    )


def test_a_campaign_is_planned_and_another_user_approves_it(superset, page, browser_of, tmp_path):
    dashboards.open_portal(page, superset, "campaigns", "zh")
    page.click("#new-campaign")
    page.fill('dialog input[name="campaign"]', "winter_wake")
    page.fill('dialog input[name="zh"]', "冬季唤醒")
    page.fill('dialog input[name="en"]', "Winter wake-up")
    page.select_option('dialog select[name="set"]', "dormant_with_assets")
    page.fill('dialog input[name="from"]', "2026-12-01")
    page.fill('dialog input[name="to"]', "2026-11-30")
    page.fill('dialog textarea[name="rewards"]', "R10 10 1")
    picture(page, tmp_path, "campaigns-plan-zh")
    page.locator("dialog button[type=submit]").click()
    page.get_by_text("晚于结束日").wait_for()
    page.errors.clear()  # the refusal was asked for
    page.fill('dialog input[name="to"]', "2026-12-31")
    page.locator("dialog button[type=submit]").click()
    page.wait_for_selector(".toast.done")
    page.locator('[data-step="submit"]').click()
    page.locator("dialog .primary").click()
    page.locator('[data-step="submit"]').wait_for(state="detached")
    assert page.locator('[data-step="approved"]').count() == 0  # one's own
    other = browser_of("boss")
    other.errors.clear()
    dashboards.open_portal(other, superset, "campaigns/?campaign=winter_wake", "en")
    other.locator('[data-step="approved"]').click()
    other.locator("dialog .primary").click()
    other.locator('[data-step="frozen"]').wait_for()
    assert other.locator("#progress b").inner_text() == "approved"
    assert other.errors == []
