"""Makes `.venv`, `.venv-superset` and the portal's charts exactly as their locks say; nothing where all is there.

Runs before anything is installed: standard library only, and nothing of mofang_pipeline.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import portal_assets

REPOSITORY = Path(__file__).resolve().parent.parent
LOCKS = REPOSITORY / "requirements"
BOOTSTRAP = REPOSITORY / ".venv-bootstrap"


@dataclass(frozen=True)
class Environment:
    folder: Path
    lock: Path
    editable: bool  # with mofang itself

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.folder / ".mofang-installed"

    def digest(self) -> str:
        """Of all that decides what the environment holds: when it changes, the environment is made again."""
        made_from = [self.lock, REPOSITORY / "pyproject.toml"] if self.editable else [self.lock]
        content = b"".join(path.read_bytes() for path in made_from)
        return hashlib.sha256(content + str(self.folder).encode() + sys.version.encode()).hexdigest()

    def ready(self) -> bool:
        return self.python.exists() and self.stamp.exists() and self.stamp.read_text() == self.digest()


ENVIRONMENTS = (
    Environment(REPOSITORY / ".venv", LOCKS / "pipeline.txt", editable=True),
    Environment(REPOSITORY / ".venv-superset", LOCKS / "superset.txt", editable=False),
)


def main() -> int:
    if sys.version_info[:2] != (3, 11):
        found = sys.version.split()[0]
        return _fail(f"Mofang needs Python 3.11, not {found}: `make setup PYTHON=/path/to/python3.11`")
    missing = [environment for environment in ENVIRONMENTS if not environment.ready()]
    try:
        uv = _uv() if missing else None
        for environment in missing:
            _install(environment, uv)
        portal_assets.install(ENVIRONMENTS[0].python)
    except subprocess.CalledProcessError as error:
        return _fail(f"`{' '.join(map(str, error.cmd[:4]))} ...` failed with {error.returncode}; see above")
    except KeyboardInterrupt:
        return 130
    return 0


def _install(environment: Environment, uv: Path | None) -> None:
    started = time.monotonic()
    print(f"setup: {environment.folder.name} from requirements/{environment.lock.name} ...", flush=True)
    environment.stamp.unlink(missing_ok=True)
    (_with_uv if uv else _with_pip)(environment, uv)
    environment.stamp.write_text(environment.digest())
    print(f"setup: {environment.folder.name} ready in {time.monotonic() - started:.0f} s", flush=True)


def _with_uv(environment: Environment, uv: Path | None) -> None:
    python = str(environment.python)
    _run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, environment.folder)
    _run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, environment.lock)
    if environment.editable:
        editable = ("--no-deps", "--no-build-isolation", "--editable", REPOSITORY)
        _run(uv, "pip", "install", "--quiet", "--python", python, *editable)


def _with_pip(environment: Environment, _: Path | None) -> None:
    _run(sys.executable, "-m", "venv", "--clear", environment.folder)
    pip = (environment.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--require-hashes", "-r", environment.lock)
    if environment.editable:
        _run(*pip, "--no-deps", "--no-build-isolation", "--editable", REPOSITORY)


def _uv() -> Path | None:
    """The locked uv in its own small environment; None where it cannot be had, and pip does the work."""
    uv, stamp, lock = BOOTSTRAP / "bin" / "uv", BOOTSTRAP / ".mofang-installed", LOCKS / "uv.txt"
    if uv.exists() and stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return uv
    try:
        _run(sys.executable, "-m", "venv", "--clear", BOOTSTRAP)
        pip = (BOOTSTRAP / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, "--require-hashes", "-r", lock)
    except subprocess.CalledProcessError:
        print("setup: uv cannot be had, pip installs instead (slower)", flush=True)
        shutil.rmtree(BOOTSTRAP, ignore_errors=True)
        return None
    shutil.copyfile(lock, stamp)
    return uv


def _run(*command: object) -> None:
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run([str(part) for part in command], check=True, env=environment)


def _fail(message: str) -> int:
    print(f"setup: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
