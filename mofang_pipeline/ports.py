"""Loopback ports for the services, so that two demos started at the same moment take different ones."""

import fcntl
import os
import socket
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOOPBACK = "127.0.0.1"


class NoPortError(Exception):
    """All ports that were tried are taken."""


@dataclass(frozen=True)
class Port:
    """A loopback port that no other Mofang of this user takes while `claim` is open."""

    number: int
    claim: IO[str]


def claim_port(preferred: int, tries: int = 200) -> Port:
    """`preferred`, or the next one that is free and not claimed by another Mofang of this user."""
    for number in range(preferred, preferred + tries):
        claim = (Path(tempfile.gettempdir()) / f"mofang-{os.getuid()}-port-{number}.lock").open("w")
        if locked(claim) and _free(number):
            return Port(number, claim)
        claim.close()
    raise NoPortError(f"no free port between {preferred} and {preferred + tries - 1}")


def locked(claim: IO[str]) -> bool:
    """Whether nobody else holds the open file, which is now held until it is closed or the process ends."""
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _free(number: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, number))
        except OSError:
            return False
    return True
