"""A real nginx with the configuration that `mofang proxy` prints, a certificate of its own, and two small upstreams."""

import json
import socket
import subprocess
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from mofang_pipeline.proxy import Proxy

HOST = "mofang.test"
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    include {folder}/mofang.conf;
}}
"""
ALLOWED = {
    "": 401,
    "who=branch": 403,
    "who=data": 204,
}  # what Superset's /mofang/may/pipeline.read says to a cookie


class Upstream(BaseHTTPRequestHandler):
    """Tells what it was asked."""

    def do_GET(self):
        may = self.path == "/mofang/may/pipeline.read"
        self.send_response(ALLOWED[self.headers.get("Cookie", "")] if may else 200)
        body = b"" if may else json.dumps({"path": self.path, **dict(self.headers)}).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet."""


def upstream():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


def answers(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    servers, http, https = [upstream(), upstream()], free_port(), free_port()
    places = [f"127.0.0.1:{server.server_port}" for server in servers]
    proxy = Proxy(HOST, certificate, key, *places, http=f"127.0.0.1:{http}", https=f"127.0.0.1:{https}")
    (folder / "mofang.conf").write_text(proxy.configuration())
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    nginx = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            if answers(https) or nginx.poll() is not None:
                break
            time.sleep(0.05)
        assert nginx.poll() is None, (folder / "error.log").read_text()
        yield http, https
    finally:
        nginx.terminate()
        nginx.wait(60)
        for server in servers:
            server.shutdown()


@pytest.fixture
def get(ports):
    def ask(path, cookie=None, port=ports[1], scheme="https", **headers):
        with requests.Session() as session:
            session.trust_env = False
            sent = {"Host": HOST, **headers} | ({"Cookie": cookie} if cookie else {})
            address = f"{scheme}://127.0.0.1:{port}{path}"
            return session.get(address, headers=sent, verify=False, allow_redirects=False, timeout=60)

    return ask


pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")


def test_plain_http_is_sent_to_tls(get, ports):
    answer = get("/superset/welcome/", port=ports[0], scheme="http")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        f"https://{HOST}:{ports[1]}/superset/welcome/",
    )


def test_superset_hears_that_it_is_behind_tls_and_nothing_that_a_client_claims(get):
    heard = get("/x", **{"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "http"}).json()
    assert (heard["X-Forwarded-For"], heard["X-Forwarded-Proto"], heard["Host"]) == (
        "127.0.0.1",
        "https",
        HOST,
    )


def test_browsers_keep_to_tls(get):
    assert "max-age" in get("/").headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("cookie", "status", "location"),
    [(None, 302, "/login/?next=/dagster/"), ("who=branch", 403, None), ("who=data", 200, None)],
)
def test_dagster_is_behind_supersets_login(get, cookie, status, location):
    answer = get("/dagster/runs", cookie)
    place = answer.headers.get("Location", "").partition(str(HOST))[2].lstrip(":0123456789") or None
    assert (answer.status_code, place) == (status, location)


def test_the_path_and_a_websockets_headers_reach_dagster(get):
    heard = get("/dagster/graphql", "who=data", Upgrade="websocket", Connection="Upgrade").json()
    assert (heard["path"], heard["Upgrade"], heard["Connection"]) == (
        "/dagster/graphql",
        "websocket",
        "upgrade",
    )


def test_the_question_to_superset_cannot_be_asked_from_outside(get):
    assert get("/_may_see_dagster", "who=data").status_code == 404
