"""Many people at once on a running Superset: every user opens charts, several at a time, for a while.

    python -m benchmarks.load http://127.0.0.1:8088 --home .mofang --users 20 --seconds 60 [--publish]

Loopback only, bounded in time. With --publish a new snapshot is written and published every few seconds, which is
what the end of a night does to readers. Prints requests, errors, median and 95th percentile.
"""

import argparse
import json
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mofang_pipeline import lake, superset_service
from mofang_pipeline.home import Home
from mofang_pipeline.serving import publish
from tests.superset.client import Client

CHARTS_AT_ONCE = 6
PUBLISH_EVERY = 5.0  # seconds


@dataclass
class Measured:
    """Seconds of each request, and the first text of each that failed."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def bodies(client: Client) -> list[dict[str, object]]:
    """The chart-data requests of the dashboards, as a browser sends them: each chart's own columns, by its filters."""
    found = []
    for dashboard in client.get("/api/v1/dashboard/").json()["result"]:
        for chart in client.get(f"/api/v1/dashboard/{dashboard['id']}/charts").json()["result"]:
            form = chart["form_data"]
            found.append(_body(form, {"slice_id": chart["id"], "dashboardId": dashboard["id"]}))
    return found


def _body(form: dict[str, object], place: dict[str, object]) -> dict[str, object]:
    dataset = int(str(form["datasource"]).split("__")[0])
    names = ("id", "parent", "name", "source", "target", "all_columns", "groupbyRows", "groupbyColumns")
    columns = [name for key in names for name in _listed(form.get(key))]
    metrics = [*_listed(form.get("metrics")), *_listed(form.get("metric"))]
    query = {"columns": columns, "metrics": metrics or None, "filters": [], "row_limit": 1000}
    source = {"id": dataset, "type": "table"}
    return {
        "datasource": source,
        "queries": [query],
        "form_data": place,
        "result_format": "json",
        "result_type": "full",
    }


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value] if value else []


def with_days(body: dict[str, object], days: tuple[str, str], turn: int) -> dict[str, object]:
    """Half of the requests ask for what nobody has asked for, so that not all come from the cache."""
    copy = json.loads(json.dumps(body))
    query = copy["queries"][0]
    if any("source" in str(name) or "label" in str(name) for name in query["columns"]):
        query["filters"] = [
            {"col": "from_day_text", "op": "IN", "val": [days[0]]},
            {"col": "to_day_text", "op": "IN", "val": [days[1]]},
        ]
    if turn % 2:
        query["row_limit"] = 500 + turn % 400
    return dict(copy)


def work(
    client: Client, wanted: list[dict[str, object]], days: tuple[str, str], until: float, seen: Measured
) -> None:
    turn = 0
    with ThreadPoolExecutor(CHARTS_AT_ONCE) as pool:
        while time.monotonic() < until:
            batch = [
                with_days(wanted[(turn + n) % len(wanted)], days, turn + n) for n in range(CHARTS_AT_ONCE)
            ]
            list(pool.map(lambda body: _ask(client, body, seen), batch))
            turn += CHARTS_AT_ONCE


def _ask(client: Client, body: dict[str, object], seen: Measured) -> None:
    started = time.monotonic()
    answer = client.post("/api/v1/chart/data", body)
    seen.seconds.append(time.monotonic() - started)
    if answer.status_code != 200:
        seen.errors.append(f"{answer.status_code} {answer.text[:200]}")


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
    logged_in = [Client(url).log_in(name, password) for name, password in people.items()]
    wanted = {id(client): bodies(client) for client in logged_in}
    days, seen, until = _days(home), Measured(), time.monotonic() + seconds
    clients = [logged_in[number % len(logged_in)] for number in range(users)]
    workers = [
        threading.Thread(target=work, args=(client, wanted[id(client)], days, until, seen))
        for client in clients
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
