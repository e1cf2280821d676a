"""Receivers of pushed lists: a running SFTP server and an S3-compatible one, on loopback."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import asyncssh

SFTP_OPTIONS = {"password": "secret", "look_for_keys": False, "allow_agent": False}


class _AnyPassword(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False


@contextmanager
def sftp_server(root: Path) -> Iterator[tuple[str, str]]:
    """Serves `root`: the URL of its folder `in`, and the server's line for known_hosts."""
    root.mkdir(exist_ok=True)
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop, started, port = asyncio.new_event_loop(), threading.Event(), []

    async def serve() -> None:
        server = await asyncssh.create_server(
            _AnyPassword, "127.0.0.1", 0, server_host_keys=[key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root).encode()),
        )  # fmt: skip
        port.append(server.get_port())
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20)
    try:
        line = f"[127.0.0.1]:{port[0]} {key.export_public_key().decode()}"
        yield f"sftp://bank@127.0.0.1:{port[0]}/in", line
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@contextmanager
def s3_server() -> Iterator[dict[str, Any]]:
    """fsspec's options for a running S3-compatible server with the bucket `lists`."""
    import fsspec
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        options = {"key": "k", "secret": "s", "endpoint_url": f"http://{host}:{port}"}
        urlopen(
            Request(f"{options['endpoint_url']}/moto-api/reset", method="POST")
        ).close()  # moto's state is the process's
        fsspec.filesystem("s3", skip_instance_cache=True, **options).mkdir("lists")
        yield options
    finally:
        server.stop()
