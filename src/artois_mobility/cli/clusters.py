"""The cluster that `artois-mobility blocks --scheduler` works on."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ..errors import InputError, ResultError

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER_WITHIN_S: Final = 20

_ADDRESS: Final = re.compile(r"(?:([a-z]+)://)?(?:\[[0-9a-fA-F:.%]+\]|[^\s:/\[\]]+):([0-9]{1,5})/?")
_ENCRYPTED: Final = frozenset({"tls", "wss"})
# Whoever works for Dask: each would tell for itself, with its place in the code, that the cluster
# is gone, above the one message that says so.
_TELLERS: Final = ("distributed", "tornado", "asyncio")


@contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Connect to a Dask scheduler for the time of a `with` block.

    Parameters
    ----------
    address
        Such as `tcp://host:8786`; None for no cluster.

    Yields
    ------
    client
        Dask's; None where no cluster is asked for.

    Raises
    ------
    InputError
        If Dask is not installed, or the address is none.
    ResultError
        If no scheduler answers there.
    """
    if address is None:
        yield None
        return
    try:
        import distributed
    except ImportError as error:
        msg = "--scheduler needs Dask: pip install 'artois-mobility[distributed]'."
        raise InputError(msg) from error
    _check_address(address)
    with _kept_quiet():
        try:
            connect: Any = distributed.Client
            client = connect(address, timeout=ANSWER_WITHIN_S, set_as_default=False)
        except (OSError, ValueError) as error:
            msg = (
                f"No Dask scheduler answers at {address}: {error}. Start one with dask scheduler, "
                "and give its address, such as tcp://host:8786."
            )
            raise ResultError(msg) from error
        with client:
            yield client


def _check_address(address: str) -> None:
    """Refuse what is no address before Dask waits for an answer from there."""
    import distributed
    from distributed.comm.registry import backends

    match = _ADDRESS.fullmatch(address)
    scheme = (match[1] or "tcp") if match else ""
    if not match or scheme not in backends or not 0 < int(match[2]) < 2**16:
        msg = (
            "--scheduler is the address of a Dask scheduler, such as tcp://host:8786; found "
            f"{address!r}."
        )
        raise InputError(msg)
    security: Any = distributed.security.Security
    if scheme in _ENCRYPTED and not security().get_connection_args("client").get("ssl_context"):
        msg = (
            f"--scheduler {address} needs certificates: name them in Dask's configuration, under "
            "distributed.comm.tls, or give an address that starts with tcp://."
        )
        raise InputError(msg)


@contextmanager
def _kept_quiet() -> Iterator[None]:
    """Let Dask's own notes, of which each of its parts has a level, rest for a while."""
    known = logging.root.manager.loggerDict
    names = [*_TELLERS, *(name for name in known if name.partition(".")[0] in _TELLERS)]
    level_of_name = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in level_of_name.items():
            logging.getLogger(name).setLevel(level)
