"""A staged folder to any fsspec destination: the receiver finds a whole list or none, and the manifest comes last.

Where the store can rename, a file is written under a temporary name and then renamed; object stores show an object only
when it is whole. What was handed over before a crash is left as it is; a second hand-over changes nothing. Credentials
and options are fsspec's own (FSSPEC_<PROTOCOL> or its configuration files), never part of a URL that is kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fsspec.core import url_to_fs

from mofang_pipeline.push.staging import MANIFEST
from mofang_pipeline.refusals import Refused

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "oci", "memory"})


def hand_over(staged: Path, destination: str, known_hosts: Path) -> str:
    """Brings the files of `staged` to `destination`/<its name>/; returns that place, without credentials."""
    with _opened(destination, known_hosts) as (filesystem, root):
        target = f"{root.rstrip('/')}/{staged.name}"
        filesystem.invalidate_cache()
        if not _is_delivered(filesystem, staged, target):
            renames = not OBJECT_STORES & set(_protocols(filesystem))
            if renames:
                filesystem.makedirs(target, exist_ok=True)
            names = sorted(path.name for path in staged.iterdir() if path.name != MANIFEST)
            for name in [*names, MANIFEST]:
                _deliver(filesystem, staged / name, f"{target}/{name}", renames=renames)
    return f"{shown(destination).rstrip('/')}/{staged.name}"


def shown(url: str) -> str:
    """The URL without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if parts.scheme else url


@contextmanager
def _opened(destination: str, known_hosts: Path) -> Iterator[tuple[Any, str]]:
    """The destination's file system and the path in it; an SSH connection is closed at the end."""
    options: dict[str, Any] = {}
    is_ssh = destination.startswith(("sftp:", "ssh:"))
    if is_ssh:
        from mofang_pipeline.push.ssh_hosts import OnlyKnown

        options["host_key_policy"] = OnlyKnown(known_hosts)
    try:
        filesystem, root = url_to_fs(destination, skip_instance_cache=True, **options)
    except (ValueError, ImportError, OSError) as error:
        raise Refused(
            f"destination {shown(destination)} cannot be reached: {' '.join(str(error).split())}",
            f"无法连接目标 {shown(destination)}",
        ) from error
    try:
        yield filesystem, root
    finally:
        if is_ssh:
            filesystem.client.close()


def _protocols(filesystem: Any) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)


def _is_delivered(filesystem: Any, staged: Path, target: str) -> bool:
    """Whether the manifest is there, which says that all is; another one under this name is refused."""
    place = f"{target}/{MANIFEST}"
    if not filesystem.exists(place):
        return False
    if filesystem.cat_file(place) != (staged / MANIFEST).read_bytes():
        raise Refused(
            f"{staged.name} is at the destination already with another manifest; clear it or choose another place",
            f"目标处已有同名推送 {staged.name} 但清单不同，请清理或更换目标",
        )
    return True


def _deliver(filesystem: Any, local: Path, target: str, *, renames: bool) -> None:
    """One file. A file under its final name is whole, so one of the right size was delivered before a crash."""
    if filesystem.exists(target) and filesystem.size(target) == local.stat().st_size:
        return
    if not renames:
        filesystem.put_file(str(local), target)
        return
    folder, _, name = target.rpartition("/")
    draft = f"{folder}/.{name}.part"
    filesystem.put_file(str(local), draft)
    filesystem.mv(draft, target)
