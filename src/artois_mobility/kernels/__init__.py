"""Compiled loops over plain arrays. Nothing here validates; the public modules do.

Kernels hold no lock and share no state, so the public modules run them in threads, one block of
rows each. That compiles in a fraction of the time that numba's own parallel loops take, and the
bytes written are the same for any number of threads.
"""

from pathlib import Path


def is_compiled() -> bool:
    """Tell whether the kernels' compiled code lies in numba's cache, without importing numba.

    Returns
    -------
    is_compiled
        False on the first run after an installation; the first call of a kernel then compiles.

    Examples
    --------
    >>> is_compiled() in (True, False)
    True
    """
    folder = Path(__file__).parent
    cache = folder / "__pycache__"
    return all(any(cache.glob(f"{path.stem}.*.nbi")) for path in folder.glob("[a-z]*.py"))
