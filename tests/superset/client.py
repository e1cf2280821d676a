"""A browser's requests without a browser: logs in through the form and asks Superset's REST interface."""

import re
from dataclasses import dataclass, field
from typing import Any

import requests

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
APP_TOKEN = re.compile(r"csrf_token&#34;: &#34;([^&]+)&#34;|\"csrf_token\": \"([^\"]+)\"")


@dataclass
class Client:
    """One user's session."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def log_in(self, user: str, password: str) -> "Client":
        page = self.session.get(f"{self.url}/login/").text
        found = TOKEN.search(page) or APP_TOKEN.search(page)
        token = next(filter(None, found.groups())) if found else ""
        self.session.post(
            f"{self.url}/login/", data={"username": user, "password": password, "csrf_token": token}
        )
        answer = self.get("/api/v1/security/csrf_token/")
        assert answer.status_code == 200, f"{user} could not log in: {answer.status_code} {answer.text[:300]}"
        self.session.headers.update({"X-CSRFToken": answer.json()["result"], "Referer": self.url})
        return self

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(f"{self.url}{path}", params=params, timeout=120)

    def post(self, path: str, body: Any = None) -> requests.Response:
        return self.session.post(f"{self.url}{path}", json=body, timeout=120)

    def rows(self, answer: requests.Response) -> list[dict[str, Any]]:
        """Of a chart-data answer; an error is no rows."""
        if answer.status_code != 200:
            return []
        return [row for result in answer.json()["result"] for row in result.get("data") or []]
