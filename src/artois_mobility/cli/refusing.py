"""What more than one command refuses in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..errors import InputError

if TYPE_CHECKING:
    from ..network.profile_keys import Profile
    from ..study.files import Study

# More than any machine has.
MOST_GIB: Final = 2**20


def refuse_vessel(profile: Profile, study: Study) -> None:
    """Refuse a vessel where people on their way along streets are asked about.

    Parameters
    ----------
    profile
        Who travels.
    study
        Whose profiles are named instead.

    Raises
    ------
    InputError
        If the profile is a vessel's.
    """
    from ..network.interpreting import BOAT

    if profile.mode == BOAT:
        msg = (
            f"{profile.name} travels on water, and this command looks at people on their way along "
            f"streets. Name a profile such as {', '.join(study.profiles)} with --profile."
        )
        raise InputError(msg)


def read_memory(memory_gib: float | None) -> int | None:
    """Read the option `--memory`.

    Parameters
    ----------
    memory_gib
        In GiB; None where nothing was said.

    Returns
    -------
    budget_bytes
        In bytes, at least 1; None where nothing was said.

    Raises
    ------
    InputError
        If it is not above 0, or more than any machine has.

    Examples
    --------
    >>> read_memory(0.5), read_memory(None)
    (536870912, None)
    """
    from ..routing.budget import BYTES_PER_GIB

    if memory_gib is None:
        return None
    if not 0 < memory_gib <= MOST_GIB:
        msg = f"--memory is a number of GiB above 0, at most {MOST_GIB}; found {memory_gib:g}."
        raise InputError(msg)
    return max(int(memory_gib * BYTES_PER_GIB), 1)
