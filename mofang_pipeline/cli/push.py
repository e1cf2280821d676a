"""`mofang push` and `mofang detokenise`: a set handed to a channel, and back to ids for the holder of the key."""

from datetime import date
from pathlib import Path

from mofang_pipeline.cli.output import Rows
from mofang_pipeline.cli.progress import progress
from mofang_pipeline.home import Home

COLUMNS = ("push_id", "set", "set_version", "channel", "as_of", "org", "campaign", "candidates", "no_consent",
           "do_not_contact", "frequency_cap", "higher_priority", "holdout", "pushed", "files", "sets",
           "rule_versions", "key_id", "expires_on", "folder")  # fmt: skip


def push(
    home: Home,
    set_id: str,
    channel: str,
    as_of: date,
    *,
    org: str | None,
    to: str | None,
    campaign: str | None,
    by: str,
) -> Rows:
    """Pushes the set; its manifest as one row."""
    from mofang_pipeline.push.actions import push as push_set

    with progress(f"push {set_id} to {channel}") as step:
        manifest = push_set(
            home, actor=by, set_id=set_id, channel_name=channel, as_of=as_of, org_code=org, to=to,
            campaign=campaign, progress=step,
        )  # fmt: skip
    folder = str(home.folder("push") / manifest["push_id"])
    row = {**manifest, **manifest["funnel"], "folder": folder}
    return Rows(COLUMNS, [tuple(row[name] for name in COLUMNS)])


def detokenised(home: Home, listed: Path, key: Path | None) -> Rows:
    from mofang_pipeline.detokenise import detokenise

    key_file = key or home.root / "secrets" / "token_key"
    return Rows(("token", "customer_id"), detokenise(listed, home.landing, key_file))
