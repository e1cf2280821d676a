"""The configuration of nginx in front of Superset and Dagster: superset/proxy/mofang.conf.template, filled in."""

from dataclasses import dataclass
from pathlib import Path

from mofang_pipeline.home import REPOSITORY

TEMPLATE = REPOSITORY / "superset" / "proxy" / "mofang.conf.template"


@dataclass(frozen=True)
class Proxy:
    """Where it listens, its certificate, and the loopback addresses behind it."""

    host: str
    certificate: Path
    key: Path
    superset: str = "127.0.0.1:8088"
    dagster: str = "127.0.0.1:3000"
    http: str = "80"
    https: str = "443"

    def configuration(self) -> str:
        text = TEMPLATE.read_text(encoding="utf-8")
        port = self.https.rpartition(":")[2]
        values = {**vars(self), "https_suffix": "" if port == "443" else f":{port}"}
        for name, value in values.items():
            text = text.replace("${" + name + "}", str(value))
        return text
