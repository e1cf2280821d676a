"""Progress of long work on stderr: a line that turns in a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST = 160  # characters of a step


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Yields the function to call with each step; prints the title and the time at the end."""
    from rich.console import Console

    started = time.monotonic()
    console = Console(stderr=True, highlight=False)
    if sys.stderr.isatty():
        with console.status(title) as status:
            yield lambda step: status.update(f"{title}: {_short(step)}")
    else:
        yield lambda step: print(f"{title}: {_short(step)}", file=sys.stderr, flush=True)
    print(f"{title}: done in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _short(step: str) -> str:
    line = " ".join(step.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."
