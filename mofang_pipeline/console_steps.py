"""Steps of a long start as lines on the terminal: what is done, how long it took, what was there already."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

AS_BEFORE = "as before"  # said where nothing was to do
Step = Callable[[str], None]


@contextmanager
def shown(console: Console, title: str) -> Iterator[Step]:
    """Shows the step while it runs, and one line with its time when it is done."""
    started = time.monotonic()
    details: list[str] = []

    def tell(detail: str) -> None:
        line = f"{title}: {detail}"[: console.width - 4]
        if not details or details[-1] != detail:
            details.append(detail)
            status.update(escape(line))
            if not console.is_terminal:
                console.print(f"  {line}", markup=False, highlight=False)

    with console.status(title) as status:
        yield tell
    skipped = " (as before)" if details == [AS_BEFORE] else ""
    console.print(f"✓ {title}{skipped}  {time.monotonic() - started:.1f} s", markup=False)
