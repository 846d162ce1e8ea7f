"""Compiled loops over plain arrays. Nothing here validates; the public modules do.

Kernels hold no lock and share no state, so the public modules run them in threads, one block of
rows each. That compiles in a fraction of the time that numba's own parallel loops take, and the
bytes written are the same for any number of threads.
"""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path


def is_compiled(names: Collection[str]) -> bool:
    """Tell whether kernels' compiled code lies in numba's cache, without importing numba.

    The cache lies beside the kernels, or where `NUMBA_CACHE_DIR` says, or, when the installation
    cannot be written to, in the user's own cache.

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
    caches = _list_caches(Path(__file__).parent)
    return all(any(any(each.glob(f"{name}.*.nbi")) for each in caches) for name in names)


def _list_caches(folder: Path) -> list[Path]:
    """List the folders in which numba looks for the compiled code of a folder's modules."""
    digest = hashlib.sha1(str(folder).encode(), usedforsecurity=False).hexdigest()
    named = f"{folder.name}_{digest}"
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return [Path(chosen) / named]
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return [folder / "__pycache__", own / "numba" / named]
