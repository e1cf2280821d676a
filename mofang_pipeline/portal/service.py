"""The portal's service as a program for the supervisor, and where its socket is."""

import os
import sys
from pathlib import Path

from mofang_pipeline.home import Home
from mofang_pipeline.processes import Service

SOCKET = "socket"


def socket_folder(home: Home) -> Path:
    """A folder that nobody but the owner may enter: who reaches the socket is trusted."""
    folder = home.folder("portal")
    folder.chmod(0o700)
    return folder


def service(home: Home, superset_port: int) -> Service:
    """To be started beside Superset, through which it is reached and asked whether it is up."""
    variables = {"MOFANG_HOME": str(home.root), "MOFANG_RULEBOOK": str(home.rulebook.resolve())}
    if home.postgres_url:
        variables["MOFANG_POSTGRES_URL"] = home.postgres_url
    return Service(
        "portal",
        [sys.executable, "-m", "mofang_pipeline.portal"],
        home.folder("logs") / "portal.log",
        os.environ | variables,
        healthy_at=f"http://127.0.0.1:{superset_port}/mofang/health",
    )
