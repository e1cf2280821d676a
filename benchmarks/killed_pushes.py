"""Pushes killed (SIGKILL) at twenty points to each kind of receiver: a folder, an SFTP server, an S3-compatible server.

python -m benchmarks.killed_pushes    # 60 lists, each killed once, looked at, finished and pushed again

The tests kill three lists twenty times in all; here every point has a list of its own, of the tests' small bank.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from mofang_pipeline.home import REPOSITORY, Home
from tests.sets import bank, killing
from tests.sets.conftest import FREE_CHANNEL
from tests.sets.test_push_killed import pushes_of, require_list, require_once, save_sets

KINDS = ("folder", "sftp", "s3")
POINTS = (1, 3, 5, 8, 11, 14, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43)


def killed(home: Home, kind: str, folder: Path) -> int:
    """How many of POINTS killed their push; AssertionError where a receiver saw part of a list, or anything twice."""
    names = [f"{kind}_{point}" for point in POINTS]
    save_sets(home, names)
    count = 0
    with killing.receiver(kind, folder, home) as to:
        for name, point in zip(names, POINTS, strict=True):
            count += killing.exit_of_push(home, name, bank.LAST, to, point) == killing.KILLED
            seen = [to.files(push_id) for push_id in pushes_of(home, name)]
            manifest = killing.push(home, name, bank.LAST, to)
            whole = to.files(manifest["push_id"])
            require_list(whole, manifest)
            require_once(home, manifest)
            for each in seen:
                assert each.items() <= whole.items()
                assert "manifest.json" not in each or each == whole
            assert killing.push(home, name, bank.LAST, to) == manifest
            assert to.files(manifest["push_id"]) == whole
    return count


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mofang-bench-"))
    try:
        rulebook = folder / "rulebook"
        shutil.copytree(REPOSITORY / "rulebook", rulebook)
        with (rulebook / "channels.yaml").open("a", encoding="utf-8") as file:
            file.write(FREE_CHANNEL)
        home = bank.build(Home(home=folder / "home", rulebook=rulebook))
        for kind in KINDS:
            print(
                f"{kind}: {killed(home, kind, folder)} of {len(POINTS)} killed, each list whole and once",
                flush=True,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
