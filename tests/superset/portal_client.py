"""Asks the portal's service as one viewer, without Superset."""

from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from mofang_pipeline.portal.application import viewer_header


@dataclass(frozen=True)
class Portal:
    client: TestClient
    org_code: str
    role: str = "branch_analyst"
    user: str = "lin"
    language: str = "zh"

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, params=query, headers=self.headers)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(path, json=body, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        viewer = {"user": self.user, "role": self.role, "org_code": self.org_code, "language": self.language}
        return {"X-Mofang-Viewer": viewer_header(viewer)}
