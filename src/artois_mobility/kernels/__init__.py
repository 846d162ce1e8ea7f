"""Compiled loops over plain arrays. Nothing here validates; the public modules do.

Kernels hold no lock and share no state, so the public modules run them in threads, one block of
rows each. That compiles in a fraction of the time that numba's own parallel loops take, and the
bytes written are the same for any number of threads.
"""

from collections.abc import Collection
from pathlib import Path


def is_compiled(names: Collection[str]) -> bool:
    """Tell whether kernels' compiled code lies in numba's cache, without importing numba.

    Parameters
    ----------
    names
        Modules of kernels.

    Returns
    -------
    is_compiled
        False on the first run after an installation; the first call of a kernel then compiles.

    Examples
    --------
    >>> is_compiled([]), is_compiled(["no_such_kernel"])
    (True, False)
    """
    cache = Path(__file__).parent / "__pycache__"
    return all(any(cache.glob(f"{name}.*.nbi")) for name in names)
