"""The house's own rules: targets that explain themselves, locks with hashes, reasons, no addresses."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = ("pipeline.txt", "superset.txt", "uv.txt")
TARGETS = ("setup", "system", "demo", "test", "lint", "format", "bench", "lock", "hooks", "clean")
# Written in two halves, so that this file does not hold what it forbids.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "debian" + ".org")
FORBIDDEN = (*HOSTS, "/work/" + "shared", "file" + "://")


def read(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def locked(lock: str) -> set[str]:
    return {
        _normal(name)
        for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", read(f"requirements/{lock}"), re.M)
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [REPOSITORY / line for line in listed.stdout.splitlines() if (REPOSITORY / line).is_file()]


@pytest.mark.parametrize("target", TARGETS)
def test_help_lists_the_target(target: str) -> None:
    listed = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert re.search(rf"make {target} +\S", listed.stdout)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + read(f"requirements/{lock}"))
    unhashed = [each.split(" ")[0] for each in entries if "==" in each and "--hash=sha256:" not in each]
    assert unhashed == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    assert not re.search(r"https?:|file:|--index|--find-links|/work/|/tmp/", read(f"requirements/{lock}"))


def test_every_dependency_says_why() -> None:
    block = read("pyproject.toml").split("[project.scripts]")[0]
    quoted = [line for line in block.splitlines() if re.match(r'^    "', line)]
    assert [line for line in quoted if not re.search(r'", +# \S', line)] == []


def test_every_superset_dependency_says_why() -> None:
    lines = [
        line for line in read("requirements/superset.in").splitlines() if line and not line.startswith("#")
    ]
    assert [line for line in lines if "  # " not in line] == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {_normal(re.split(r"[<>=~!\[ ]", each)[0]) for each in wanted}
    assert names - locked("pipeline.txt") == set()


def test_both_environments_have_the_same_duckdb() -> None:
    versions = {re.search(r"^duckdb==(\S+)", read(f"requirements/{lock}"), re.M)[1] for lock in LOCKS[:2]}  # type: ignore[index]
    assert len(versions) == 1


def test_no_file_names_a_registry_or_a_path_outside_the_project() -> None:
    texts = {path: path.read_bytes().decode("utf-8", errors="ignore") for path in tracked()}
    found = [
        f"{path.relative_to(REPOSITORY)}: {word}"
        for path, text in texts.items()
        for word in FORBIDDEN
        if word in text
    ]
    assert found == []


def test_ci_calls_the_target_that_a_developer_calls() -> None:
    assert read(".ci/run").rstrip().endswith("make test")


def test_hooks_fetch_nothing() -> None:
    assert re.findall(r"repo: (\S+)", read(".pre-commit-config.yaml")) == ["local"]


def test_test_modules_have_names_of_their_own() -> None:
    """pytest imports them by their bare names: two alike in two folders would hide one another."""
    names = [path.name for path in (REPOSITORY / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
