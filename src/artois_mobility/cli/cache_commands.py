"""The command that looks after the cache of networks."""

from __future__ import annotations

from typing import Annotated

import typer

from ..drawing import language_of_user
from .options import AsJson, Quiet, TerminalLang, Verbose  # noqa: TC001  typer
from .terminal import is_verbose, reported_errors, tell


def cache(
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Remove everything that is kept.")] = False,
    lang: TerminalLang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List the networks and hierarchies that commands keep between runs, or remove them.

    A network is kept under the hash of its extract, profile, options and the program's version,
    so that an old one is never taken for a new one. ARTOIS_CACHE in the environment names another
    folder, or says "off"; ARTOIS_CACHE_GIB says how much space it may take (4): what was not used
    for longest goes first.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .caches import run_cache

        answer = run_cache(clear=clear, language=lang or language_of_user(), as_json=json)
        tell(answer, quiet=quiet, is_wanted=json)
