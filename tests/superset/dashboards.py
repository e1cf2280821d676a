"""Opens pages and dashboards in Chromium as a user would: log in, wait for the charts, look for errors, take pictures.

From a running system: `python tests/superset/dashboards.py http://127.0.0.1:8088 admin PASSWORD docs/images`.
The tree of the documentation has 60 nodes, as Guangdong's file in the rulebook splits five segments by age and place.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = {
    "overview": "overview",
    "tree": "tree/?org=440000",
    "flow33": "flow/?level=5",
    "whatif": "what-if",
    "rules": "rules/?org=440000",
    "reconciliation": "reconciliation",
}
SCREEN = {"width": 1440, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOADED = """() => {
    const places = document.querySelectorAll('.dashboard-component-chart-holder');
    const charts = document.querySelectorAll('[data-test-viz-type]');
    const waiting = document.querySelectorAll('.loading, [data-test=loading-indicator], [aria-busy=true]');
    return charts.length > 0 && charts.length >= places.length && waiting.length === 0;
}"""

NOTHING = ".ant-empty"  # a chart's way to say that it has no rows
PORTAL_LOADED = """() => document.querySelector('main#page')?.children.length > 1
    && !document.querySelector('[aria-busy=true], .state.loading')"""


# What a reader sees or hears, own names of organisations and sets in a picker aside.
TEXTS = """() => [document.body.innerText,
    ...[...document.querySelectorAll('[title], [aria-label], [placeholder]')]
        .flatMap((each) => ['title', 'aria-label', 'placeholder'].map((name) => each.getAttribute(name) ?? '')),
    ...[...document.querySelectorAll('svg text')].map((each) => each.textContent)].join('\\n')"""
FOREIGN = {
    "zh": re.compile(r"[A-Za-z][a-z]+(?: [A-Za-z]+){2,}"),  # an English phrase
    "en": re.compile(r"[^\n]*[\u4e00-\u9fff][^\n]*"),
}
OTHER_LANGUAGE = "中文"  # what leads there is named in it


@contextmanager
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            yield browser.new_page(viewport=SCREEN)
        finally:
            browser.close()


def watch(page: Page) -> None:
    """Collects in page.errors answers of 400 and more and the console's errors, in page.outside what left loopback.

    On a busy machine the page may take its time."""
    page.set_default_timeout(60_000)
    page.errors, page.outside = [], []  # type: ignore[attr-defined]
    page.on("response", lambda answer: page.errors.append(answer.url) if answer.status >= 400 else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on(
        "requestfinished", lambda asked: page.outside.append(asked.url) if _is_outside(asked.url) else None
    )


def _is_outside(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1", "data:", "blob:"))


def open_portal(page: Page, url: str, name: str, language: str) -> None:
    """A page of the portal, such as `tree` or `tree/?org=530000`; returns when it has drawn."""
    page.goto(f"{url}/lang/{language}?for={name}")
    page.goto(f"{url}/mofang/{name if '?' in name else name + '/'}")
    portal_is_still(page)


def portal_is_still(page: Page) -> None:
    portal_has_drawn(page)
    page.wait_for_timeout(600)  # the charts' animation
    portal_has_drawn(page)


def portal_has_drawn(page: Page) -> None:
    page.wait_for_function(PORTAL_LOADED, timeout=60_000)


def speak(page: Page, url: str, language: str) -> None:
    """Changes the session's language without opening a page."""
    page.request.get(f"{url}/lang/{language}", max_redirects=0)


def foreign(page: Page, language: str) -> list[str]:
    """Texts of the page that are not in the language."""
    found = {text.strip() for text in FOREIGN[language].findall(page.evaluate(TEXTS))}
    return sorted(found - {OTHER_LANGUAGE})


def log_in(page: Page, url: str, user: str, password: str) -> None:
    page.goto(f"{url}/login/")
    page.fill("#username", user)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda address: "/login" not in address, timeout=60_000)


def open_dashboard(page: Page, url: str, slug: str) -> None:
    """In the dashboard's own language; returns when its charts have drawn."""
    page.goto(f"{url}/lang/{slug[-2:]}?for={slug}")  # its redirect is cached by address
    page.goto(f"{url}/superset/dashboard/{slug}/")
    wait_for_charts(page)


def wait_for_charts(page: Page) -> None:
    charts_have_drawn(page)
    page.wait_for_timeout(2_500)  # the drawing's animation
    page.wait_for_function(LOADED, timeout=60_000)


def charts_have_drawn(page: Page) -> None:
    page.wait_for_selector("[data-test-viz-type]", timeout=60_000)
    page.wait_for_function(LOADED, timeout=60_000)


def customers(page: Page) -> int | None:
    """The tree's big number; None where it is hidden."""
    return number(page, '[data-test-viz-type="big_number_total"] .header-line')


def flow_total(page: Page) -> int | None:
    """The matrix's; None where no link is shown."""
    return number(page, ".pvtGrandTotal")


def number(page: Page, place: str) -> int | None:
    page.locator(place).or_(page.locator(NOTHING)).first.wait_for(timeout=60_000)
    text = page.locator(place).first.inner_text() if page.locator(place).count() else ""
    return int(text.replace(",", "")) if text[:1].isdigit() else None


def choose(page: Page, filter_name: str, value: str) -> None:
    """Sets the filter NATIVE_FILTER-`filter_name` and applies it."""
    page.locator(f"#NATIVE_FILTER-{filter_name}").click(force=True)
    page.keyboard.type(value)
    page.locator(f'.ant-select-item-option[title="{value}"]').first.click()
    with page.expect_response(lambda answer: "/api/v1/chart/data" in answer.url, timeout=60_000):
        page.locator('[data-test="filter-bar__apply-button"]').click()
    wait_for_charts(page)


def pictures(url: str, user: str, password: str, folder: Path) -> Iterator[Path]:
    """Writes portal-<name>-{zh,en}.png, 1440 x 900, of the pages that the documentation shows."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser_page() as page:
        log_in(page, url, user, password)
        for language in ("zh", "en"):
            for name, address in PICTURES.items():
                open_portal(page, url, address, language)
                if name == "whatif":
                    page.fill('input[name="active_days"]', "60")
                    page.wait_for_selector(".moved", timeout=60_000)
                    portal_is_still(page)
                picture = folder / f"portal-{name}-{language}.png"
                page.screenshot(path=picture)
                yield picture


if __name__ == "__main__":
    for written in pictures(*sys.argv[1:4], Path(sys.argv[4])):
        print(written)
