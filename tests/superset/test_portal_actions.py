"""Sets, pushes and matches, made in the portal as a person would; what the page says is what the lake has."""

from contextlib import closing

import pytest

from mofang_pipeline import lake
from tests.superset import dashboards

DAY = "2026-11-19"
LEAVES = "select count(*) from mart.segment_membership where day = ? and list_contains(?, segment)"
PUSHED = "select push_id, candidates, pushed from mart.push_manifest where set_id = 'dormant_with_assets'"


@pytest.fixture(autouse=True)
def no_error_of_the_page(page):
    """Nothing leaves loopback, and no error of JavaScript; what is refused is answered 4xx on purpose."""
    page.errors.clear()
    yield
    assert [each for each in page.errors if "/mofang/api/" not in each] == []
    assert page.outside == []


def rows(home, sql, *values):
    with closing(lake.connect(home, read_only=True)) as connection:
        return connection.execute(sql, values).fetchall()


def test_a_set_is_refused_tried_saved_changed_and_deleted(scratch, superset, page):
    dashboards.open_portal(page, superset, "sets", "en")
    page.click("#new-set")
    page.fill("dialog input[name=set]", "browser_set")
    page.fill("dialog input[name=zh]", "浏览器客群")
    page.fill("dialog input[name=en]", "Made in a browser")
    page.fill("dialog input[name=members]", "F1 or F9")
    page.locator("dialog button[type=submit]").click()
    page.locator("dialog .reason", has_text="F9 is neither a node nor a set").wait_for()
    page.fill("dialog input[name=members]", "F1 or F2")
    page.get_by_role("button", name="Try").click()
    page.locator("dialog [role=status]", has_text="customers on this day").wait_for()
    [(asleep,)] = rows(scratch, LEAVES, DAY, ["F1", "F2"])
    assert page.locator("dialog [role=status]").inner_text() == f"{asleep:,} customers on this day"
    page.locator("dialog button[type=submit]").click()
    page.locator(".toast.done", has_text="version 1").wait_for()
    page.locator("#set h2", has_text="Made in a browser").wait_for()  # the pane of the set before it is gone
    page.get_by_role("button", name="Change").click()
    kept = [page.input_value(f"dialog input[name={name}]") for name in ("zh", "en", "members")]
    page.fill("dialog input[name=members]", "F1")
    page.locator("dialog button[type=submit]").click()
    page.locator("#set table tbody tr").nth(1).wait_for()
    versions = page.locator("#set table tbody tr").count()
    page.locator("#set .danger").click()
    page.locator("dialog .danger").click()
    page.locator(".toast", has_text="Deleted").or_(page.locator(".toast.failed")).first.wait_for()
    assert page.locator(".toast.failed").all_inner_texts() == []
    assert (kept, versions) == (["浏览器客群", "Made in a browser", "F1 or F2"], 2)


def test_what_two_sets_have_in_common_is_shown_by_day(superset, page):
    dashboards.open_portal(page, superset, "sets", "zh")
    page.get_by_role("tab").nth(1).click()
    page.locator("#overlaps tbody tr", has_text="待争取的有资产客户").first.click()
    page.locator("#set h2", has_text="·").wait_for()
    dashboards.portal_is_still(page)
    assert page.locator("#set table tbody tr").count() == 2


def test_a_set_is_pushed_once(scratch, superset, page):
    for _ in range(2):
        dashboards.open_portal(page, superset, "pushes", "en")
        page.click("#new-push")
        page.locator("dialog select").first.select_option("dormant_with_assets")
        page.locator("dialog button[type=submit]").click()
        page.locator(".toast.done", has_text="Handed over").wait_for()
        dashboards.portal_is_still(page)
    [(push_id, candidates, pushed)] = rows(scratch, PUSHED)
    listed = page.locator("#pushes tbody tr", has_text="Asleep or lost, with assets")
    assert (listed.count(), listed.locator("td").nth(5).inner_text()) == (1, str(pushed))
    assert candidates > pushed > 0
    assert page.locator("#push h2").first.inner_text().startswith("Asleep or lost, with assets v1 · ")
    assert (scratch.folder("push") / "outbox" / "sms" / push_id / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("match", "sides"), [("GT1", "GT1, GT2 ↔ ST1"), ("LT1", "GT3, GT4 ↔ ST3, ST4 ↔ LT1")]
)
def test_a_match_is_confirmed_and_taken_back(superset, page, match, sides):
    dashboards.open_portal(page, superset, "reconciliation", "en")
    row = page.locator("#matches tbody tr", has_text=match)
    for action, other in (("Confirm", "Withdraw"), ("Withdraw", "Confirm")):
        row.get_by_role("button", name=action).click()
        assert page.locator("dialog p").inner_text() == sides
        page.locator("dialog .primary").click()
        row.get_by_role("button", name=other).wait_for()
    assert row.count() == 1


def test_a_break_gets_an_owner_and_a_note(superset, page):
    dashboards.open_portal(page, superset, "reconciliation/?show=all", "zh")
    page.locator("#breaks tbody tr").first.click()
    item = page.locator("dialog h2").inner_text().split(" · ")[1]
    page.fill("dialog input[name=owner]", "li")
    page.fill("dialog textarea[name=note]", "周一已询问机构")
    page.locator("dialog button[type=submit]").click()
    page.locator(".toast.done").first.wait_for()
    decided = (
        page.locator("#breaks tbody tr", has_text=item)
        .filter(has_text="周一已询问机构")
        .filter(has_text="li")
    )
    decided.first.wait_for()
