"""The portal inside Superset, used as a person would, in both languages; its numbers are the views'.

Pictures go to the test's folder and, with MOFANG_PICTURES=docs/images, to the documentation.
"""

import os
from contextlib import closing
from pathlib import Path

import pytest

from mofang_pipeline import lake
from tests.superset import dashboards

DAY = "2026-11-19"
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
    page.click('[data-node="D3"]', timeout=10_000)
    dashboards.portal_is_still(page)
    picture(page, tmp_path, f"tree-node-{language}")
    shown = page.locator("#node .figure b").first.inner_text()
    assert int(shown.replace(",", "")) == ask(scratch, CUSTOMERS, DAY, "000000", "D3")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_trial_moves_customers_at_once(superset, page, tmp_path, language):
    dashboards.open_portal(page, superset, "what-if", language)
    page.fill('input[name="active_days"]', "60")
    page.wait_for_selector(".moved", timeout=30_000)
    dashboards.portal_is_still(page)
    picture(page, tmp_path, f"what-if-{language}")
    assert fits(page)
    assert int(page.locator(".moved").inner_text().split()[0].replace(",", "")) > 0


def test_what_changes_something_needs_the_token(superset, page):
    answer = page.request.post(f"{superset}/mofang/api/rules/propose", data={"org": "540000"})
    assert answer.status == 400


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
    page.wait_for_selector(".toast.done", timeout=10_000)
    dashboards.portal_is_still(page)
    assert page.locator("#breaks tbody tr").count() in (before - 1, before)
