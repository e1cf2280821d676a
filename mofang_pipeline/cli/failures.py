"""How a command fails: one line on stderr and an exit status. The only place that decides both."""

import os
import sys
import traceback

import typer

FAILED, USAGE, INTERRUPTED = 1, 2, 130
# typer keeps its usage error to itself; BadParameter is one, and public.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]
NO_ARGUMENTS = "NoArgsIsHelpError"  # a usage error whose message is the help, of many lines


class CommandError(Exception):
    """What was asked for cannot be done; the message says why and what to do."""


def report(error: BaseException) -> int:
    """Prints the error's line and returns the exit status."""
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        print("mofang: interrupted", file=sys.stderr)
        return INTERRUPTED
    if type(error).__name__ == NO_ARGUMENTS:
        print(error.format_message(), file=sys.stderr)  # type: ignore[attr-defined]
        return USAGE
    if os.environ.get("MOFANG_DEBUG") == "1":
        traceback.print_exception(error)
    print(f"mofang: {one_line(error)}", file=sys.stderr)
    return USAGE if isinstance(error, UsageError) else FAILED


def one_line(error: BaseException) -> str:
    """Our own errors speak for themselves; a stranger's name says what kind of thing went wrong."""
    if isinstance(error, UsageError):
        return _joined(error.format_message())  # type: ignore[attr-defined]
    kind = type(error)
    if kind.__module__.startswith("mofang_pipeline"):
        return _joined(str(error))
    text = _joined(str(error))
    return f"{kind.__name__}: {text[:500]} (MOFANG_DEBUG=1 shows where)"


def _joined(text: str) -> str:
    return " ".join(text.split())
