"""Draw maps and write layers, in processes beside the one that writes the rest of the report."""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Final

from ..routing.processes import open_pool
from ..routing.threads import thread_count
from .words import read_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from loky import ProcessPoolExecutor

    from .backdrop import Backdrop
    from .sheet import Sheet

# Starting a process takes about as long as drawing so many maps.
FEWEST_BESIDE: Final = 6

# What all sheets of a process lie on; set when the process starts.
_common: list[tuple[Backdrop, str]] = []


class Press:
    """Draws the maps of one report; leaving its `with` block stops what is still drawing.

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
    """

    def __init__(
        self,
        sheets: Sequence[Sheet],
        backdrop: Backdrop,
        language: str,
        errand: Callable[[], None] | None = None,
    ) -> None:
        self._sheets = sheets
        self._on = backdrop, language
        self._errand = errand
        self._pool: ProcessPoolExecutor | None = None
        self._sent: Future[None] | None = None
        self._futures: list[Future[None]] = []

    def __enter__(self) -> Press:
        """Begin to draw, where other processes are to do it."""
        worker_count = thread_count() - 1
        if worker_count and len(self._sheets) >= FEWEST_BESIDE:
            try:
                self._pool = open_pool(worker_count, prepare=_lay_down, prepared_with=self._on)
                if self._errand is not None:
                    self._sent = self._pool.submit(self._errand)
                self._futures = [self._pool.submit(_draw, sheet) for sheet in self._sheets]
            except (OSError, ImportError):  # a system that allows no processes of our own
                self._sent, self._futures = None, []
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, kill_workers=True)

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


def _lay_down(backdrop: Backdrop, language: str) -> None:
    _common[:] = [(backdrop, language)]


def _draw(sheet: Sheet) -> None:
    from .plate import draw_plate

    backdrop, language = _common[0]
    draw_plate(sheet, backdrop, read_words(language))
