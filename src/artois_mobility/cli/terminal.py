"""What every command shares: progress on a terminal, errors as one paragraph, exit codes."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

from .._characters import printable
from .._types import tell_nobody
from ..errors import ArtoisMobilityError, InputError
from ..progress import bars_on_terminal, lines_in_log
from .speech import for_threads, in_progress, in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .._types import Progress
    from .texts import Answer

DONE: Final = 0
FAILED: Final = 1
WRONG_INPUT: Final = 2
# What a shell expects of a program that was stopped by Ctrl-C: 128 + SIGINT.
INTERRUPTED: Final = 130

# What every command compiles on its first run that travels on a network.
KERNELS_OF_TIMES: Final = ("chordal", "customize", "elimination")
# What those compile besides that draw areas.
KERNELS_OF_AREAS: Final = (*KERNELS_OF_TIMES, "contour", "ground")

VERBOSE_VARIABLE: Final = "ARTOIS_MOBILITY_VERBOSE"


def put(text: str, *, err: bool = False, colour: str | None = None) -> None:
    """Write a text so that nothing in it commands the terminal; all that is said goes through here.

    Parameters
    ----------
    text
        In the language that is spoken; names from files and servers may stand in it.
    err
        Write to the standard error.
    colour
        Of its first word, where a person at a terminal sees it.
    """
    plain = printable(text)
    typer.echo(plain if colour is None else _paint(plain, colour), err=err)


def say(text: str) -> None:
    """Write a line to the standard error, in the language that is spoken.

    Parameters
    ----------
    text
        One line or paragraph without its line end, in English or in that language.
    """
    put(in_words(text), err=True)


def tell(answer: Answer, *, quiet: bool, is_wanted: bool = False) -> None:
    """Print what a command found: warnings on the standard error, then the result.

    Parameters
    ----------
    answer
        What the command says.
    quiet
        Print neither.
    is_wanted
        Print the result even so.
    """
    if not quiet:
        for line in answer.warnings:
            put(line, colour="yellow", err=True)
    if is_wanted or not quiet:
        put(answer.text)


@contextmanager
def reported_errors(*, verbose: bool = False) -> Iterator[None]:
    """Turn every error into one paragraph on the standard error and an exit code.

    Parameters
    ----------
    verbose
        Also show where in the program it happened.

    Yields
    ------
    nothing
        The work to watch over stands in the block.

    Raises
    ------
    typer.Exit
        2 when the input is wrong, 1 when the job failed, 130 after Ctrl-C.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        _stop("Stopped. No file half-written stands under its name.", INTERRUPTED, verbose=False)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(DONE) from None
    except InputError as error:
        _stop(f"Error: {error}", WRONG_INPUT, verbose=verbose)
    except (ArtoisMobilityError, MemoryError) as error:
        _stop(f"Error: {str(error) or 'there is not enough memory.'}", FAILED, verbose=verbose)
    except Exception as error:
        what = f"{type(error).__name__}: {error}".strip().rstrip(":")
        text = (
            f"Error: artois-mobility failed in a way that it should not: {what}\n"
            "This is a fault of the program, not of your files. Please report it together with "
            f"the command you ran; --verbose or {VERBOSE_VARIABLE}=1 shows where it happened."
        )
        _stop(text, FAILED, verbose=verbose)


@contextmanager
def shown_progress(*, quiet: bool, verbose: bool = False) -> Iterator[Progress]:
    """Show how far the work is on the standard error: bars with the time left, on a terminal.

    Parameters
    ----------
    quiet
        Show nothing in any case.
    verbose
        Tell each stage with its time in a line that stays, terminal or not, and what the library
        notes meanwhile.

    Yields
    ------
    progress
        To be called with what is being done, how many parts are done, and how many there are.
    """
    if quiet:
        yield tell_nobody
    elif is_verbose(asked=verbose):
        with _logged(), lines_in_log(say) as progress:
            yield in_progress(progress)
    elif sys.stderr.isatty():
        with bars_on_terminal(for_threads()) as progress:
            yield in_progress(progress)
    else:
        yield tell_nobody


def announce_compiling(kernels: Collection[str] = KERNELS_OF_TIMES, *, quiet: bool) -> None:
    """Say on the standard error that the first run compiles, if this is one.

    Parameters
    ----------
    kernels
        What the command is sure to compile, and no others: they would be waited for at every run.
    quiet
        Say nothing in any case.
    """
    from ..kernels import is_compiled

    compiles = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
    if compiles and not quiet and not is_compiled(kernels):
        say("Compiling what this command needs (once after the installation, under a minute) ...")


def is_verbose(*, asked: bool) -> bool:
    """Tell whether tracebacks are wanted.

    Parameters
    ----------
    asked
        Whether the option was given.

    Returns
    -------
    is_verbose
        True also when the environment says so.
    """
    return asked or os.environ.get(VERBOSE_VARIABLE, "") not in {"", "0"}


def is_interactive() -> bool:
    """Tell whether somebody is there to answer questions.

    Returns
    -------
    is_interactive
        Whether the standard input is a terminal.
    """
    return sys.stdin.isatty()


class _Plain(logging.Formatter):
    """Writes what is noted without what would command the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


@contextmanager
def _logged() -> Iterator[None]:
    """Let what the library notes appear on the standard error."""
    logger, handler = logging.getLogger("artois_mobility"), logging.StreamHandler()
    handler.setFormatter(_Plain("%(name)s: %(message)s"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def _paint(text: str, colour: str) -> str:
    """Colour the first word of a message, where a person at a terminal sees it."""
    is_wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if not (is_wanted and sys.stderr.isatty()):
        return text
    word, colon, rest = text.partition(":")
    return f"{typer.style(word + colon, fg=colour, bold=True)}{rest}" if colon else text


def _stop(text: str, code: int, *, verbose: bool) -> None:
    if verbose:
        put(traceback.format_exc(), err=True)
    put(in_words(text), colour="red", err=True)
    raise typer.Exit(code) from None
