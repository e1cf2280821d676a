"""Many people at once on a running Superset: every user opens charts, several at a time, for a while.

    python -m benchmarks.load http://127.0.0.1:8088 --home .mofang --users 20 --seconds 60 [--publish]

First some users alone, one chart after the other, the first time and again; then all at once: charts of the dashboards
and addresses of the portal, every other one by choices that nobody has made. Loopback only, bounded in time. With
--publish a new snapshot is written and published every few seconds, which is what the end of a night does to readers.
Prints requests, errors, median and 95th percentile.
"""

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import yaml

from mofang_pipeline import lake, superset_service
from mofang_pipeline.home import Home
from mofang_pipeline.serving import publish
from tests.superset.client import Client

CHARTS_AT_ONCE = 6
FIRST = 3  # users whose first charts are measured before the others come
PUBLISH_EVERY = 5.0  # seconds


@dataclass
class Measured:
    """Seconds of each request, and the first text of each that failed."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chart:
    """A chart of a dashboard as a browser asks for it, with the choices of each of its dashboard's filters."""

    body: dict[str, Any]
    choices: dict[str, list[Any]]  # column -> values, the first is the one chosen when the dashboard opens

    def asked(self, turn: int) -> dict[str, Any]:
        """By the default choices; every other turn by others, so that not all comes from the cache."""
        filters = [
            {"col": column, "op": "IN", "val": [values[turn // 2 % len(values) if turn % 2 else 0]]}
            for column, values in self.choices.items()
        ]
        query = {**self.body["queries"][0], "filters": filters}
        return {**self.body, "queries": [query]}


def charts(client: Client) -> list[Chart]:
    """Every chart of every dashboard that the user may open."""
    found = []
    for listed in client.get("/api/v1/dashboard/").json()["result"]:
        place = listed["id"]
        metadata = client.get(f"/api/v1/dashboard/{place}").json()["result"]["json_metadata"]
        datasets = client.get(f"/api/v1/dashboard/{place}/datasets").json()["result"]
        names = {each["id"]: _columns(each["table_name"]) for each in datasets}
        choices = _choices(client, place, json.loads(metadata)["native_filter_configuration"])
        for chart in client.get(f"/api/v1/dashboard/{place}/charts").json()["result"]:
            form = chart["form_data"]
            dataset = int(str(form["datasource"]).split("__")[0])
            body = _body(form, dataset, {"slice_id": chart["id"], "dashboardId": place})
            found.append(
                Chart(body, {name: all_ for name, all_ in choices.items() if name in names[dataset]})
            )
    return found


@cache
def _columns(table: str) -> frozenset[str]:
    text = (superset_service.BUNDLE / "datasets" / "lake" / f"{table}.yaml").read_text(encoding="utf-8")
    return frozenset(column["column_name"] for column in yaml.safe_load(text)["columns"])


def _choices(client: Client, dashboard: int, filters: list[dict[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in filters:
        target = each["targets"][0]
        column = target["column"]["name"]
        ordered = [[each.get("sortMetric") or column, each["controlValues"]["sortAscending"]]]
        metrics = [each["sortMetric"]] if each.get("sortMetric") else []
        form = {"type": "NATIVE_FILTER", "native_filter_id": each["id"], "dashboardId": dashboard}
        body = {
            "datasource": {"id": target["datasetId"], "type": "table"},
            "queries": [{"columns": [column], "metrics": metrics, "orderby": ordered, "row_limit": 1000}],
            "form_data": form,
            "result_format": "json",
            "result_type": "full",
        }
        rows = client.rows(client.post("/api/v1/chart/data", body))
        found[column] = [row[column] for row in rows]
    return found


def _body(form: dict[str, Any], dataset: int, place: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "parent", "name", "source", "target", "all_columns", "groupbyRows", "groupbyColumns")
    columns = [name for key in names for name in _listed(form.get(key))]
    metrics = [*_listed(form.get("metrics")), *_listed(form.get("metric"))]
    query = {"columns": columns, "metrics": metrics or None, "row_limit": 10_000}
    return {
        "datasource": {"id": dataset, "type": "table"},
        "queries": [query],
        "form_data": place,
        "result_format": "json",
        "result_type": "full",
    }


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value] if value else []


def portal(days: tuple[str, str]) -> list[str]:
    """What opening the pages of the menu asks for."""
    window = f"from={days[0]}&to={days[1]}"
    return [
        "overview/figures",
        "tree/nodes",
        "tree/node?node=D3",
        f"flow/links?{window}&level=3",
        "profile/compare?node=D3&against=D",
        "rules/current",
    ]


Ask = Callable[[int], requests.Response]


def asks(client: Client, days: tuple[str, str]) -> list[Ask]:
    """By turn: charts of the dashboards and addresses of the portal, in equal parts."""
    wanted = [partial(_chart, client, chart) for chart in charts(client)]
    pages = [partial(_page, client, path) for path in portal(days)]
    return [each for pair in zip(wanted, cycle(pages), strict=False) for each in pair]


def _chart(client: Client, chart: Chart, turn: int) -> requests.Response:
    return client.post("/api/v1/chart/data", chart.asked(turn))


def _page(client: Client, path: str, turn: int) -> requests.Response:
    return client.get(f"/mofang/api/{path}")


def first_and_again(client: Client, days: tuple[str, str]) -> dict[str, float]:
    """Seconds of the slowest chart and page of this user: the very first time, and at once again."""
    seen = {}
    for name in ("first", "again"):
        measured = Measured()
        for ask in asks(client, days):
            _measure(ask, 0, measured)
        seen[f"slowest_{name}_s"] = round(max(measured.seconds), 2)
    return seen


def work(wanted: list[Ask], until: float, seen: Measured) -> None:
    turn = 0
    with ThreadPoolExecutor(CHARTS_AT_ONCE) as pool:
        while time.monotonic() < until:
            batch = [(wanted[(turn + n) % len(wanted)], turn + n) for n in range(CHARTS_AT_ONCE)]
            list(pool.map(lambda each: _measure(each[0], each[1], seen), batch))
            turn += CHARTS_AT_ONCE + 1


def _measure(ask: Ask, turn: int, seen: Measured) -> None:
    started = time.monotonic()
    try:
        answer = ask(turn)
        failed = "" if answer.status_code == 200 else f"{answer.status_code} {answer.text[:200]}"
    except requests.RequestException as error:  # a broken connection is an error like any other
        failed = str(error)
    seen.seconds.append(time.monotonic() - started)
    if failed:
        seen.errors.append(failed)


def publishing(home: Home, until: float) -> int:
    """A new snapshot every few seconds: a small table is written and the pointer moved. Returns how many."""
    nights = 0
    while time.monotonic() < until:
        with lake.writer(home) as connection:
            connection.execute(
                "create or replace table lake.int.load_probe as select $1::bigint as night", [nights]
            )
            snapshot = lake.latest_snapshot(connection)
        publish.publish(home, snapshot, publish.published(home).last_day)
        nights += 1
        time.sleep(PUBLISH_EVERY)
    with lake.writer(home) as connection:
        connection.execute("drop table if exists lake.int.load_probe")
    return nights


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--publish", action="store_true")
    parser.add_argument("--people", type=Path, help="JSON of names and passwords; the administrator without")
    chosen = parser.parse_args()
    if urlsplit(chosen.url).hostname not in ("127.0.0.1", "localhost"):
        raise SystemExit("only for loopback")
    home = Home(home=chosen.home)
    people = json.loads(chosen.people.read_text()) if chosen.people else {}
    people = people or {superset_service.ADMIN: superset_service.admin_password(home)}
    print(
        json.dumps(measure(chosen.url, home, people, chosen.users, min(chosen.seconds, 300), chosen.publish))
    )


def measure(
    url: str, home: Home, people: dict[str, str], users: int, seconds: int, publish_too: bool
) -> dict[str, object]:
    days, seen = _days(home), Measured()
    logged_in = {name: Client(url).log_in(name, password) for name, password in people.items()}
    first = {name: first_and_again(client, days) for name, client in islice(logged_in.items(), FIRST)}
    wanted = [asks(client, days) for client in logged_in.values()]
    until = time.monotonic() + seconds
    workers = [
        threading.Thread(target=work, args=(wanted[number % len(wanted)], until, seen))
        for number in range(users)
    ]
    for worker in workers:
        worker.start()
    nights = publishing(home, until) if publish_too else 0
    for worker in workers:
        worker.join()
    cuts = statistics.quantiles(seen.seconds, n=20)
    return {
        "users": users,
        "charts_at_once": CHARTS_AT_ONCE,
        "requests": len(seen.seconds),
        "errors": len(seen.errors),
        "nights": nights,
        "median_s": round(cuts[9], 2),
        "p95_s": round(cuts[18], 2),
        "alone": first,
        "first_error": (seen.errors or [""])[0],
    }


def _days(home: Home) -> tuple[str, str]:
    with closing(lake.connect(home, read_only=True)) as connection:
        row = connection.execute(
            "select min(day_text), max(day_text) from lake.serving.day_option"
        ).fetchone()
    assert row
    return str(row[0]), str(row[1])


if __name__ == "__main__":
    main()
