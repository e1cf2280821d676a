"""`python -m mofang_pipeline.portal`: the service, until it is stopped."""

import os
import socket

import uvicorn

from mofang_pipeline.home import Home
from mofang_pipeline.portal.application import application
from mofang_pipeline.portal.reading import PublishedLake
from mofang_pipeline.portal.service import SOCKET, socket_folder
from mofang_pipeline.portal.warming import start_warming


def main() -> None:
    home = Home()
    lake = PublishedLake(home)
    with listening(home) as server:
        start_warming(home, lake)
        settings = uvicorn.Config(application(home, lake), access_log=False, log_level="info", lifespan="off")
        uvicorn.Server(settings).run(sockets=[server])


def listening(home: Home) -> socket.socket:
    """The socket, in a folder of the owner's alone; bound by its folder's handle, since a socket's path is short."""
    folder = os.open(socket_folder(home), os.O_RDONLY)
    path = f"/proc/self/fd/{folder}/{SOCKET}"
    if os.path.lexists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    os.close(folder)
    return server


if __name__ == "__main__":
    main()
