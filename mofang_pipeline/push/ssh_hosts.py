"""Which SSH servers a list is handed to: those whose key is in a known_hosts file, and no other."""

from pathlib import Path

import paramiko

from mofang_pipeline.refusals import Refused


class OnlyKnown(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    """Refuses a server whose key is not in `path`: whoever stands between would get the customers' list."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        known = paramiko.HostKeys(str(self.path)) if self.path.is_file() else paramiko.HostKeys()
        if not known.check(hostname, key):
            raise Refused(
                f"the key of SSH server {hostname} is not in {self.path}; add it as ssh-keyscan prints it",
                f"SSH 服务器 {hostname} 的密钥不在 {self.path} 中，请先加入",
            )
