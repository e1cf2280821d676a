"""Where an installation keeps its state, and the secrets made at set-up.

Every path under MOFANG_HOME and every environment variable that Mofang reads is named here and nowhere else.
"""

import os
import secrets
from datetime import date
from functools import cached_property
from pathlib import Path

import psutil
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent


class HomeError(Exception):
    """MOFANG_HOME is no folder, none can be made there, or engines cannot take its path."""


class SecretError(Exception):
    """A secret's file no longer holds what was written there."""


class Home(BaseSettings):
    """Settings from the environment: MOFANG_HOME, MOFANG_RULEBOOK, MOFANG_POSTGRES_URL, MOFANG_DATA_END ..."""

    model_config = SettingsConfigDict(env_prefix="MOFANG_", frozen=True)

    home: Path = Path(".mofang")
    rulebook: Path = REPOSITORY / "rulebook"
    postgres_url: str | None = None  # an external server; else one is embedded under MOFANG_HOME/postgres
    data_end: date | None = (
        None  # where the data end for good, as the demo's do; else days go on with the clock
    )
    threads: int = os.cpu_count() or 2
    memory_limit: str = (
        f"{psutil.virtual_memory().total // 2**21}MiB"  # of one DuckDB process; half the machine's
    )

    @cached_property
    def root(self) -> Path:
        root = self.home.expanduser().resolve()
        if "'" in str(root):
            raise HomeError(f"MOFANG_HOME {root} has a quote in its path: name a folder without one")
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(
                f"MOFANG_HOME {root} cannot be used: {error.strerror}; name a folder that may be written"
            ) from error
        return root

    def folder(self, name: str) -> Path:
        """`root/name`, made if missing."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def landing(self) -> Path:
        return self.folder("landing")

    @property
    def lake(self) -> Path:
        return self.folder("lake")

    def secret(self, name: str, *, length: int = 32) -> bytes:
        """The secret `root/secrets/name`, made once (owner-readable only) and never changed afterwards.

        Kept outside the lake: who holds only the lake cannot turn tokens back into customers.
        """
        path = self.root / "secrets" / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _kept_secret(path, length)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(length))
        return bytes.fromhex(path.read_text().strip())


def _kept_secret(path: Path, length: int) -> bytes:
    try:
        kept = bytes.fromhex(path.read_text().strip())
    except ValueError:
        kept = b""
    if len(kept) < length:
        raise SecretError(
            f"{path} was changed by hand: it must hold {length} random bytes in hexadecimal; put the old file back"
        )
    return kept
