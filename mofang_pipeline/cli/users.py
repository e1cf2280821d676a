"""`mofang users`: who may log in, with which role, for which organisation."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli.arguments import FormatOption
from mofang_pipeline.cli.output import Format, Rows, note, show

if TYPE_CHECKING:
    from mofang_pipeline.home import Home

app = typer.Typer(help="People who log in to Superset.", no_args_is_help=True, rich_markup_mode=None)
ByOption = Annotated[str | None, typer.Option("--by", help="Who does this; the system's user by default.")]


@app.command("add")
def add(
    org: Annotated[str, typer.Option("--org", help="An organisation's code.")],
    role: Annotated[str, typer.Option("--role", help="See docs/operations.md for the roles.")],
    name: Annotated[str | None, typer.Option("--name", help="To log in with.")] = None,
    by: ByOption = None,
    chosen: FormatOption = None,
) -> None:
    """Add a user, or give one another role; prints the password, once."""
    from mofang_pipeline import users

    wanted = users.Wanted(name or users.default_name(org, role), org, role)
    _show_added(users.add(_home(), _actor(by), [wanted]), chosen)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or YAML with user, org, role.")],
    by: ByOption = None,
    chosen: FormatOption = None,
) -> None:
    """Add all users of a file; prints the passwords of new ones, once."""
    from mofang_pipeline import users

    _show_added(users.add(_home(), _actor(by), users.read_file(file)), chosen)


@app.command("list")
def list_users(chosen: FormatOption = None) -> None:
    """Everybody, removed ones included."""
    from mofang_pipeline import users

    rows = users.listed(_home())
    columns = ("user", "role", "org", "active", "last_login")
    show(Rows(columns, [tuple(row[column] for column in columns) for row in rows]), chosen or Format.table)


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="The login name.")],
    by: ByOption = None,
) -> None:
    """Take away the login and all roles."""
    from mofang_pipeline import users

    users.remove(_home(), _actor(by), name)
    note(f"{name} can no longer log in")


@app.command("password")
def password(
    name: Annotated[str, typer.Argument(help="The login name.")],
    by: ByOption = None,
    chosen: FormatOption = None,
) -> None:
    """Set a new password; prints it, once."""
    from mofang_pipeline import users

    made = users.new_password(_home(), _actor(by), name)
    show(Rows(("user", "password"), [(name, made)]), chosen or Format.table)


def _show_added(rows: list[dict[str, str]], chosen: Format | None) -> None:
    columns = ("user", "role", "org", "password")
    show(Rows(columns, [tuple(row[column] for column in columns) for row in rows]), chosen or Format.table)


def _actor(by: str | None) -> str:
    return by or getpass.getuser()


def _home() -> "Home":
    from mofang_pipeline.home import Home

    return Home()
