"""The way to the portal's service (mofang_pipeline/portal): HTTP over its Unix socket. portal.py says who may ask."""

import http.client
import json
import os
import socket

from flask import Response

SECONDS = 90
PASSED_ON = ("Content-Type", "Content-Disposition")


def forwarded(method: str, address: str, headers: dict[str, str], body: bytes | None) -> Response:
    connection = ServiceConnection()
    try:
        connection.request(method, address, body=body, headers=headers)
        answer = connection.getresponse()
        passed = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
        return Response(answer.read(), answer.status, {**passed, "Cache-Control": "no-store"})
    except OSError:
        return told(
            503,
            "the portal's service does not answer; the data team looks into logs/portal.log",
            "魔方服务未响应，请联系数据团队查看 logs/portal.log",
        )
    finally:
        connection.close()


class ServiceConnection(http.client.HTTPConnection):
    """HTTP over the service's Unix socket; by its folder's handle, since a socket's path must be short."""

    def __init__(self) -> None:
        super().__init__("portal", timeout=SECONDS)

    def connect(self) -> None:
        folder = os.open(os.environ["MOFANG_PORTAL"], os.O_RDONLY)
        try:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(self.timeout)
            self.sock.connect(f"/proc/self/fd/{folder}/socket")
        finally:
            os.close(folder)


def told(status: int, en: str, zh: str) -> Response:
    return Response(json.dumps({"error": {"en": en, "zh": zh}}), status, mimetype="application/json")
