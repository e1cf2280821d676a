"""Every way that Superset's own interface offers to data, tried by two branches' users after head office has warmed it.

As test_walls.py, but through login, permissions, row-level rules and caches, each with the user's own session.
"""

import json
from functools import cache
from itertools import islice

import pytest
import yaml

from mofang_pipeline.portal.application import page_ways, viewer_header
from mofang_pipeline.superset_service import BUNDLE
from tests.superset.attacks import marks_of_others
from tests.superset.client import Client

WINDOW = [
    {"col": "from_day_text", "op": "IN", "val": ["2026-11-15"]},
    {"col": "to_day_text", "op": "IN", "val": ["2026-11-19"]},
]
ALL_NAMES = "(select string_agg(org_name_zh, ',') from lake.serving.organisation_option)"
REFUSED = [  # asked as a branch's user: no permission, whatever the id
    ("GET", "/api/v1/dataset/"),
    ("GET", "/api/v1/dataset/1"),
    ("GET", "/api/v1/database/"),
    ("GET", "/api/v1/database/1/schemas/"),
    ("GET", "/api/v1/query/"),
    ("GET", "/api/v1/rowlevelsecurity/"),
    ("GET", "/api/v1/security/users/"),
    ("GET", "/api/v1/security/roles/"),
    ("GET", "/api/v1/log/"),
    ("GET", "/api/v1/assets/export/"),
    ("GET", "/api/v1/chart/export/?q=!(1)"),
    ("GET", "/api/v1/dashboard/export/?q=!(1)"),
    ("GET", "/api/v1/explore/?slice_id=1"),
    ("GET", "/explore/?slice_id=1"),
    ("GET", "/sqllab/"),
    ("GET", "/users/list/"),
    ("GET", "/superset/explore_json/?form_data=%7B%22slice_id%22%3A1%7D"),
    ("POST", "/api/v1/sqllab/execute/"),
    ("POST", "/api/v1/sqllab/estimate/"),
    ("POST", "/api/v1/dataset/"),
    ("POST", "/api/v1/database/"),
    ("POST", "/api/v1/chart/"),
    ("POST", "/api/v1/dashboard/"),
    ("POST", "/api/v1/rowlevelsecurity/"),
    ("POST", "/api/v1/security/users/"),
    ("POST", "/api/v1/security/guest_token/"),
    ("POST", "/datasource/save/"),
    ("PUT", "/api/v1/dashboard/1"),
    ("PUT", "/api/v1/chart/1"),
    ("PUT", "/api/v1/dataset/1"),
    ("DELETE", "/api/v1/dashboard/1"),
    ("DELETE", "/api/v1/chart/1"),
]
# What a user sees lies below these codes; yunnan is kunming's province.
BRANCHES = {"tibet": "54", "yunnan": "53", "kunming": "5301", "postal": "51"}
NAMES = {"tibet": "西藏", "yunnan": "云南", "kunming": "昆明市", "postal": "四川"}
CHOICES = {
    "from": "2026-11-15", "to": "2026-11-19", "node": "D3", "against": "D", "source": "D3", "target": "E1",
    "campaign": "B2", "set": "canary_yunnan", "left": "canary_yunnan", "right": "canary_tibet", "push": "1",
}  # fmt: skip
PAGES = [
    f"/mofang/api/{name}{way.path}"
    for name, ways in page_ways().items()
    for way in ways
    if way.method == "GET"
]
HEAD_OFFICE = {"X-Mofang-Viewer": viewer_header({"user": "hq", "role": "hq_analyst", "org_code": "000000"})}


@cache
def columns(table: str) -> list[str]:
    found = yaml.safe_load((BUNDLE / f"datasets/lake/{table}.yaml").read_text(encoding="utf-8"))
    return [column["column_name"] for column in found["columns"]]


@pytest.fixture(scope="module")
def clients(superset, passwords):
    return {user: Client(superset).log_in(user, passwords[user]) for user in ("hq", *BRANCHES)}


@pytest.fixture(scope="module")
def seen(clients):
    """User -> every single value that any attempt answered; head office goes first."""
    return {user: set().union(*map(values, attempts(client))) for user, client in clients.items()}


def values(answer: str) -> set[str]:
    """Of a JSON answer at any depth, or of a CSV file."""
    try:
        return set(leaves(json.loads(answer)))
    except ValueError:
        return {value for line in answer.splitlines() for value in line.split(",")}


def leaves(node):
    if isinstance(node, dict):
        node = [*node, *node.values()]
    if isinstance(node, list):
        for child in node:
            yield from leaves(child)
    else:
        yield str(node)


def attempts(client):
    """Everything on one chart of each dataset, and what the others show on opening."""
    tried = set()
    for found in client.get("/api/v1/dashboard/").json()["result"]:
        dashboard = client.get(f"/api/v1/dashboard/{found['id']}").json()["result"]
        datasets = client.get(f"/api/v1/dashboard/{found['id']}/datasets").json()["result"]
        tables = {each["id"]: each["table_name"] for each in datasets}
        yield json.dumps(datasets, ensure_ascii=False)
        for chart in client.get(f"/api/v1/dashboard/{found['id']}/charts").json()["result"]:
            dataset = int(chart["form_data"]["datasource"].split("__")[0])
            place = {"slice_id": chart["id"], "dashboardId": found["id"]}
            bodies = chart_bodies(dataset, tables[dataset], place)
            for body in islice(bodies, 1 if dataset in tried else None):
                yield client.post("/api/v1/chart/data", body).text
            if dataset in tried:
                continue
            tried.add(dataset)
            yield client.get(f"/api/v1/chart/{chart['id']}/data/").text
            yield client.get(f"/api/v1/datasource/table/{dataset}/column/org_name_zh/values/").text
            yield client.post(f"/datasource/samples?datasource_type=table&datasource_id={dataset}", {}).text
        for chosen in json.loads(dashboard["json_metadata"])["native_filter_configuration"]:
            yield client.post("/api/v1/chart/data", filter_body(chosen, found["id"])).text


def chart_bodies(dataset, table, place):
    names = columns(table)
    window = WINDOW if "from_day_text" in names else []

    def body(form=place, kind="full", style="json", **query):
        asked = {"columns": names, "filters": window, "row_limit": 10_000} | query
        source = {"id": dataset, "type": "table"}
        return {
            "datasource": source, "queries": [asked], "form_data": form, "result_type": kind, "result_format": style,
        }  # fmt: skip

    yield body()
    yield body(style="csv")
    yield body(kind="samples")
    yield body(kind="drill_detail")
    yield body(form={})
    yield body(form={"slice_id": 1, "dashboardId": 1})
    yield body(
        filters=[*window, {"col": "org_name_zh", "op": "IN", "val": ["广东", "总行", "x') or ('1'='1"]}]
    )
    yield body(
        filters=[], extras={"where": "1 = 1) or (from_day_text = '2026-11-15' and to_day_text = '2026-11-19'"}
    )
    yield body(columns=[{"label": "all", "sqlExpression": ALL_NAMES, "expressionType": "SQL"}])
    yield body(
        columns=[],
        metrics=[{"label": "n", "sqlExpression": "string_agg(org_code, ',')", "expressionType": "SQL"}],
    )


def filter_body(chosen, dashboard):
    target = chosen["targets"][0]
    return {
        "datasource": {"id": target["datasetId"], "type": "table"},
        "queries": [{"columns": [target["column"]["name"]], "row_limit": 10_000}],
        "form_data": {"type": "NATIVE_FILTER", "native_filter_id": chosen["id"], "dashboardId": dashboard},
        "result_type": "full",
        "result_format": "json",
    }


@pytest.mark.parametrize("user", BRANCHES)
def test_nothing_of_others_is_shown(user, seen, scratch):
    assert sorted(marks_of_others(scratch, BRANCHES[user]) & seen[user]) == []


@pytest.mark.parametrize("user", BRANCHES)
def test_the_same_attempts_show_head_office_the_marks(user, seen, scratch):
    """So they would be found if they were there."""
    assert len(marks_of_others(scratch, BRANCHES[user]) & seen["hq"]) > 400


@pytest.mark.parametrize(("user", "name"), NAMES.items())
def test_the_own_organisation_is_shown(user, name, seen):
    assert name in seen[user]


@pytest.mark.parametrize(("method", "path"), REFUSED)
def test_no_way_to_data_or_to_change(method, path, clients):
    client = clients["tibet"]
    body = {"database_id": 1, "sql": "select 1"} if method != "GET" else None
    answer = client.session.request(method, f"{client.url}{path}", json=body, timeout=60)
    assert answer.status_code in (400, 403, 404) or "/login/" in answer.url, answer.status_code


@pytest.mark.parametrize("path", ["/api/v1/dashboard/", "/mofang/tree/"])
def test_reading_leaves_the_session_alone(path, clients):
    # or a slow answer would undo what a quicker one changed: the language, or the logging out
    assert "Set-Cookie" not in clients["tibet"].get(path).headers


def test_an_auditor_and_a_stranger_find_no_dashboard(superset, passwords):
    auditor = Client(superset).log_in("audit", passwords["audit"])
    assert auditor.get("/api/v1/dashboard/").json()["result"] == []
    stranger = Client(superset).get("/api/v1/dashboard/")
    assert stranger.status_code == 401 or stranger.json()["result"] == []


@pytest.fixture(scope="module")
def told(clients):
    """User -> what the portal answered to every question: for its own organisation and others'."""
    for user in ("tibet", "yunnan"):
        wanted = {"set": f"canary_{user}", "zh": user, "kind": "rolling", "members": "D1"}
        assert clients[user].post("/mofang/api/sets/save", wanted).status_code == 200
    return {user: list(questions(client)) for user, client in clients.items()}


def questions(client):
    for path in PAGES:
        for org in ({}, {"org": "530000"}, {"org": "000000"}):
            yield client.session.get(
                f"{client.url}{path}", params={**CHOICES, **org}, headers=HEAD_OFFICE, timeout=60
            ).text


@pytest.mark.parametrize("user", BRANCHES)
def test_the_portal_tells_nothing_of_others(user, told, scratch):
    shown = set().union(*map(values, told[user]))
    asked = {"530000"}  # a refusal repeats the code that was asked for
    assert sorted((marks_of_others(scratch, BRANCHES[user]) & shown) - asked) == []


def test_the_portal_tells_head_office_the_marks(told, scratch):
    shown = set().union(*map(values, told["hq"]))
    assert len(marks_of_others(scratch, "54") & shown) > 400


@pytest.mark.parametrize(
    ("owner", "others"), [("tibet", ("yunnan", "kunming", "postal")), ("yunnan", ("tibet", "postal"))]
)
def test_a_branchs_own_sets_stay_its_own(owner, others, told):
    assert any(f'"canary_{owner}"' in answer for answer in told[owner])
    assert not [user for user in others if any(f'"canary_{owner}"' in answer for answer in told[user])]


CUSTOMERS = ("customer_key", "customer_token", "customer_id")


@pytest.mark.parametrize("user", BRANCHES)
def test_no_answer_lists_customers(user, told, seen):
    assert not [
        name
        for name in CUSTOMERS
        if name in seen[user] or any(f'"{name}"' in answer for answer in told[user])
    ]


def test_the_postal_company_reaches_aggregates_only(clients):
    client = clients["postal"]
    reached = {
        path.split("/")[3] for path in PAGES if client.get(path, **CHOICES).status_code not in (403, 404)
    }
    assert reached <= {"scope", "overview", "tree", "flow", "profile"}
