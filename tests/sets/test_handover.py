"""A staged list to a folder, a real SFTP server and an S3-compatible server: whole files, the manifest last."""

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import fsspec.config
import pytest

from mofang_pipeline.push.handover import hand_over, shown
from mofang_pipeline.refusals import Refused
from tests.sets import servers


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    folder = tmp_path / "staged" / "asleep-v1-sms-20260308-0011aabb"
    folder.mkdir(parents=True)
    (folder / "part-0001.csv").write_text("token\naa\n")
    (folder / "part-0002.csv").write_text("token\nbb\n")
    (folder / "manifest.json").write_text(json.dumps({"rows": 2}))
    return folder


@pytest.fixture
def no_hosts(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_folder(staged: Path, tmp_path: Path, no_hosts: Path) -> None:
    place = hand_over(staged, str(tmp_path / "out"), no_hosts)
    assert place == str(tmp_path / "out" / staged.name)
    assert content(tmp_path / "out" / staged.name) == content(staged)


def test_a_second_time_changes_nothing(staged: Path, tmp_path: Path, no_hosts: Path) -> None:
    hand_over(staged, str(tmp_path / "out"), no_hosts)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    hand_over(staged, str(tmp_path / "out"), no_hosts)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


def test_another_list_under_the_name_is_refused(staged: Path, tmp_path: Path, no_hosts: Path) -> None:
    hand_over(staged, str(tmp_path / "out"), no_hosts)
    (staged / "manifest.json").write_text(json.dumps({"rows": 3}))
    with pytest.raises(Refused, match="another manifest"):
        hand_over(staged, str(tmp_path / "out"), no_hosts)


def test_credentials_are_not_shown() -> None:
    assert shown("sftp://bank:secret@10.0.0.1:22/in") == "sftp://10.0.0.1:22/in"


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path, str]]:
    """A running SFTP server: its URL, the folder behind it and its line for known_hosts."""
    monkeypatch.setitem(fsspec.config.conf, "sftp", servers.SFTP_OPTIONS)
    with servers.sftp_server(tmp_path / "sftp") as (url, line):
        yield url, tmp_path / "sftp", line


def test_sftp(staged: Path, sftp: tuple[str, Path, str], no_hosts: Path) -> None:
    url, root, line = sftp
    no_hosts.write_text(line)
    hand_over(staged, url, no_hosts)
    hand_over(staged, url, no_hosts)
    assert content(root / "in" / staged.name) == content(staged)


def test_sftp_goes_on_where_it_was_cut(staged: Path, sftp: tuple[str, Path, str], no_hosts: Path) -> None:
    url, root, line = sftp
    no_hosts.write_text(line)
    target = root / "in" / staged.name
    target.mkdir(parents=True)
    (target / ".part-0001.csv.part").write_text("tok")
    hand_over(staged, url, no_hosts)
    assert content(target) == content(staged)


def test_an_unknown_sftp_server_is_refused(staged: Path, sftp: tuple[str, Path, str], no_hosts: Path) -> None:
    with pytest.raises(Refused, match="known_hosts"):
        hand_over(staged, sftp[0], no_hosts)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    """An S3-compatible server with the bucket `lists`."""
    with servers.s3_server() as options:
        monkeypatch.setitem(fsspec.config.conf, "s3", options)
        yield fsspec.filesystem("s3", skip_instance_cache=True)


def test_object_store(staged: Path, bucket: fsspec.AbstractFileSystem, no_hosts: Path) -> None:
    for _ in range(2):
        place = hand_over(staged, "s3://lists/sms", no_hosts)
    found = {path.rsplit("/", 1)[1]: bucket.cat_file(path).decode() for path in bucket.find("lists")}
    assert (place, found) == (f"s3://lists/sms/{staged.name}", content(staged))


def test_the_manifest_comes_last(staged: Path, no_hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    order: list[str] = []
    whole = MemoryFileSystem.put_file
    monkeypatch.setattr(
        MemoryFileSystem,
        "put_file",
        lambda self, local, target: (order.append(Path(target).name), whole(self, local, target)),
    )
    hand_over(staged, "memory://lists", no_hosts)
    assert order == ["part-0001.csv", "part-0002.csv", "manifest.json"]
