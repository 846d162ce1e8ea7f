"""Addresses of databases: read, told without their passwords, and opened."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ..errors import InputError, ResultError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

# A server that is there answers at once.
TIMEOUT_S: Final = 10


def describe_target(target: str) -> str:
    """Name a database without its password.

    Parameters
    ----------
    target
        Its address.

    Returns
    -------
    place
        User, host, port and database, as far as they are told.

    Raises
    ------
    InputError
        If it is no address of a database, or nothing is installed that could reach one.

    Examples
    --------
    >>> describe_target("postgresql://me:secret@db.example.org:5433/studies?sslmode=require")
    'postgresql://me@db.example.org:5433/studies'
    """
    told = _parse(target)
    user = f"{told['user']}@" if told.get("user") else ""
    port = f":{told['port']}" if told.get("port") else ""
    return f"postgresql://{user}{told.get('host', '')}{port}/{told.get('dbname', '')}"


def _parse(target: str) -> dict[str, Any]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        msg = (
            "Writing into PostGIS needs more: pip install 'artois-mobility[postgis]', or leave "
            "--to out."
        )
        raise InputError(msg) from error
    # What is wrong is not told word by word: a part of a broken address may be the password.
    msg = (
        "The address is none of a PostGIS database: write "
        "postgresql://user@host:5432/database, with %40 for @ and %2F for / in a user's name or "
        "password."
    )
    if not target.startswith(("postgresql://", "postgres://")):
        raise InputError(msg)
    try:
        told = dict(conninfo_to_dict(target))
    except ProgrammingError:
        raise InputError(msg) from None
    if "@" in str(told.get("host", "")):  # the rest of a password with a bare @
        raise InputError(msg)
    return told


@contextmanager
def open_database(target: str) -> Iterator[Connection[Any]]:
    """Connect; what is written counts when the block ends without an error.

    Parameters
    ----------
    target
        Address of the database.

    Yields
    ------
    connection
        In one transaction.

    Raises
    ------
    InputError
        If it is no address of a database.
    ResultError
        If the database cannot be reached or written; it then stands as it was before.
    """
    place = describe_target(target)
    import psycopg

    try:
        connection = psycopg.connect(target, connect_timeout=TIMEOUT_S)
    except psycopg.OperationalError as error:
        msg = f"The database {place} cannot be reached: {_told(error, target)}"
        raise ResultError(msg) from None
    try:
        with connection:
            yield connection
    except psycopg.Error as error:
        msg = f"The layers could not be written into {place}: {_told(error, target)}"
        raise ResultError(msg) from None


def _told(error: Exception, target: str) -> str:
    """Give what a server says in one line, and never a password."""
    text = " ".join(str(error).split()).rstrip(".")
    password = _parse(target).get("password")
    return f"{text.replace(str(password), '***') if password else text}."
