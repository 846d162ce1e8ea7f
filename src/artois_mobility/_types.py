"""Array types, units and sentinels shared by every module."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

NodeIds: TypeAlias = npt.NDArray[np.int32]
ArcIds: TypeAlias = npt.NDArray[np.int32]
Offsets: TypeAlias = npt.NDArray[np.int32]
Rows: TypeAlias = npt.NDArray[np.int32]
Milliseconds: TypeAlias = npt.NDArray[np.int32]
WideMilliseconds: TypeAlias = npt.NDArray[np.int64]  # for sums before they are cut back
OsmIds: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Geometries: TypeAlias = npt.NDArray[np.object_]

# Called on long work with what is being done, how many parts are done, and how many there are.
Progress: TypeAlias = Callable[[str, int, int], None]

# Whether times are counted from the given places outwards, or to them.
Direction: TypeAlias = Literal["from", "to"]

NO_NODE: Final = -1
NO_ARC: Final = -1

# Two of these still add up to less than 2**31, so a kernel may add before it compares.
UNREACHED_MS: Final = 2**30 - 1

MS_PER_MIN: Final = 60_000
WGS84: Final = "EPSG:4326"


def tell_nobody(what: str, done: int, total: int) -> None:
    """Stand in for a `Progress` where the caller wants to know nothing."""
    del what, done, total
