"""dbt's manifest, parsed once per state of the project and kept: a dbt start is the dearest second of a run."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from mofang_pipeline import lake, stores
from mofang_pipeline.home import REPOSITORY, Home

PROJECT = REPOSITORY / "dbt_project"


def dbt_environment(home: Home) -> None:
    """What dbt_project/profiles.yml reads, set for dbt's own process."""
    os.environ.update(
        MOFANG_LAKE_DSN=stores.ducklake_dsn(home),
        MOFANG_LAKE_PATH=f"{home.lake}/",
        MOFANG_EXTENSIONS=lake.extension_folder(home),
        MOFANG_THREADS=str(home.threads),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )


class DbtParseError(Exception):
    """dbt does not accept the project; the message is dbt's own last lines."""


def manifest_path(home: Home) -> Path:
    """Path of the manifest of dbt_project as it now is; parses it where it is not kept yet."""
    kept = home.folder("dbt") / _fingerprint()
    manifest = kept / "manifest.json"
    if not manifest.exists():
        draft = kept.with_name(f".{kept.name}.{os.getpid()}")
        dbt_environment(home)  # dbt parses again where the profile has changed
        _parse(draft)
        shutil.rmtree(kept, ignore_errors=True)
        draft.replace(kept)
    return manifest


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.suffix in {".sql", ".yml", ".csv"} and "target" not in path.parts:
            digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _parse(target: Path) -> None:
    command = [str(Path(sys.executable).with_name("dbt")), "parse", "--target-path", str(target), "--quiet"]
    environment = os.environ | {"DBT_PROFILES_DIR": str(PROJECT), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(
        [*command, "--log-path", str(target)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise DbtParseError("dbt parse failed: " + " ".join(lines[-6:]))
