"""The commands and their options, and how the program ends. Each command calls one function."""

import signal
import sys
from datetime import date
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli import reconciliation, rule_changes, trials, why
from mofang_pipeline.cli.arguments import (
    Basis,
    BasisOption,
    DayOption,
    FormatOption,
    FromOption,
    LanguageOption,
    OnlyDayOption,
    OnlyOrgOption,
    OrgOption,
    PushedOrgOption,
    ToOption,
    ordered,
    parse_day,
)
from mofang_pipeline.cli.campaigns import add_to as add_campaigns
from mofang_pipeline.cli.failures import INTERRUPTED, CommandError, report
from mofang_pipeline.cli.output import Format, Rows, note, show
from mofang_pipeline.cli.progress import progress
from mofang_pipeline.cli.sets import app as sets_app
from mofang_pipeline.cli.users import app as users_app

if TYPE_CHECKING:
    from mofang_pipeline.home import Home

app = typer.Typer(
    name="mofang",
    help="Quick-payment customers by segments. State lives under MOFANG_HOME (default .mofang).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(users_app, name="users")
rules_app = typer.Typer(help="The rulebook.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")
rule_changes.add_to(rules_app)
trials.add_to(rules_app)
app.add_typer(sets_app, name="sets")
add_campaigns(app)
why.add_to(app)
reconciliation.add_to(app)


@app.callback()
def _before(
    context: typer.Context,
    chosen: Annotated[Format | None, typer.Option("--format", help="How to print rows.")] = None,
) -> None:
    context.obj = chosen


@app.command()
def demo(
    customers: Annotated[int, typer.Option(min=1, help="How many customers to make up.")] = 20_000,
    days: Annotated[int, typer.Option(min=1, help="How many days to compute.")] = 35,
    last: Annotated[
        date, typer.Option("--to", parser=parse_day, metavar="YYYY-MM-DD", help="The last day.")
    ] = date(2026, 6, 30),
    wait: Annotated[bool, typer.Option(help="Stay until Ctrl-C, or end as soon as all is up.")] = True,
) -> None:
    """Sample data, the whole pipeline, Dagster UI and Superset; Ctrl-C stops all of it."""
    from mofang_pipeline.demo import run_demo
    from mofang_pipeline.sample_data import Sample

    run_demo(_home(), Sample(customers=customers, days=days, last=last), wait=wait)


@app.command()
def serve(
    superset: Annotated[int, typer.Option(min=1024, max=65535, help="Port of Superset.")] = 8088,
    dagster: Annotated[int, typer.Option(min=1024, max=65535, help="Port of the Dagster UI.")] = 3000,
    wait: Annotated[bool, typer.Option(help="Stay until Ctrl-C, or end as soon as all is up.")] = True,
) -> None:
    """Superset and the Dagster UI over what is published, with the nightly schedule; Ctrl-C stops all of it."""
    from mofang_pipeline import services

    services.serve(_home(), superset=superset, dagster=dagster, wait=wait)


@app.command()
def generate(
    customers: Annotated[int, typer.Option("--customers", min=1, help="How many customers.")],
    first: FromOption,
    last: ToOption,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other customers.")] = 1,
) -> None:
    """Write a realistic landing zone; the same arguments give the same files."""
    from mofang_pipeline.sample_data import generate_landing

    ordered(first, last)
    with progress(f"generate {customers:,} customers") as step:
        generate_landing(_home(), customers=customers, first=first, last=last, seed=seed, step=step)


@app.command()
def run(
    first: FromOption,
    last: ToOption,
    province: Annotated[list[str] | None, typer.Option("--province", help="Only these.")] = None,
) -> None:
    """Compute those days, from landed files to flows."""
    from mofang_pipeline.runs import run_days

    ordered(first, last)
    with progress(f"run {first} to {last}") as step:
        run_days(_home(), first=first, last=last, provinces=tuple(province or ()), progress=step)


@app.command()
def tree(
    day: DayOption,
    org: OrgOption = None,
    language: LanguageOption = "zh",
    chosen: FormatOption = None,
) -> None:
    """An organisation's tree on one day: customers of every node."""
    from mofang_pipeline.cli.tree import tree as tree_of

    _show(tree_of(_home(), day, org, language), chosen)


@app.command()
def flow(
    first: FromOption,
    last: ToOption,
    org: OrgOption = None,
    level: Annotated[int | None, typer.Option("--level", min=0, help="0 is the root.")] = None,
    basis: BasisOption = Basis.actual,
    causes: Annotated[
        bool, typer.Option("--causes", help="Each link by cause: customer, rule, both.")
    ] = False,
    chosen: FormatOption = None,
) -> None:
    """How many customers moved from which segment to which."""
    from mofang_pipeline.cli.flow import flow as flow_of

    ordered(first, last)
    if causes and basis is Basis.same_rules:
        raise typer.BadParameter(
            "--causes tells why the actual flow is not that of --basis same-rules; choose one"
        )
    _show(flow_of(_home(), first, last, org, level, basis, causes), chosen)


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="A published table.")],
    day: OnlyDayOption = None,
    org: OnlyOrgOption = None,
    chosen: FormatOption = None,
) -> None:
    """Rows of a published table."""
    from mofang_pipeline.cli.tables import table as rows_of

    with rows_of(_home(), name, day, org) as found:
        _show(found, chosen)


@app.command()
def status(chosen: FormatOption = None) -> None:
    """Days landed, computed, stale, failed, with the reason."""
    from mofang_pipeline.cli.status import status as status_of

    _show(status_of(_home()), chosen)


@app.command()
def push(
    set_id: Annotated[str, typer.Argument(metavar="SET", help="A segment set.")],
    channel: Annotated[str, typer.Option("--channel", help="As in rulebook/channels.yaml.")],
    as_of: Annotated[
        date, typer.Option("--as-of", parser=parse_day, metavar="YYYY-MM-DD", help="The day of its members.")
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="URL", help="Another place than the channel's.")
    ] = None,
    org: PushedOrgOption = None,
    campaign: Annotated[str | None, typer.Option("--campaign", help="Push the campaign's audience.")] = None,
    by: Annotated[str, typer.Option("--by", metavar="USER", help="Who does it.")] = "cli",
    chosen: FormatOption = None,
) -> None:
    """Hand a set's list to a channel, once; prints its manifest."""
    from mofang_pipeline.cli.push import push as push_of

    _show(push_of(_home(), set_id, channel, as_of, org=org, to=to, campaign=campaign, by=by), chosen)


@app.command()
def detokenise(
    file: Annotated[Path, typer.Argument(help="A file of a pushed list, with a column token.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="The token key; MOFANG_HOME/secrets/token_key.")
    ] = None,
    chosen: FormatOption = None,
) -> None:
    """The bank's ids of a pushed list, for the holder of the key."""
    from mofang_pipeline.cli.push import detokenised

    _show(detokenised(_home(), file, key), chosen)


@app.command("proxy")
def proxy(
    host: Annotated[str, typer.Option("--host", help="The name that people type.")],
    certificate: Annotated[Path, typer.Option("--certificate", help="Of that name, with its chain.")],
    key: Annotated[Path, typer.Option("--key", help="The certificate's private key.")],
    superset: Annotated[str, typer.Option("--superset", help="Where Superset listens.")] = "127.0.0.1:8088",
    dagster: Annotated[str, typer.Option("--dagster", help="Where Dagster listens.")] = "127.0.0.1:3000",
) -> None:
    """Print the nginx configuration in front of Superset and Dagster."""
    from mofang_pipeline.proxy import Proxy

    print(Proxy(host, certificate, key, superset, dagster).configuration())


@rules_app.command("check")
def rules_check(
    folder: Annotated[Path | None, typer.Option("--rulebook", help="Another than MOFANG_RULEBOOK.")] = None,
    chosen: FormatOption = None,
) -> None:
    """Everything that is wrong with the rulebook; exit status 1 if anything is."""
    from mofang_pipeline.cli.rules import problems

    checked = folder or _home().rulebook
    with progress("proof") as step:
        found = problems(checked, step)
    _show(found, chosen)
    if found.rows:
        raise CommandError(f"the rulebook {checked} has {len(list(found.rows))} problem(s)")
    note(f"the rulebook {checked} is valid")


@rules_app.command("examples")
def rules_examples(
    day: DayOption = date(2026, 6, 30),
    org: OrgOption = None,
    folder: Annotated[Path | None, typer.Option("--rulebook", help="Another than MOFANG_RULEBOOK.")] = None,
    chosen: FormatOption = None,
) -> None:
    """For every leaf of an organisation's tree a made-up customer who lands in it."""
    from mofang_pipeline.cli.rules import example_rows

    _show(example_rows(folder or _home().rulebook, org, day), chosen)


def _show(found: Rows, chosen: Format | None) -> None:
    show(found, chosen or Format.table)


def _home() -> "Home":
    from mofang_pipeline.home import Home

    return Home()


def main() -> None:
    """The program: runs the command, ends with its status, and leaves no child behind when interrupted."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    status = execute(sys.argv[1:])
    if status == INTERRUPTED:
        _stop_children()
    sys.exit(status)


def execute(arguments: list[str]) -> int:
    """Runs one command; returns its exit status, with every failure told in one line on stderr."""
    try:
        status = app(arguments, prog_name="mofang", standalone_mode=False)
        # typer hands back its Exit's status, makes 130 of Ctrl-C, else what the command returns: nothing.
        return report(KeyboardInterrupt()) if status == INTERRUPTED else int(status or 0)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        return report(error)


def _stop_children() -> None:
    from mofang_pipeline.processes import stop_descendants, uninterrupted

    with uninterrupted():
        stop_descendants()


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the program as Ctrl-C does, so that everything is cleaned up by the same path."""
    raise KeyboardInterrupt
