"""A real Superset on the scratch lake, used as a person would: log in, open the four dashboards, change a filter.

One test, since starting Superset is what takes the time; pictures go to the test's folder and, with
MOFANG_PICTURES=docs/images, to the documentation.
"""

import os
from contextlib import closing
from pathlib import Path

import pytest

from mofang_pipeline import lake, superset_service
from tests.superset import dashboards

DAYS = ("2026-11-15", "2026-11-19")
TREE_TOTAL = (
    "select sum(customers) from lake.serving.tree_node where depth = 0 and org_name_zh = ? and day_text = ?"
)
FLOW_TOTAL = (
    "select sum(customers) from lake.serving.flow_matrix where org_name_zh = ? and from_day_text = ? "
    "and to_day_text = ? and level = 3"
)


def ask(home, sql, *values):
    with closing(lake.connect(home, read_only=True)) as connection:
        return connection.execute(sql, values).fetchone()[0]


def test_provisioning_again_changes_nothing(scratch, superset):
    assert superset_service.provision(scratch) is False


def test_nobody_gets_in_with_a_default_password(superset):
    with dashboards.browser_page() as page:
        page.goto(f"{superset}/login/")
        page.fill("#username", "admin")
        page.fill("#password", "admin")
        page.press("#password", "Enter")
        page.wait_for_timeout(1500)
        assert "/login" in page.url


@pytest.mark.parametrize("slug", dashboards.SLUGS)
def test_a_dashboard_shows_the_views_numbers(scratch, superset, page, slug, tmp_path):
    page.errors.clear()
    dashboards.open_dashboard(page, superset, slug)
    page.screenshot(path=Path(os.environ.get("MOFANG_PICTURES", tmp_path)) / f"{slug}.png")
    if slug.startswith("tree"):
        assert dashboards.customers(page) == ask(scratch, TREE_TOTAL, "总行", DAYS[1])
    else:
        assert dashboards.flow_total(page) == ask(scratch, FLOW_TOTAL, "总行", *DAYS)
    assert page.errors == []
    assert page.outside == []


def test_another_organisation_shows_its_own_numbers(scratch, superset, page):
    dashboards.open_dashboard(page, superset, "tree-zh")
    dashboards.choose(page, "org", "云南")
    assert dashboards.customers(page) == ask(scratch, TREE_TOTAL, "云南", DAYS[1])
