"""Draw maps and write layers, in processes beside the one that writes the rest of the report."""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ..routing.processes import open_pool
from ..routing.threads import thread_count
from .words import read_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from loky import ProcessPoolExecutor

    from .backdrop import Backdrop
    from .sheet import Sheet

# Starting a process takes about as long as drawing so many maps.
FEWEST_BESIDE: Final = 6

# What all sheets of a process lie on; set when the process starts.
_common: list[tuple[Backdrop, str]] = []


@contextmanager
def opened_pool(
    backdrop: Backdrop, language: str, map_count: int
) -> Iterator[ProcessPoolExecutor | None]:
    """Start processes that will draw, while there is nothing to draw yet; stop them at the end.

    Parameters
    ----------
    backdrop
        What lies under all maps.
    language
        `"fr"` or `"en"`.
    map_count
        About how many maps there will be.

    Yields
    ------
    pool
        For `Press`; None where the maps are few, or the system allows no processes of our own.
    """
    worker_count = thread_count() - 1
    pool = None
    if worker_count and map_count >= FEWEST_BESIDE:
        try:
            on = backdrop, language
            pool = open_pool(worker_count, prepare=_get_ready, prepared_with=on)
            pool.submit(_lay_down, *on)  # they start with the first task
        except (OSError, ImportError):  # a system that allows no processes of our own
            pool = None
    try:
        yield pool
    finally:
        if pool is not None:
            pool.shutdown(wait=True, kill_workers=True)


class Press:
    """Draws the maps of one report.

    Parameters
    ----------
    sheets
        What to draw.
    backdrop
        What lies under all of them.
    language
        `"fr"` or `"en"`.
    errand
        What the same processes do before they draw; what can be sent to one, and done again where
        one died over it.
    pool
        What `opened_pool` gave; None to do all of it here.
    """

    def __init__(
        self,
        sheets: Sequence[Sheet],
        backdrop: Backdrop,
        language: str,
        errand: Callable[[], None] | None = None,
        pool: ProcessPoolExecutor | None = None,
    ) -> None:
        self._sheets = sheets
        self._on = backdrop, language
        self._errand = errand
        self._pool = pool
        self._sent: Future[None] | None = None
        self._futures: list[Future[None]] = []

    def begin(self) -> None:
        """Begin to draw, where other processes are to do it."""
        if self._pool is None:
            return
        try:
            if self._errand is not None:
                self._sent = self._pool.submit(self._errand)
            self._futures = [self._pool.submit(_draw, sheet) for sheet in self._sheets]
        except BrokenProcessPool:  # the system has stopped them already
            self._sent, self._futures = None, []

    def finish(self, progress: Callable[[int, int], None]) -> None:
        """Draw what no other process has begun, the last map first, and wait for the others.

        Parameters
        ----------
        progress
            Called with how many maps are drawn and how many there are.

        Raises
        ------
        OSError
            If a map cannot be written; whatever the errand raises.
        """
        last_first = reversed(range(len(self._sheets)))
        for done, number in enumerate(last_first, start=1):
            if not self._is_drawn_beside(number):
                _lay_down(*self._on)
                _draw(self._sheets[number])
            progress(done, len(self._sheets))
        if self._errand is not None and not self._is_run_beside():
            self._errand()

    def _is_run_beside(self) -> bool:
        try:
            if self._sent is not None:
                self._sent.result()
        except BrokenProcessPool:
            self._sent = None
        return self._sent is not None

    def _is_drawn_beside(self, number: int) -> bool:
        try:
            if self._futures and self._futures[number].cancel():
                return False
            if self._futures:
                self._futures[number].result()
        except BrokenProcessPool:  # the system stopped a process, for want of memory as a rule
            self._futures = []
        return bool(self._futures)


def _get_ready(backdrop: Backdrop, language: str) -> None:
    """Load what layers and maps take, so that nobody waits for it later."""
    from . import layer_files, plate  # noqa: F401

    _lay_down(backdrop, language)


def _lay_down(backdrop: Backdrop, language: str) -> None:
    _common[:] = [(backdrop, language)]


def _draw(sheet: Sheet) -> None:
    from .plate import draw_plate

    backdrop, language = _common[0]
    draw_plate(sheet, backdrop, read_words(language))
