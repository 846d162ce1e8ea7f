"""How far long work is: bars on a terminal and in a notebook, lines in a log."""

from __future__ import annotations

import html
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ._types import tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._types import Progress

# A notebook's page is drawn anew this often at most; a terminal's bars have a rhythm of their own.
REDRAW_S: Final = 0.1
# Earlier than this, or before this many parts, an estimate of what remains is a guess.
LEAST_ELAPSED_S: Final = 1.0


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show how far work is and how long it will still take, in a notebook or on a terminal.

    The bars stand in the page of the cell while it runs and go when it is done, so that a stored
    notebook holds results only. Where the standard error is no terminal, nothing is shown.

    Yields
    ------
    progress
        For the argument `progress` of `compare`, `assess`, `write_report` and others: called with
        what is being done, how many parts are done, and how many there are.

    Examples
    --------
    >>> with show_progress() as progress:
    ...     for done in range(3):
    ...         progress("drawing maps", done, 2)
    >>> import artois_mobility as am
    >>> with am.show_progress() as progress:  # doctest: +SKIP
    ...     result = am.compare(study, files, progress=progress)
    """
    display = _find_display()
    if display is not None:
        with _bars_in_notebook(display) as progress:
            yield progress
    elif sys.stderr.isatty():
        with bars_on_terminal() as progress:
            yield progress
    else:
        yield tell_nobody


@contextmanager
def bars_on_terminal(say: Callable[[str], str] = str) -> Iterator[Progress]:
    """Show a bar for each stage on the standard error: parts done, time passed, time left.

    Parameters
    ----------
    say
        Says the times in the language of whoever reads them.

    Yields
    ------
    progress
        As of `show_progress`.

    Examples
    --------
    >>> with bars_on_terminal() as progress:  # doctest: +SKIP
    ...     progress("drawing maps", 1, 2)
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Times(ProgressColumn):
        """Time passed, and left where that can be told."""

        def render(self, task: Task) -> Text:
            passed_s = task.finished_time if task.finished else task.elapsed
            return Text(say(write_times(passed_s or 0.0, task.completed, task.total)))

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Times(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _bar_for_each(bars.add_task, bars.update)


@contextmanager
def lines_in_log(write: Callable[[str], None]) -> Iterator[Progress]:
    """Tell each stage once it is done, with the time that it took.

    Parameters
    ----------
    write
        Called with each line.

    Yields
    ------
    progress
        As of `show_progress`.

    Examples
    --------
    >>> with lines_in_log(lambda line: print(line.rpartition(" in ")[0])) as progress:
    ...     progress("drawing maps", 0, 2)
    ...     progress("drawing maps", 2, 2)
    drawing maps: 2 of 2
    """
    began: dict[str, float] = {}

    def tell(what: str, done: int, total: int) -> None:
        start = began.setdefault(what, time.monotonic())
        if done >= total > 0 and start >= 0:
            began[what] = -1.0  # told
            write(f"{what}: {done} of {total} in {time.monotonic() - start:.1f} s")

    yield tell


def write_times(elapsed_s: float, done: float, total: float | None) -> str:
    """Write how long a stage has taken, and how long it will still take.

    Parameters
    ----------
    elapsed_s
        Seconds since it began.
    done, total
        Parts; the total is None where it is unknown.

    Returns
    -------
    text
        The time left is told after a second, once a part is done and another is not.

    Examples
    --------
    >>> write_times(90, 3, 12), write_times(4, 1, 1), write_times(0, 0, None)
    ('1:30, 4:30 left', '0:04', '0:00')
    """
    passed = _clock(elapsed_s)
    if not total or not 0 < done < total or elapsed_s < LEAST_ELAPSED_S:
        return passed
    return f"{passed}, {_clock(elapsed_s * (total - done) / done)} left"


@dataclass(slots=True)
class _Stage:
    """One line of a notebook's panel."""

    began_s: float
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class _Panel:
    """The stages that a notebook shows."""

    stages: dict[str, _Stage] = field(default_factory=dict)

    def take(self, what: str, done: int, total: int) -> None:
        """Note how far a stage is."""
        stage = self.stages.setdefault(what, _Stage(time.monotonic()))
        stage.done, stage.total = done, total

    def draw(self) -> str:
        """Give the stages as HTML, finished ones left out."""
        now = time.monotonic()
        open_ones = {what: s for what, s in self.stages.items() if not s.done >= s.total > 0}
        rows = (
            f"<div><progress max='{stage.total or 1}' value='{stage.done}'></progress> "
            f"{html.escape(what)} {stage.done}/{stage.total or '?'}, "
            f"{write_times(now - stage.began_s, stage.done, stage.total)}</div>"
            for what, stage in open_ones.items()
        )
        return "".join(rows)


@contextmanager
def _bars_in_notebook(display: Callable[..., Any]) -> Iterator[Progress]:
    panel = _Panel()
    handle = display(_page(""), raw=True, display_id=True)
    drawn_s = 0.0

    def tell(what: str, done: int, total: int) -> None:
        nonlocal drawn_s
        panel.take(what, done, total)
        if time.monotonic() - drawn_s >= REDRAW_S:
            drawn_s = time.monotonic()
            handle.update(_page(panel.draw()), raw=True)

    try:
        yield tell
    finally:
        handle.update(_page(""), raw=True)


def _page(text: str) -> dict[str, str]:
    return {"text/html": text, "text/plain": ""}


def _find_display() -> Callable[..., Any] | None:
    """Give the notebook's way to show something; None where this is none."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    show: Callable[..., Any] = display
    return show


def _bar_for_each(add: Callable[..., object], update: Callable[..., object]) -> Progress:
    bar_of: dict[str, object] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in bar_of:
            bar_of[what] = add(what, total=total or None)
        update(bar_of[what], completed=done, total=total or None)

    return show


def _clock(seconds: float) -> str:
    """Write seconds as minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
