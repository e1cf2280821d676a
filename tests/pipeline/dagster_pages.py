"""Uses Dagster's pages in Chromium as the data team does: backfill days from a job's page, picture the asset graph.

On a running system (`mofang demo` prints the address); pictures go to the documentation:
    python tests/pipeline/dagster_pages.py http://127.0.0.1:3000 picture docs/images
    python tests/pipeline/dagster_pages.py http://127.0.0.1:3000 backfill 2026-06-29 2026-06-30
"""

import sys
from pathlib import Path

from playwright.sync_api import Page

from tests.superset.dashboards import browser_page

JOB = "/locations/mofang/jobs/nightly"


def picture(page: Page, url: str, folder: Path) -> Path:
    """The asset graph by groups, from landing to what is served."""
    page.set_viewport_size({"width": 1440, "height": 480})
    page.goto(f"{url}/asset-groups", timeout=60_000)
    page.get_by_text("Hide navigation").click()
    page.reload()  # fits the graph into the room that there is now
    page.wait_for_timeout(6_000)
    field = page.get_by_placeholder("Jump to").bounding_box()
    assert field
    page.mouse.click(field["x"] + field["width"] + 22, field["y"] + field["height"] / 2)  # hides the list
    page.wait_for_timeout(2_000)
    path = folder / "dagster-assets.png"
    page.screenshot(path=path)
    return path


def backfill(page: Page, url: str, first: str, last: str) -> str:
    """Launches the days first..last of the nightly job from its page; returns the address that it leads to."""
    page.goto(f"{url}{JOB}", timeout=60_000)
    page.get_by_text("Materialize all").first.click()
    field = page.locator("input[placeholder^='ex:']")
    field.fill(f"[{first}...{last}]")
    field.press("Enter")
    page.get_by_role("button", name="Launch backfill").click()
    page.wait_for_timeout(3_000)
    return page.url


if __name__ == "__main__":
    address, action, *words = sys.argv[1:]
    with browser_page() as opened:
        if action == "picture":
            print(picture(opened, address, Path(words[0])))
        else:
            print(backfill(opened, address, *words))
